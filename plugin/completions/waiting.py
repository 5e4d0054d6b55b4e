"""What waits because we do not know whose it is, or which course: noted, and looked at again.

Each person and each course that is not known is noted once, however many completions name it, with
the digests of all that would make it known. So a launch or a roster that brings a name finds who
waits for it by an index, and nothing is scanned.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from lrs_bridge.identity import same_place
from plugin.completions import failing
from plugin.completions.model import CompletionRow, Reason, Status
from plugin.completions.waiting_model import Binding, Unassigned, UnassignedKey, What
from plugin.courses.events import CourseKnown, CourseNamed
from plugin.courses.model import CourseActivity
from plugin.foundation.db import Happened
from plugin.foundation.tenancy import inserted_once, narrowed
from plugin.people import identifiers
from plugin.people.events import PersonKnown
from plugin.people.rules import Key

FOR_A_PERSON = (Reason.PERSON_UNKNOWN, Reason.PERSON_AMBIGUOUS)
LONGEST_SOUGHT = 1000  # characters
MOST_AT_ONCE = 1000  # courses
AT_ONCE = 1000  # digests that are looked for with one question


def keys_of(kept: Iterable[list[str]]) -> list[Key]:
    """Return keys as they are kept in a row."""
    return [(scheme, home, value) for scheme, home, value in kept]


def noted_each(session: Session, rows: Sequence[CompletionRow]) -> None:
    """Note what completions wait for, if that is to know a person or a course.

    Each stays noted until we commit: whoever makes it known waits for us, and looks at what waits.
    They are noted in one order, so that no two wait for each other.
    """
    people = [row for row in rows if row.reason in FOR_A_PERSON and row.person_keys]
    for row in people:
        # Those that waited before people were known by more than one name have an older digest.
        row.person_digest = identifiers.digest(*row.person_keys[0])
    courses: dict[str, CompletionRow] = {}
    for row in rows:
        iri = row.course_iri or row.module_iri
        if row.reason == Reason.COURSE_UNKNOWN and iri is not None:
            row.course_digest = identifiers.place_digest(same_place(iri))
            courses.setdefault(row.course_digest, row)
    for row in sorted(people, key=lambda row: row.person_digest):
        _person(session, row)
    for digest in sorted(courses):
        _course(session, courses[digest], digest)


def _person(session: Session, row: CompletionRow) -> None:
    keys = keys_of(row.person_keys)
    found, is_new = _noted(
        session,
        row,
        What.PERSON,
        row.person_digest,
        keys=row.person_keys,
        iri=None,
        name=None,
        sought=" ".join(part for key in keys for part in key[1:]),
    )
    if not is_new:  # who is noted already may be called by one more name now
        if all(key in found.keys for key in row.person_keys):
            return
        found.keys = [*found.keys, *(key for key in row.person_keys if key not in found.keys)]
    for digest in identifiers.awaits(keys):
        inserted_once(session, UnassignedKey, unassigned_id=found.id, digest=digest)


def _course(session: Session, row: CompletionRow, digest: str) -> None:
    iri = row.course_iri or row.module_iri
    name = row.course_name if row.course_iri else row.module_name
    _noted(
        session,
        row,
        What.COURSE,
        digest,
        keys=[],
        iri=iri,
        name=name,
        sought=f"{name or ''} {iri}",
    )


def _noted(
    session: Session,
    row: CompletionRow,
    what: What,
    digest: str,
    *,
    keys: list[list[str]],
    iri: str | None,
    name: str | None,
    sought: str,
) -> tuple[Unassigned, bool]:
    """Note it, and return it, held, and whether it is new."""
    while True:
        is_new = inserted_once(
            session,
            Unassigned,
            what=what,
            digest=digest,
            keys=keys,
            iri=iri,
            name=name,
            sought=sought.lower()[:LONGEST_SOUGHT],
            source=row.source,
            since=row.received_at,
        )
        found = session.scalar(
            select(Unassigned)
            .where(Unassigned.what == what, Unassigned.digest == digest)
            .with_for_update(read=True, key_share=True)
        )
        if found is not None:
            return found, is_new
        # Somebody has just made it known, and has not seen this row: it is noted anew, and looked
        # at again soon (`look_again_at_known`).


def on_people_known(session: Session, happened: Sequence[Happened]) -> None:
    """Look again at what people completed whom we did not know."""
    events: list[PersonKnown] = [event for _, event in happened]
    keys = [key for event in events for key in event.keys]
    if len(keys) > AT_ONCE and session.scalar(select(UnassignedKey.id).limit(1)) is None:
        return  # a whole roster became known, and nothing waits for anybody
    look_again_for(session, identifiers.awaited(keys))


def look_again_for(session: Session, digests: Collection[str]) -> None:
    """Look again at what waits for any of these identifiers."""
    sought, waiting = sorted(digests), set[str]()
    for first in range(0, len(sought), AT_ONCE):
        waiting |= set(
            session.scalars(
                select(Unassigned.digest)
                .join(UnassignedKey, UnassignedKey.unassigned_id == Unassigned.id)
                .where(UnassignedKey.digest.in_(sought[first : first + AT_ONCE]))
            )
        )
    for digest in sorted(waiting):
        look_again(session, What.PERSON, digest)


def on_course_known(session: Session, _event_id: UUID, event: CourseKnown) -> None:
    """Look again at what was completed in a course that we did not know."""
    look_again(session, What.COURSE, identifiers.place_digest(event.place))


def on_course_named(session: Session, _event_id: UUID, event: CourseNamed) -> None:
    """Look again at what was completed in a course that we did not know by these names."""
    for digest in sorted(identifiers.place_digest(place) for place in event.places):
        look_again(session, What.COURSE, digest)


def look_again(session: Session, what: What, digest: str) -> None:
    """Let the worker look again at what waits for this person or course; whatever is still not
    known then is noted anew.
    """
    # First who waits, then what: whoever binds them by hand holds these in the same order.
    session.execute(
        delete(Unassigned)
        .where(Unassigned.what == what, Unassigned.digest == digest)
        .execution_options(synchronize_session="fetch")
    )
    session.execute(
        update(CompletionRow)
        .where(or_(waits_for(what), failing.may_be_tried()), named_by(what) == digest)
        .values(status=Status.NEW, reason=None)
    )


def look_again_at_known(session: Session) -> None:
    """Look again at what waits for courses that are known by now.

    A worker may look at a completion while a launch, or somebody by hand, makes its course known:
    on PostgreSQL neither sees the other, and what the worker writes down then would wait for ever.
    """
    known = session.execute(
        select(Unassigned.organisation_id, Unassigned.digest)
        .join(
            CourseActivity,
            and_(
                CourseActivity.organisation_id == Unassigned.organisation_id,
                CourseActivity.digest == Unassigned.digest,
            ),
        )
        .where(Unassigned.what == What.COURSE, CourseActivity.contested.is_(False))
        .order_by(Unassigned.organisation_id, Unassigned.digest)
        .limit(MOST_AT_ONCE)
    ).all()
    for organisation_id, digest in known:
        with narrowed(session, organisation_id):
            look_again(session, What.COURSE, digest)


def waits_for(what: What) -> ColumnElement[bool]:
    """Return the condition that a completion waits for that."""
    reasons = FOR_A_PERSON if what == What.PERSON else (Reason.COURSE_UNKNOWN,)
    return (CompletionRow.status == Status.WAITING) & CompletionRow.reason.in_(reasons)


def named_by(what: What) -> InstrumentedAttribute[Any]:
    """Return the column by which completions name that."""
    return CompletionRow.person_digest if what == What.PERSON else CompletionRow.course_digest


def forgotten(session: Session, digests: Collection[str]) -> None:
    """Forget people whose completions are erased, if nothing else of them waits."""
    no_longer(session, What.PERSON, digests)
    session.execute(
        update(Binding)
        .where(Binding.what == What.PERSON, Binding.digest.in_(digests))
        .values(keys=[])
    )


def no_longer(session: Session, what: What, digests: Collection[str]) -> None:
    """Forget people or courses whose completions are gone, if nothing else waits for them."""
    for digest in digests:
        left = select(CompletionRow.id).where(waits_for(what), named_by(what) == digest)
        if session.scalar(left.limit(1)) is None:
            session.execute(
                delete(Unassigned).where(Unassigned.what == what, Unassigned.digest == digest)
            )
