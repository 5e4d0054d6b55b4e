"""The sessions of a circle: proposed, booked, held, with an agenda that all of them share."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugin.circles import events
from plugin.circles.model import Circle, CircleAttendance, CircleSession
from plugin.circles.rules import State, moved
from plugin.circles.service import for_one_of_it, members, still_meets
from plugin.foundation.errors import FormInvalid, NotFound, Refused, TransitionRefused
from plugin.foundation.events import happened
from plugin.foundation.tenancy import inserted_once


def propose(
    session: Session,
    circle_id: UUID,
    *,
    starts_at: datetime,
    minutes: int,
    meeting_place: str | None,
    agenda: Sequence[str],
    by: UUID,
    now: datetime,
) -> CircleSession:
    """Propose a session; one that the mentor proposes is booked at once.

    The same proposal sent twice is one.

    Raises:
        FormInvalid: the time has passed.
        NotFound: they are not in the circle.
    """
    circle = still_meets(for_one_of_it(session, circle_id, by))
    session.get_one(Circle, circle.id, with_for_update=True)
    if starts_at <= now:
        text = "This time has passed."
        raise FormInvalid("Choose a time that is still to come.", {"starts_at": [text]})
    there = session.scalar(
        select(CircleSession).where(
            CircleSession.circle_id == circle.id,
            CircleSession.starts_at == starts_at,
            CircleSession.state.in_((State.PROPOSED, State.BOOKED)),
        )
    )
    if there is not None:
        return there
    is_mentor = by == circle.mentor_id
    proposed = CircleSession(
        circle_id=circle.id,
        state=State.BOOKED if is_mentor else State.PROPOSED,
        starts_at=starts_at,
        minutes=minutes,
        meeting_place=meeting_place,
        agenda=list(agenda),
        proposed_by=by,
        proposed_at=now,
    )
    session.add(proposed)
    session.flush()
    _told(session, proposed, by=by, now=now)
    return proposed


def book(session: Session, session_id: UUID, *, by: UUID, now: datetime) -> CircleSession:
    """Agree to a proposed session, as the circle's mentor. Agreeing twice is agreeing once.

    Raises:
        Refused: somebody else agrees.
    """
    meeting, circle = of_one_of_it(session, session_id, by)
    still_meets(circle)
    if by != circle.mentor_id:
        raise Refused("Only the mentor of the circle can agree to a time.")
    if meeting.state == State.BOOKED:
        return meeting
    if meeting.starts_at <= now:
        raise TransitionRefused("This time has passed. Propose another one.")
    meeting.state = moved(State(meeting.state), State.BOOKED)
    session.flush()
    _told(session, meeting, by=by, now=now)
    return meeting


def cancel(session: Session, session_id: UUID, *, by: UUID, now: datetime) -> CircleSession:
    """Call a session off: its mentor any, a member what they proposed themselves."""
    meeting, circle = of_one_of_it(session, session_id, by)
    if by not in (circle.mentor_id, meeting.proposed_by):
        raise Refused("Only the mentor, or who proposed it, can call a session off.")
    if meeting.state == State.CANCELLED:
        return meeting
    meeting.state = moved(State(meeting.state), State.CANCELLED)
    session.flush()
    _told(session, meeting, by=by, now=now)
    return meeting


def hold(
    session: Session, session_id: UUID, present: Collection[UUID], *, by: UUID, now: datetime
) -> CircleSession:
    """Record that they met, and who was there. Saying it twice is saying it once.

    Raises:
        FormInvalid: nobody was there, or somebody of another circle.
        Refused: somebody else than the mentor says so.
    """
    meeting, circle = of_one_of_it(session, session_id, by)
    if by != circle.mentor_id:
        raise Refused("Only the mentor of the circle says who was there.")
    if meeting.state == State.HELD:
        return meeting
    known = {person.id for person in members(session, circle.id)}
    if not present or not set(present) <= known:
        text = "Choose who was there."
        raise FormInvalid(text, {"present": [text]})
    meeting.state = moved(State(meeting.state), State.HELD)
    meeting.held_at = now
    for person_id in sorted(present):
        inserted_once(session, CircleAttendance, session_id=meeting.id, person_id=person_id)
    session.flush()
    happened(
        session,
        events.SessionHeld(
            at=now,
            subject_id=meeting.id,
            actor_id=by,
            circle_id=circle.id,
            programme_id=circle.programme_id,
            mentor_id=circle.mentor_id,
            minutes=meeting.minutes,
        ),
    )
    return meeting


def write_agenda(session: Session, session_id: UUID, agenda: Sequence[str], *, by: UUID) -> None:
    """Keep the agenda as somebody in the circle writes it; it is everybody's."""
    meeting, _ = of_one_of_it(session, session_id, by)
    if meeting.state not in (State.PROPOSED, State.BOOKED):
        raise TransitionRefused("This session has moved on.")
    meeting.agenda = list(agenda)


def of_one_of_it(
    session: Session, session_id: UUID, person_id: UUID
) -> tuple[CircleSession, Circle]:
    """Return a session, locked against others, and its circle, to somebody in it.

    Raises:
        NotFound: it does not exist, or it is not theirs.
    """
    meeting = session.get(CircleSession, session_id, with_for_update=True)
    if meeting is None:
        raise NotFound("There is no such session among yours.")
    return meeting, for_one_of_it(session, meeting.circle_id, person_id)


def of_circle(session: Session, circle_id: UUID) -> Sequence[CircleSession]:
    """Return the sessions of a circle that were not called off: what comes first, then the past."""
    found = session.scalars(
        select(CircleSession)
        .where(CircleSession.circle_id == circle_id, CircleSession.state != State.CANCELLED)
        .order_by(CircleSession.starts_at)
    ).all()
    coming = [each for each in found if each.state != State.HELD]
    return [*coming, *reversed([each for each in found if each.state == State.HELD])]


def present(session: Session, session_id: UUID) -> Sequence[UUID]:
    """Return who was there when a session was held."""
    return session.scalars(
        select(CircleAttendance.person_id)
        .where(CircleAttendance.session_id == session_id)
        .order_by(CircleAttendance.person_id)
    ).all()


def _told(session: Session, meeting: CircleSession, *, by: UUID, now: datetime) -> None:
    happened(
        session,
        events.SessionMoved(
            at=now,
            subject_id=meeting.id,
            actor_id=by,
            circle_id=meeting.circle_id,
            state=meeting.state,
            starts_at=meeting.starts_at,
        ),
    )
