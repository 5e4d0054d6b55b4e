"""Understanding completions and opening check-ins for them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.orm import Session

from lrs_bridge.completion import Completion, Sighting, same_place
from plugin.checkins import service as checkins
from plugin.completions.model import CompletionRow, Reason, Status
from plugin.courses.events import CourseKnown
from plugin.courses.model import LONGEST_IRI, CourseActivity
from plugin.courses.service import activity_at, seen_activity
from plugin.foundation.errors import NotFound
from plugin.foundation.tenancy import inserted_once
from plugin.pairings.events import PairingMade
from plugin.pairings.service import open_pairing
from plugin.people.events import PersonKnown
from plugin.people.service import found
from plugin.programmes.model import Checkpoint, Part, Programme
from plugin.programmes.service import participation

COMPLETE = frozenset({"completed", "passed"})


def receive(session: Session, completions: Iterable[Completion], *, now: datetime) -> int:
    """Keep what sources tell, each event once; return how many were new."""
    return sum(_received(session, completion, now) for completion in completions)


def _received(session: Session, completion: Completion, now: datetime) -> bool:
    surest, course = completion.person_keys[0], completion.course_key
    return inserted_once(
        session,
        CompletionRow,
        organisation_id=completion.organisation_id,
        source=completion.source,
        source_event_id=completion.source_event_id,
        person_keys=[[key.scheme, key.home, key.value] for key in completion.person_keys],
        person_digest=digest(surest.home, surest.value),
        course_digest=digest(same_place(course)) if course else None,
        course_iri=course,
        module_iri=completion.module_key,
        kind=completion.kind,
        state=completion.state,
        at=completion.at,
        reference=completion.reference,
        received_at=now,
        status=Status.NEW,
    )


def forget(session: Session, references: Sequence[UUID]) -> None:
    """Forget who the completions were about that these statements told of.

    What still waits for a person or a course waits no longer. What came of the others stays: a
    check-in is the tool's own record, and a completion that is sent again must open no second one.
    """
    told = CompletionRow.reference.in_(references)
    waiting = CompletionRow.status.in_([Status.NEW, Status.WAITING])
    session.execute(delete(CompletionRow).where(told, waiting))
    session.execute(update(CompletionRow).where(told).values(person_keys=[], person_digest=""))


def digest(*parts: str) -> str:
    """Return what something is found by in an index, however long it is."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def due(session: Session, *, limit: int = 100) -> list[tuple[UUID, UUID]]:
    """Return (organisation, completion) of those not looked at yet, in the order they happened.

    At one moment, `uncompleted` comes before `completed`: so Moodle sends it, and so the later
    word stands.
    """
    rows = session.execute(
        select(CompletionRow.organisation_id, CompletionRow.id)
        .where(CompletionRow.status == Status.NEW)
        .order_by(CompletionRow.at, CompletionRow.state.desc(), CompletionRow.received_at)
        .limit(limit)
    )
    return [(organisation_id, id) for organisation_id, id in rows]


def apply(session: Session, completion_id: UUID, *, now: datetime, cutoff_days: int) -> Status:
    """Look at one completion and do what it calls for; doing it twice is doing it once."""
    row = session.get_one(CompletionRow, completion_id, with_for_update=True)
    if row.status == Status.NEW:
        status, reason = _applied(session, row, now, timedelta(days=cutoff_days))
        row.status = status
        row.reason = reason
    return Status(row.status)


def _applied(
    session: Session, row: CompletionRow, now: datetime, cutoff: timedelta
) -> tuple[Status, Reason | None]:
    person = found(session, [(scheme, home, value) for scheme, home, value in row.person_keys])
    row.person_id = person.id if person else None
    checkpoint = _checkpoint(session, row)
    if isinstance(checkpoint, Reason):
        waits = checkpoint is Reason.COURSE_UNKNOWN
        return (Status.WAITING if waits else Status.COUNTED), checkpoint
    row.checkpoint_id = checkpoint.id
    if person is None:
        return Status.WAITING, Reason.PERSON_UNKNOWN
    if row.at < checkpoint.created_at - CLOCKS_DIFFER:
        return Status.COUNTED, Reason.BEFORE_CHECKPOINT
    if row.at < now - cutoff:
        return Status.COUNTED, Reason.TOO_OLD
    if row.state == "uncompleted":
        return _taken_back(session, row, checkpoint, person.id, now)
    if row.state not in COMPLETE:
        return Status.COUNTED, Reason.NOT_PASSED
    return _opened(session, row, checkpoint, person.id, now)


def set_aside(session: Session, completion_id: UUID) -> None:
    """Keep a completion that we failed to understand; it is looked at again within the hour."""
    row = session.get_one(CompletionRow, completion_id)
    row.status = Status.WAITING
    row.reason = Reason.FAILED


CLOCKS_DIFFER = timedelta(minutes=2)
"""How far a platform's clock may be behind ours before a completion counts as older."""


def _checkpoint(session: Session, row: CompletionRow) -> Checkpoint | Reason:
    iri = row.module_iri if row.kind == "module" else row.course_iri
    place = same_place(iri or "")
    checkpoint = session.scalar(
        select(Checkpoint)
        .join(Programme, Programme.id == Checkpoint.programme_id)
        .join(  # a rule counts in the course that the place belongs to
            CourseActivity,
            and_(
                CourseActivity.place == Checkpoint.place,
                CourseActivity.course_id == Programme.course_id,
            ),
        )
        .where(Checkpoint.place == place, Checkpoint.retired_at.is_(None))
    )
    if checkpoint is not None:
        return checkpoint
    known = activity_at(session, row.course_iri) if row.course_iri else None
    return Reason.NO_CHECKPOINT if known is not None else Reason.COURSE_UNKNOWN


def _opened(
    session: Session, row: CompletionRow, checkpoint: Checkpoint, person_id: UUID, now: datetime
) -> tuple[Status, Reason | None]:
    mentee = participation(session, checkpoint.programme_id, person_id, Part.MENTEE)
    if mentee is None or mentee.left_at is not None:
        return Status.WAITING, Reason.NOT_TAKING_PART
    pairing = open_pairing(session, checkpoint.programme_id, person_id)
    if pairing is None:
        return Status.WAITING, Reason.NO_MENTOR_YET
    checkin = checkins.open_once(
        session,
        pairing,
        checkpoint,
        completed_at=row.at,
        source=row.source,
        reference=row.reference,
        now=now,
    )
    if checkin is None:
        return Status.COUNTED, Reason.OPEN_ALREADY
    return Status.APPLIED, None


def _taken_back(
    session: Session, row: CompletionRow, checkpoint: Checkpoint, person_id: UUID, now: datetime
) -> tuple[Status, Reason | None]:
    # A completion that still waits for a mentor is taken back as well.
    session.execute(
        update(CompletionRow)
        .where(
            CompletionRow.status == Status.WAITING,
            CompletionRow.person_id == person_id,
            CompletionRow.checkpoint_id == checkpoint.id,
            CompletionRow.at < row.at,
        )
        .values(status=Status.COUNTED, reason=Reason.TAKEN_BACK)
    )
    try:
        checkin = checkins.of_checkpoint(session, checkpoint.id, person_id)
    except NotFound:
        return Status.COUNTED, Reason.TAKEN_BACK
    withdrawn = checkins.withdraw(session, checkin, taken_back_at=row.at, now=now)
    return (Status.APPLIED, None) if withdrawn else (Status.COUNTED, Reason.TAKEN_BACK)


def on_person_known(session: Session, _event_id: UUID, event: PersonKnown) -> None:
    """Look again at what somebody completed whom we did not know."""
    _look_again(
        session,
        CompletionRow.reason == Reason.PERSON_UNKNOWN,
        CompletionRow.person_digest == digest(event.home, event.value),
    )


def on_course_known(session: Session, _event_id: UUID, event: CourseKnown) -> None:
    """Look again at what was completed in a course that we did not know."""
    _look_again(
        session,
        CompletionRow.reason == Reason.COURSE_UNKNOWN,
        CompletionRow.course_digest == digest(event.place),
    )


def on_pairing_made(session: Session, _event_id: UUID, event: PairingMade) -> None:
    """Look again at what the mentee completed before they had a mentor."""
    rules = select(Checkpoint.id).where(Checkpoint.programme_id == event.programme_id)
    _look_again(
        session,
        CompletionRow.reason.in_((Reason.NO_MENTOR_YET, Reason.NOT_TAKING_PART)),
        CompletionRow.person_id == event.mentee_id,
        CompletionRow.checkpoint_id.in_(rules),
    )


def _look_again(session: Session, *those: ColumnElement[bool]) -> None:
    session.execute(
        update(CompletionRow)
        .where(CompletionRow.status == Status.WAITING, *those)
        .values(status=Status.NEW, reason=None)
    )


def look_again_at_recent(session: Session, *, now: datetime) -> None:
    """Look again at what came within the hour and waits.

    On PostgreSQL a completion may be looked at while the join that it needs is not committed yet,
    and the join cannot see the completion; this closes that gap. A course that was not known then
    had no rules either, and a platform tells of all its courses: those are left to wait.
    """
    _look_again(
        session,
        CompletionRow.reason != Reason.COURSE_UNKNOWN,
        CompletionRow.received_at > now - timedelta(hours=1),
    )


def module_seen(session: Session, sighting: Sighting, *, now: datetime) -> None:
    """Remember a module that a learning record named, so that an instructor can pick it."""
    course = activity_at(session, sighting.course_key)
    if course is not None and len(sighting.module_key) <= LONGEST_IRI:
        seen_activity(
            session,
            course.course_id,
            iri=sighting.module_key,
            kind="module",
            name=sighting.module_name,
            now=now,
        )
