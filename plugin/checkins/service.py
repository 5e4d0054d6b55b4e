"""Booking, holding and looking back on check-ins."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugin.checkins import events
from plugin.checkins.model import CheckIn, Feedback
from plugin.checkins.rules import State, Worth, moved
from plugin.checkins.seeing import NEVER, seen_of_checkpoint, would_withdraw
from plugin.foundation.errors import FormInvalid, NotFound, TransitionRefused
from plugin.foundation.events import happened
from plugin.foundation.tenancy import inserted_once
from plugin.pairings.events import PairingClosed
from plugin.pairings.model import Pairing
from plugin.programmes.model import Part

WAITING = (State.OPEN, State.BOOKED, State.MISSED)
"""States of check-ins that may still come to be held."""


def withdraw(
    session: Session,
    checkin: CheckIn,
    *,
    taken_back_at: datetime,
    now: datetime,
    as_if_never: bool = False,
) -> bool:
    """Take back a check-in whose completion was taken back; True when it was (`would_withdraw`).

    Args:
        as_if_never: it was never completed; a completion that was earlier opens it again, too.
    """
    if not would_withdraw(checkin, taken_back_at):
        return False
    checkin.state = moved(State(checkin.state), State.WITHDRAWN)
    if as_if_never:
        checkin.completed_at = NEVER
    happened(
        session,
        events.Withdrawn(
            at=now,
            subject_id=checkin.id,
            actor_id=checkin.mentee_id,
            completion_taken_back=True,
        ),
    )
    return True


def of_checkpoint(session: Session, checkpoint_id: UUID, mentee_id: UUID) -> CheckIn:
    """Return a mentee's check-in for a checkpoint, locked against others.

    Raises:
        NotFound: there is none.
    """
    checkin = seen_of_checkpoint(session, checkpoint_id, mentee_id, locked=True)
    if checkin is None:
        raise NotFound("There is no check-in for this.")
    return checkin


def for_one_of_the_two(
    session: Session, checkin_id: UUID, person_id: UUID, *, locked: bool = False
) -> tuple[CheckIn, Pairing, Part]:
    """Return a check-in, its pairing and the part of `person_id` in it.

    Raises:
        NotFound: it does not exist, or it is not theirs; the two are not told apart.
    """
    checkin = session.get(CheckIn, checkin_id, with_for_update=locked)
    pairing = session.get(Pairing, checkin.pairing_id) if checkin else None
    if (
        checkin is None
        or pairing is None
        or person_id not in (pairing.mentor_id, pairing.mentee_id)
    ):
        raise NotFound("There is no such check-in among yours.")
    return checkin, pairing, Part.MENTEE if person_id == pairing.mentee_id else Part.MENTOR


def book(
    session: Session,
    checkin_id: UUID,
    *,
    starts_at: datetime,
    meeting_place: str | None,
    by: UUID,
    now: datetime,
) -> CheckIn:
    """Agree a time, or another one. Both get an invitation.

    Raises:
        FormInvalid: the time has passed.
    """
    checkin, _, _ = for_one_of_the_two(session, checkin_id, by, locked=True)
    if starts_at <= now:
        raise FormInvalid(
            "Choose a time that is still to come.", {"starts_at": ["This time has passed."]}
        )
    previous = checkin.starts_at if checkin.state == State.BOOKED else None
    if previous == starts_at and checkin.meeting_place == meeting_place:
        return checkin  # the same form sent twice
    checkin.state = moved(State(checkin.state), State.BOOKED)
    checkin.starts_at = starts_at
    checkin.meeting_place = meeting_place
    checkin.booking_sequence += 1
    session.flush()
    booked: events.Booked | events.Rebooked
    if previous is None:
        booked = events.Booked(
            at=now,
            subject_id=checkin.id,
            actor_id=by,
            starts_at=starts_at,
            sequence=checkin.booking_sequence,
        )
    else:
        booked = events.Rebooked(
            at=now,
            subject_id=checkin.id,
            actor_id=by,
            starts_at=starts_at,
            previous=previous,
            sequence=checkin.booking_sequence,
        )
    happened(session, booked)
    return checkin


def cancel(session: Session, checkin_id: UUID, *, by: UUID, now: datetime) -> CheckIn:
    """Call the booking off; the check-in stays open for another time."""
    checkin, _, _ = for_one_of_the_two(session, checkin_id, by, locked=True)
    if checkin.state != State.BOOKED:
        raise TransitionRefused("There is no booking to cancel.")
    _cancelled(session, checkin, by=by, now=now)
    return checkin


def _cancelled(session: Session, checkin: CheckIn, *, by: UUID | None, now: datetime) -> None:
    starts_at = checkin.starts_at
    assert starts_at is not None  # noqa: S101 # booked
    checkin.state = moved(State(checkin.state), State.OPEN)
    checkin.starts_at = None
    checkin.booking_sequence += 1
    session.flush()
    happened(
        session,
        events.Cancelled(
            at=now,
            subject_id=checkin.id,
            actor_id=by,
            starts_at=starts_at,
            sequence=checkin.booking_sequence,
        ),
    )


def on_pairing_closed(session: Session, _event_id: UUID, event: PairingClosed) -> None:
    """Withdraw what the two had not held yet; a booking leaves both calendars."""
    waiting = session.scalars(
        select(CheckIn)
        .where(CheckIn.pairing_id == event.subject_id, CheckIn.state.in_(WAITING))
        .order_by(CheckIn.opened_at, CheckIn.id)
        .with_for_update()
    ).all()
    for checkin in waiting:
        if checkin.state == State.BOOKED:
            _cancelled(session, checkin, by=event.actor_id, now=event.at)
        checkin.state = moved(State(checkin.state), State.WITHDRAWN)
        checkin.completed_at = NEVER  # their next mentor is owed it: nobody took anything back
        happened(
            session,
            events.Withdrawn(
                at=event.at,
                subject_id=checkin.id,
                actor_id=event.actor_id,
                completion_taken_back=False,
            ),
        )


def hold(session: Session, checkin_id: UUID, *, by: UUID, now: datetime) -> CheckIn:
    """Record that the two spoke. Saying it twice, or both saying it, is saying it once."""
    checkin, _, _ = for_one_of_the_two(session, checkin_id, by, locked=True)
    if checkin.state == State.HELD:
        return checkin
    before = State(checkin.state)
    checkin.state = moved(before, State.HELD)
    checkin.held_at = now
    session.flush()
    happened(
        session,
        events.Held(
            at=now, subject_id=checkin.id, actor_id=by, minutes=checkin.minutes, before=before
        ),
    )
    return checkin


def miss(session: Session, checkin_id: UUID, *, by: UUID, now: datetime) -> CheckIn:
    """Record that the other one did not come; it can be booked again.

    Raises:
        TransitionRefused: it was not booked, or its time has not come.
    """
    checkin, pairing, part = for_one_of_the_two(session, checkin_id, by, locked=True)
    if checkin.starts_at is None or checkin.starts_at > now:
        raise TransitionRefused("Its time has not come yet.")
    checkin.state = moved(State(checkin.state), State.MISSED)
    session.flush()
    absent = pairing.mentor_id if part is Part.MENTEE else pairing.mentee_id
    happened(session, events.Missed(at=now, subject_id=checkin.id, actor_id=by, absent_id=absent))
    return checkin


def reflect(
    session: Session,
    checkin_id: UUID,
    *,
    by: UUID,
    worth: Worth,
    next_step: str | None,
    next_step_by: date | None,
    line: str | None,
    now: datetime,
) -> Feedback:
    """Keep how one of the two looks back. It is given once; sending it again changes nothing.

    Raises:
        TransitionRefused: they have not spoken yet.
    """
    checkin, _, part = for_one_of_the_two(session, checkin_id, by, locked=True)
    if checkin.state != State.HELD:
        raise TransitionRefused("Look back once you have spoken.")
    new = inserted_once(
        session,
        Feedback,
        checkin_id=checkin.id,
        person_id=by,
        part=part,
        worth=worth,
        next_step=next_step if part is Part.MENTEE else None,
        next_step_by=next_step_by if part is Part.MENTEE else None,
        line=line,
        given_at=now,
    )
    feedback = feedback_of(session, checkin.id)[by]
    if new:
        happened(
            session,
            events.Reflected(
                at=now,
                subject_id=checkin.id,
                actor_id=by,
                part=part,
                worth=worth,
                note_id=feedback.id if feedback.line or feedback.next_step else None,
            ),
        )
    return feedback


def feedback_of(session: Session, checkin_id: UUID) -> dict[UUID, Feedback]:
    """Return the feedback on a check-in by who gave it."""
    rows = session.scalars(select(Feedback).where(Feedback.checkin_id == checkin_id))
    return {row.person_id: row for row in rows}
