"""Taking back what was said of a check-in by mistake, and correcting it.

What was said, by whom and when, is in the events; so is where the check-in stood before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugin.checkins import events
from plugin.checkins.model import CheckIn
from plugin.checkins.rules import CORRECTED_WITHIN, State, before_it_was_said
from plugin.checkins.service import feedback_of, for_one_of_the_two
from plugin.foundation.errors import TransitionRefused
from plugin.foundation.events import EventRow, happened
from plugin.pairings.model import Pairing

_SAYS = {State.HELD: events.Held.kind, State.MISSED: events.Missed.kind}


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """The last that was said of a check-in: that they spoke, or that one did not come."""

    event_id: UUID
    kind: str
    by: UUID | None
    at: datetime
    before: State
    absent_id: UUID | None
    """Who did not come, as corrected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrections:
    """What somebody can put right now."""

    take_back: bool
    absence: bool
    minutes: bool


def standing_word(session: Session, checkin: CheckIn) -> Word | None:
    """Return what made a check-in held or missed, or None if it is neither."""
    kind = _SAYS.get(State(checkin.state))
    if kind is None:
        return None
    rows = _events(session, checkin.id, kind, events.TakenBack.kind, events.AbsenceCorrected.kind)
    taken_back = {row.facts["said_id"] for row in rows if row.kind == events.TakenBack.kind}
    standing = [row for row in rows if row.kind == kind and str(row.id) not in taken_back]
    if not standing or (kind == events.Held.kind and "before" not in standing[-1].facts):
        return None  # (said before corrections were thought of)
    said = standing[-1]
    absent = [
        row.facts["absent_id"]
        for row in (said, *rows)
        if row is said or row.facts.get("said_id") == str(said.id)
        if "absent_id" in row.facts
    ]
    return Word(
        event_id=said.id,
        kind=kind,
        by=said.actor_id,
        at=said.at,
        before=State(said.facts.get("before", State.BOOKED)),  # only what is booked can be missed
        absent_id=UUID(absent[-1]) if absent else None,
    )


def taken_back_last(session: Session, checkin: CheckIn) -> EventRow | None:
    """Return what was taken back of a check-in, if nothing has happened to it since."""
    if State(checkin.state) in _SAYS:
        return None  # it was said anew, perhaps at the same moment
    rows = _events(session, checkin.id)
    taken_back = [row for row in rows if row.kind == events.TakenBack.kind]
    if not taken_back or rows[-1].at > taken_back[-1].at:
        return None
    return taken_back[-1]


def last_opening(session: Session, checkin_id: UUID) -> UUID | None:
    """Return the event by which a check-in was opened last."""
    opened = _events(session, checkin_id, events.Opened.kind)
    return opened[-1].id if opened else None


def said_at(session: Session, event_id: UUID) -> datetime:
    """Return when something was said that is corrected."""
    return session.get_one(EventRow, event_id).at


def _events(session: Session, checkin_id: UUID, *kinds: str) -> Sequence[EventRow]:
    """Return what happened to a check-in, of these kinds or of any, the oldest first."""
    rows = select(EventRow).where(EventRow.subject_id == checkin_id)
    if kinds:
        rows = rows.where(EventRow.kind.in_(kinds))
    return session.scalars(rows.order_by(EventRow.at)).all()


def possible(
    session: Session, checkin: CheckIn, pairing: Pairing, by: UUID, *, now: datetime
) -> Corrections:
    """Return what `by`, one of the two, can put right of a check-in now."""
    word = standing_word(session, checkin)
    try:
        _back_to(session, checkin, pairing, word, by, now)
        take_back = True
    except TransitionRefused:
        take_back = False
    return Corrections(
        take_back=take_back,
        absence=take_back and checkin.state == State.MISSED,
        minutes=word is not None and _is_young(checkin, now),
    )


def take_back(session: Session, checkin_id: UUID, *, by: UUID, now: datetime) -> CheckIn:
    """Put a check-in back where it stood before `by` said that they spoke, or that one was absent.

    Taking back what is taken back already changes nothing.

    Raises:
        TransitionRefused: it cannot be taken back by them, or not any more.
    """
    checkin, pairing, _ = for_one_of_the_two(session, checkin_id, by, locked=True)
    word = standing_word(session, checkin)
    if word is None and taken_back_last(session, checkin) is not None:
        return checkin  # the same form sent twice
    checkin.state = _back_to(session, checkin, pairing, word, by, now)
    assert word is not None  # noqa: S101 # otherwise refused
    checkin.held_at = checkin.talked_minutes = None
    session.flush()
    happened(
        session,
        events.TakenBack(
            at=now, subject_id=checkin.id, actor_id=by, said_id=word.event_id, said=word.kind
        ),
    )
    return checkin


def correct_absence(session: Session, checkin_id: UUID, *, by: UUID, now: datetime) -> CheckIn:
    """Record that it was `by` who did not come, and not the other one, of whom they had said it.

    Raises:
        TransitionRefused: it is not missed, or cannot be corrected by them, or not any more.
    """
    checkin, pairing, _ = for_one_of_the_two(session, checkin_id, by, locked=True)
    word = standing_word(session, checkin)
    if checkin.state != State.MISSED or word is None:
        raise TransitionRefused("Nobody was absent.")
    _back_to(session, checkin, pairing, word, by, now)
    if word.absent_id != by:
        happened(
            session,
            events.AbsenceCorrected(
                at=now, subject_id=checkin.id, actor_id=by, said_id=word.event_id, absent_id=by
            ),
        )
    return checkin


def correct_minutes(
    session: Session, checkin_id: UUID, minutes: int, *, by: UUID, now: datetime
) -> CheckIn:
    """Record how long the two really talked; either may say so, within the week.

    Raises:
        TransitionRefused: they have not spoken, or it is too long ago.
    """
    checkin, _, _ = for_one_of_the_two(session, checkin_id, by, locked=True)
    word = standing_word(session, checkin)
    if checkin.state != State.HELD or word is None:
        raise TransitionRefused("You have not spoken yet.")
    if not _is_young(checkin, now):
        raise TransitionRefused("It was more than a week ago; now it stands.")
    if minutes != (checkin.talked_minutes or checkin.minutes):
        checkin.talked_minutes = minutes
        session.flush()
        happened(
            session,
            events.MinutesCorrected(
                at=now, subject_id=checkin.id, actor_id=by, said_id=word.event_id, minutes=minutes
            ),
        )
    return checkin


def _back_to(
    session: Session,
    checkin: CheckIn,
    pairing: Pairing,
    word: Word | None,
    by: UUID,
    now: datetime,
) -> State:
    if word is None:
        raise TransitionRefused("There is nothing to take back.")
    if pairing.closed_at is not None:
        raise TransitionRefused("You two are no pair any more.")
    return before_it_was_said(
        word.before,
        said_at=word.at,
        now=now,
        is_theirs=word.by == by,
        looked_back=bool(feedback_of(session, checkin.id)),
    )


def _is_young(checkin: CheckIn, now: datetime) -> bool:
    return checkin.held_at is not None and now - checkin.held_at <= CORRECTED_WITHIN
