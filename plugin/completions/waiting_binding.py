"""Saying by hand who somebody is, or which course it is, and taking that back.

A binding is kept as what it did, so that it can be undone exactly: which identifiers it made, and
which of others it set aside. It never decides who signs in (`identifiers`), and makes no two people
one (that is `people.merging`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from plugin.checkins import service as checkins
from plugin.checkins.model import CheckIn
from plugin.completions import observing, waiting
from plugin.completions.model import CompletionRow, Reason, Status
from plugin.completions.waiting_model import Binding, Unassigned, What
from plugin.courses.binding import bound_activity, unbound_activity
from plugin.courses.model import Course
from plugin.foundation.errors import NotFound
from plugin.people import bindings, identifiers
from plugin.people.model import Person

JUST_AFTER = timedelta(microseconds=1)


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


def undo(session: Session, id: UUID, *, by: UUID | None, now: datetime) -> Binding:
    """Take a binding back: what it had opened and nobody has touched is withdrawn, and waits again.

    Raises:
        NotFound: there is no such binding.
    """
    binding = session.get(Binding, id, with_for_update=True)
    if binding is None:
        raise NotFound("There is no such assignment.")
    if binding.undone_at is not None:
        return binding
    if binding.what == What.PERSON:
        bindings.unbound(session, [UUID(each) for each in binding.added])
        bindings.set_aside_no_more(session, [UUID(each) for each in binding.set_aside])
    elif binding.iri is not None and binding.course_id is not None:
        unbound_activity(session, binding.course_id, iri=binding.iri, before=binding.added)
        _forget_modules(session, binding, binding.course_id)
    _reopen(session, binding, now=now)
    binding.undone_at = now
    binding.undone_by = by
    return binding


def _forget_modules(session: Session, binding: Binding, course_id: UUID) -> None:
    """Forget the modules that came with the course's IRI."""
    modules = select(CompletionRow.module_iri).where(
        CompletionRow.course_digest == binding.digest, CompletionRow.module_iri.is_not(None)
    )
    for iri in session.scalars(modules.distinct()).all():
        unbound_activity(session, course_id, iri=iri or "", before=[])


def _reopen(session: Session, binding: Binding, *, now: datetime) -> None:
    """Let the worker look again at all that came of a binding, but for what people have touched."""
    what = What(binding.what)
    rows = session.scalars(
        select(CompletionRow)
        .where(
            waiting.named_by(what) == binding.digest,
            CompletionRow.status != Status.NEW,
            # What its source took back, or only ever counted, is not begun again.
            or_(
                CompletionRow.reason.is_(None),
                CompletionRow.reason.not_in((Reason.TAKEN_BACK, Reason.SO_BEFORE)),
            ),
        )
        .order_by(CompletionRow.at)
    )
    for row in rows:
        if what == What.PERSON and row.person_id != binding.person_id and row.person_id is not None:
            continue
        if row.status == Status.APPLIED and not _withdrawn(session, binding, row, now=now):
            continue
        observing.no_longer_so(session, [row], now=now)
        row.status, row.reason = Status.NEW, None
        row.person_id = row.checkpoint_id = None


def _withdrawn(session: Session, binding: Binding, row: CompletionRow, *, now: datetime) -> bool:
    """Take back the check-in that a completion opened, unless another completion of theirs says the
    same; False if somebody has touched it.
    """
    if row.checkpoint_id is None or row.person_id is None:
        return True
    try:
        checkin = checkins.of_checkpoint(session, row.checkpoint_id, row.person_id)
    except NotFound:
        return True
    if _is_said_elsewhere(session, binding, checkin):
        return True
    moment = max(now, row.at + JUST_AFTER)
    # Should it be theirs after all, the same completion opens it again.
    return checkins.withdraw(session, checkin, taken_back_at=moment, now=now, as_if_never=True)


def _is_said_elsewhere(session: Session, binding: Binding, checkin: CheckIn) -> bool:
    """Tell whether a completion that came without this binding says the same."""
    others = select(CompletionRow.id).where(
        CompletionRow.checkpoint_id == checkin.checkpoint_id,
        CompletionRow.person_id == checkin.mentee_id,
        waiting.named_by(What(binding.what)).is_distinct_from(binding.digest),
        or_(
            CompletionRow.reason == Reason.OPEN_ALREADY,
            and_(CompletionRow.status == Status.APPLIED, CompletionRow.at == checkin.completed_at),
        ),
    )
    return session.scalar(others.limit(1)) is not None


def rivals(session: Session, found: Unassigned) -> list[Person]:
    """Return who may be meant, if several are called so."""
    whose = identifiers.whose(session, waiting.keys_of(found.keys))
    people = session.scalars(select(Person).where(Person.id.in_(whose.rivals)))
    return sorted(people, key=lambda person: (person.name or "", str(person.id)))
