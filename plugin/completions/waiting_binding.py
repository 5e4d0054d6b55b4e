"""Saying by hand who somebody is, or which course it is.

A binding is kept as what it did, so that it can be undone exactly (`waiting_undoing`): which
identifiers it made, and which of others it set aside; places remember by which they became known.
It never decides who signs in (`identifiers`), and makes no two people one (that is
`people.merging`).
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugin.completions import waiting
from plugin.completions.model import CompletionRow
from plugin.completions.waiting_model import Binding, Unassigned, What
from plugin.courses.binding import bound_activity
from plugin.courses.model import Course
from plugin.foundation.errors import NotFound
from plugin.people import bindings, identifiers
from plugin.people.model import Person


def unassigned(session: Session, id: UUID, *, locked: bool = False) -> Unassigned:
    """Return somebody or a course that waits.

    Raises:
        NotFound: it has been assigned, or became known by itself.
    """
    found = session.get(Unassigned, id, with_for_update=locked)
    if found is None:
        raise NotFound("It waits no longer: it has been assigned, or has become known.")
    return found


def bind_person(
    session: Session, id: UUID, person_id: UUID, *, by: UUID | None, now: datetime
) -> Binding:
    """Say that somebody who waits is this person; what waits is looked at again.

    If several are called so as surely, whoever else is called so no longer.

    Raises:
        NotFound: it waits no longer, or there is nobody like that.
        BindingRefused: somebody else signs in so.
        NameTooLong: the source calls them by something that cannot be kept.
    """
    found = unassigned(session, id, locked=True)
    person = session.get(Person, person_id)
    if person is None or found.what != What.PERSON:
        raise NotFound("There is nobody like that.")
    keys = waiting.keys_of(found.keys)
    rivals = bindings.set_aside(session, keys, but=person.id, now=now)
    # By what is somebody else's they are not called too: it would mean nobody then.
    theirs = bindings.of_nobody_else(session, keys, person.id)
    added = bindings.bound(session, person.id, theirs, now=now)
    binding = _kept(session, found, by=by, now=now, person_id=person.id)
    binding.added = [str(each) for each in added]
    binding.set_aside = [str(each) for each in rivals]
    waiting.look_again(session, What.PERSON, found.digest)
    identifiers.become_known(session, person.id, keys, now=now)
    return binding


def bind_course(
    session: Session, id: UUID, course_id: UUID, *, by: UUID | None, now: datetime
) -> Binding:
    """Say which course an IRI is of; what waits is looked at again, and its modules appear."""
    found = unassigned(session, id, locked=True)
    course = session.get(Course, course_id)
    if course is None or found.what != What.COURSE or found.iri is None:
        raise NotFound("There is no course like that.")
    binding = _kept(session, found, by=by, now=now, course_id=course.id)
    digest = found.digest
    is_module = _names_a_module(session, digest)
    binding.added = bound_activity(
        session,
        course.id,
        iri=found.iri,
        kind="module" if is_module else "course",
        name=found.name or (None if is_module else course.title),
        binding_id=binding.id,
        now=now,
    )
    waiting.look_again(session, What.COURSE, digest)
    return binding


def _names_a_module(session: Session, digest: str) -> bool:
    """Tell whether what waits under `digest` is a module that came without a course."""
    row = session.scalars(
        select(CompletionRow)
        .where(waiting.waits_for(What.COURSE), CompletionRow.course_digest == digest)
        .limit(1)
    ).first()
    return row is not None and row.course_iri is None


def _kept(
    session: Session, found: Unassigned, *, by: UUID | None, now: datetime, **to: UUID
) -> Binding:
    binding = Binding(
        what=found.what,
        digest=found.digest,
        keys=found.keys,
        iri=found.iri,
        name=found.name,
        source=found.source,
        added=[],
        set_aside=[],
        made_by=by,
        made_at=now,
        **to,
    )
    session.add(binding)
    session.flush()
    return binding


def rivals(session: Session, found: Unassigned) -> list[Person]:
    """Return who may be meant, if several are called so."""
    whose = identifiers.whose(session, waiting.keys_of(found.keys))
    people = session.scalars(select(Person).where(Person.id.in_(whose.rivals)))
    return sorted(people, key=lambda person: (person.name or "", str(person.id)))
