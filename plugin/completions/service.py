"""Understanding completions and opening check-ins for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from plugin.checkins import service as checkins
from plugin.completions import waiting
from plugin.completions.doing import done_each
from plugin.completions.events import CompletionObserved
from plugin.completions.model import XAPI, CompletionRow, Reason, Status
from plugin.completions.understanding import COMPLETE, Understood, understood
from plugin.courses import service as courses
from plugin.foundation.events import all_happened
from plugin.pairings.events import PairingMade
from plugin.programmes.model import Checkpoint

_WRITTEN = ("person_id", "checkpoint_id", "status", "reason", "observed")
"""Of each row alike, whatever changed: so one statement writes them all."""


def apply(session: Session, completion_id: UUID, *, now: datetime, cutoff_days: int) -> Status:
    """Look at one completion and do what it calls for; doing it twice is doing it once."""
    row = session.get_one(CompletionRow, completion_id, with_for_update=True)
    if row.status == Status.NEW:
        look_at(session, [row], now=now, cutoff_days=cutoff_days)
    return Status(row.status)


def look_at(
    session: Session, rows: Sequence[CompletionRow], *, now: datetime, cutoff_days: int
) -> None:
    """Do what completions call for, and write down what that was.

    Args:
        rows: in the order in which they happened.
    """
    several = understood(session, rows, cutoff_days=cutoff_days)
    outcomes = done_each(session, rows, several, now=now)
    for row, known, (status, reason) in zip(rows, several, outcomes, strict=True):
        row.person_id = known.person_id
        row.checkpoint_id = known.checkpoint.id if known.checkpoint else None
        row.status, row.reason = status, reason
        for name in _WRITTEN:
            flag_modified(row, name)
    _observed(session, rows, several)
    for row in rows:
        waiting.noted(session, row)
    _modules_seen(session, rows, several)


def _modules_seen(
    session: Session, rows: Sequence[CompletionRow], several: Sequence[Understood]
) -> None:
    """Keep modules that were not known in courses that are, so that they can be picked."""
    named = {
        (row.course_iri, row.module_iri): row
        for row, known in zip(rows, several, strict=True)
        if known.activity is None and row.kind == "module" and row.reason != Reason.COURSE_UNKNOWN
    }
    for (course, module), row in named.items():
        if course and module:
            courses.module_seen(session, course, module, name=row.module_name, now=row.received_at)


def _observed(
    session: Session, rows: Sequence[CompletionRow], several: Sequence[Understood]
) -> None:
    """Say once that somebody completed something, unless a learning record of the LMS does."""
    observed = []
    for row, known in zip(rows, several, strict=True):
        if row.observed or row.came_by in XAPI or row.state not in COMPLETE:
            continue
        if known.person_id is None or known.activity is None or row.reason == Reason.OWN_ITEM:
            continue
        row.observed = True
        observed.append(
            CompletionObserved(
                at=row.at,
                subject_id=row.id,
                actor_id=known.person_id,
                course_id=known.activity.course_id,
                activity=known.activity.iri,
                of=row.kind,
                state=row.state,
                source=row.came_by,
            )
        )
    all_happened(session, observed)


def take_back(session: Session, row: CompletionRow, *, now: datetime) -> bool:
    """Take back one completion, as if its source had never told of it.

    False, and nothing changes, if somebody has acted upon the check-in that it opened. A check-in
    that another completion would have opened as well stays.
    """
    if row.status == Status.APPLIED and row.person_id and row.checkpoint_id:
        checkin = checkins.of_checkpoint(session, row.checkpoint_id, row.person_id)
        is_its_own = checkin.completed_at == row.at and not _is_said_elsewhere(session, row)
        moment = max(now, row.at + timedelta(microseconds=1))
        if is_its_own and not checkins.withdraw(session, checkin, taken_back_at=moment, now=now):
            return False
    row.status, row.reason = Status.COUNTED, Reason.TAKEN_BACK
    session.flush()
    return True


def _is_said_elsewhere(session: Session, row: CompletionRow) -> bool:
    """Tell whether another completion says the same of the same person."""
    others = select(CompletionRow.id).where(
        CompletionRow.checkpoint_id == row.checkpoint_id,
        CompletionRow.person_id == row.person_id,
        CompletionRow.id != row.id,
        CompletionRow.reason == Reason.OPEN_ALREADY,
    )
    return session.scalar(others.limit(1)) is not None


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
