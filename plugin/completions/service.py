"""Understanding completions and opening check-ins for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from plugin.checkins.model import CheckIn
from plugin.checkins.rules import State
from plugin.completions import failing, observing, waiting
from plugin.completions.doing import done_each
from plugin.completions.model import CompletionRow, Reason, Status
from plugin.completions.understanding import COMPLETE, Understood, understood
from plugin.courses import service as courses
from plugin.pairings.events import PairingMade
from plugin.people import identifiers
from plugin.people.events import PeopleMerged, PeopleParted
from plugin.programmes.model import Checkpoint

_WRITTEN = ("person_id", "checkpoint_id", "status", "reason", "observed")
"""Of each row alike, whatever changed: so one statement writes them all."""
FOR_A_MENTOR = (Reason.NO_MENTOR_YET, Reason.NOT_TAKING_PART)


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
    observing.observe(session, rows, several, now=now)
    waiting.noted_each(session, rows)
    _modules_seen(session, rows, several)


def _modules_seen(
    session: Session, rows: Sequence[CompletionRow], several: Sequence[Understood]
) -> None:
    """Keep modules that records name in courses that are known, so that they can be picked."""
    named = {
        (row.course_iri, row.module_iri): row
        for row, known in zip(rows, several, strict=True)
        if row.kind == "module" and row.reason != Reason.COURSE_UNKNOWN and _is_news(known)
    }
    for (course, module), row in named.items():
        if course and module:
            courses.module_seen(session, course, module, name=row.module_name, now=row.received_at)


def _is_news(known: Understood) -> bool:
    """Tell whether a module is not known, or only by an assignment that may be undone."""
    return known.activity is None or known.activity.brought_by is not None


def on_pairing_made(session: Session, _event_id: UUID, event: PairingMade) -> None:
    """Look again at what the mentee completed before they had a mentor, or with another one.

    What they had not held with that one was withdrawn; nobody took their completion back.
    """
    rules = select(Checkpoint.id).where(Checkpoint.programme_id == event.programme_id)
    theirs = (CompletionRow.person_id == event.mentee_id, CompletionRow.checkpoint_id.in_(rules))
    _look_again(session, CompletionRow.reason.in_(FOR_A_MENTOR), *theirs)
    withdrawn = select(CheckIn.checkpoint_id).where(
        CheckIn.mentee_id == event.mentee_id, CheckIn.state == State.WITHDRAWN
    )
    session.execute(
        update(CompletionRow)
        .where(
            CompletionRow.status == Status.APPLIED,
            CompletionRow.state.in_(COMPLETE),
            CompletionRow.checkpoint_id.in_(withdrawn),
            *theirs,
        )
        .values(status=Status.NEW, reason=None)
        .execution_options(synchronize_session="fetch")
    )


def on_people_merged_or_parted(
    session: Session, _event_id: UUID, event: PeopleMerged | PeopleParted
) -> None:
    """Look again at what waits for either of two people, or for a mentor of theirs."""
    both = (event.subject_id, event.merged_id)
    _look_again(session, CompletionRow.reason.in_(FOR_A_MENTOR), CompletionRow.person_id.in_(both))
    waiting.look_again_for(session, identifiers.awaited_of(session, both))


def _look_again(session: Session, *those: ColumnElement[bool]) -> None:
    session.execute(
        update(CompletionRow)
        .where(CompletionRow.status == Status.WAITING, *those)
        .values(status=Status.NEW, reason=None)
    )


def look_again_at_waiting(session: Session, *, now: datetime) -> None:
    """Look again at what came within the hour and waits, and at what we failed to look at.

    On PostgreSQL a completion may be looked at while the join that it needs is not committed yet,
    and the join cannot see the completion; this closes that gap. A platform tells of all its
    courses: of those that are not known, only what waits for one that has become known is taken.
    """
    _look_again(
        session,
        CompletionRow.reason.not_in((Reason.COURSE_UNKNOWN, Reason.FAILED)),
        CompletionRow.received_at > now - timedelta(hours=1),
    )
    failing.look_again_at_failed(session, now=now)
    waiting.look_again_at_known(session)
