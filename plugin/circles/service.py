"""Making circles, and who is in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from plugin.circles import events
from plugin.circles.model import Circle, CircleMember, CircleSession
from plugin.circles.rules import MOST, State
from plugin.courses.model import Membership
from plugin.foundation.errors import FormInvalid, NotFound, TransitionRefused
from plugin.foundation.events import happened
from plugin.foundation.tenancy import found_or_inserted
from plugin.people.model import Person
from plugin.programmes.model import Part, Programme
from plugin.programmes.service import takes_part

TOO_MANY = "At most eight learners: with more, not everybody gets to speak."


@dataclass(frozen=True, slots=True, kw_only=True)
class CircleLine:
    """A circle in a list."""

    id: UUID
    topic: str
    mentor_name: str | None
    members: int
    next_at: datetime | None
    held: int
    is_closed: bool


def make(
    session: Session,
    programme: Programme,
    *,
    topic: str,
    mentor_id: UUID,
    members: Collection[UUID],
    group_id: str | None,
    by: UUID,
    now: datetime,
) -> Circle:
    """Make a circle.

    Raises:
        FormInvalid: the mentor is none of this programme, or the members cannot be members.
    """
    if not takes_part(session, programme.id, mentor_id, Part.MENTOR):
        text = "Choose one of the mentors who are attached to this course."
        raise FormInvalid(text, {"mentor": [text]})
    circle = Circle(
        programme_id=programme.id, topic=topic, mentor_id=mentor_id, group_id=group_id, made_at=now
    )
    session.add(circle)
    session.flush()
    seat(session, circle, members, now=now)
    happened(
        session,
        events.CircleMade(
            at=now,
            subject_id=circle.id,
            actor_id=by,
            programme_id=programme.id,
            mentor_id=mentor_id,
        ),
    )
    return circle


def seat(session: Session, circle: Circle, wanted: Collection[UUID], *, now: datetime) -> None:
    """Let `wanted` be who is in a circle from now on.

    Raises:
        FormInvalid: they are too many, not of this course, or one of them mentors the circle.
    """
    session.get_one(Circle, circle.id, with_for_update=True)  # of two at once the later counts all
    _may_be_seated(session, circle, wanted)
    for member in _ever(session, circle.id):
        if member.person_id not in wanted and member.left_at is None:
            member.left_at = now
    for person_id in wanted:
        member = found_or_inserted(
            session,
            select(CircleMember).where(
                CircleMember.circle_id == circle.id, CircleMember.person_id == person_id
            ),
            CircleMember,
            circle_id=circle.id,
            person_id=person_id,
            joined_at=now,
        )
        if member.left_at is not None:
            member.left_at, member.joined_at = None, now
    session.flush()


def _may_be_seated(session: Session, circle: Circle, wanted: Collection[UUID]) -> None:
    if not wanted:
        raise _unfit("Choose at least one learner.")
    if len(wanted) > MOST:
        raise _unfit(TOO_MANY)
    if circle.mentor_id in wanted:
        raise _unfit("The mentor of the circle cannot be one of its learners.")
    course_id = session.get_one(Programme, circle.programme_id).course_id
    here = session.scalars(
        select(Membership.person_id).where(
            Membership.course_id == course_id,
            Membership.active,
            Membership.person_id.in_(wanted),
        )
    ).all()
    if len(here) < len(set(wanted)):
        raise _unfit("Choose people of this course.")


def _unfit(text: str) -> FormInvalid:
    return FormInvalid(text, {"members": [text]})


def _ever(session: Session, circle_id: UUID) -> Sequence[CircleMember]:
    return session.scalars(select(CircleMember).where(CircleMember.circle_id == circle_id)).all()


def close(session: Session, circle: Circle, *, by: UUID, now: datetime) -> None:
    """Let a circle meet no more; what it did stays. Closing twice is closing once."""
    if circle.closed_at is not None:
        return
    circle.closed_at = now
    session.flush()
    happened(session, events.CircleClosed(at=now, subject_id=circle.id, actor_id=by))


def of_programme(session: Session, programme_id: UUID, circle_id: UUID) -> Circle:
    """Return a circle of a programme.

    Raises:
        NotFound: there is none.
    """
    circle = session.get(Circle, circle_id)
    if circle is None or circle.programme_id != programme_id:
        raise NotFound("There is no such circle in this course.")
    return circle


def for_one_of_it(session: Session, circle_id: UUID, person_id: UUID) -> Circle:
    """Return a circle to its mentor or to one of its members.

    Raises:
        NotFound: it does not exist, or they are not in it; the two are not told apart.
    """
    circle = session.get(Circle, circle_id)
    if circle is None or not is_in(session, circle, person_id):
        raise NotFound("There is no such circle among yours.")
    return circle


def is_in(session: Session, circle: Circle, person_id: UUID) -> bool:
    """Tell whether somebody mentors a circle or is one of its learners now."""
    if circle.mentor_id == person_id:
        return True
    member = session.scalar(
        select(CircleMember).where(
            CircleMember.circle_id == circle.id,
            CircleMember.person_id == person_id,
            CircleMember.left_at.is_(None),
        )
    )
    return member is not None


def members(session: Session, circle_id: UUID) -> Sequence[Person]:
    """Return the learners of a circle by name; people without one last."""
    return session.scalars(
        select(Person)
        .join(CircleMember, CircleMember.person_id == Person.id)
        .where(CircleMember.circle_id == circle_id, CircleMember.left_at.is_(None))
        .order_by(Person.name.is_(None), Person.name, Person.id)
    ).all()


def lines(
    session: Session, programme_id: UUID, *, of: UUID | None = None, now: datetime
) -> list[CircleLine]:
    """Return the circles of a programme, those that still meet first; those of one person if asked.

    `now` decides which session is the next one.
    """
    query = select(Circle).where(Circle.programme_id == programme_id)
    if of is not None:
        mine = select(CircleMember.circle_id).where(
            CircleMember.person_id == of, CircleMember.left_at.is_(None)
        )
        query = query.where((Circle.mentor_id == of) | Circle.id.in_(mine))
    circles = session.scalars(query.order_by(Circle.closed_at.is_not(None), Circle.topic)).all()
    ids = [circle.id for circle in circles]
    seated = _counted(session, ids)
    met = _sessions(session, ids)
    names = _names(session, (circle.mentor_id for circle in circles))
    return [
        CircleLine(
            id=circle.id,
            topic=circle.topic,
            mentor_name=names.get(circle.mentor_id),
            members=seated.get(circle.id, 0),
            next_at=min(
                (
                    each.starts_at
                    for each in met
                    if each.circle_id == circle.id
                    and each.state == State.BOOKED
                    and each.starts_at > now
                ),
                default=None,
            ),
            held=sum(1 for each in met if each.circle_id == circle.id and each.state == State.HELD),
            is_closed=circle.closed_at is not None,
        )
        for circle in circles
    ]


def line(session: Session, circle_id: UUID, *, now: datetime) -> CircleLine | None:
    """Return one circle as it stands in a list, or None: there is none."""
    circle = session.get(Circle, circle_id)
    if circle is None:
        return None
    found = lines(session, circle.programme_id, now=now)
    return next((each for each in found if each.id == circle_id), None)


def _counted(session: Session, ids: Sequence[UUID]) -> dict[UUID, int]:
    rows = session.execute(
        select(CircleMember.circle_id, func.count())
        .where(CircleMember.circle_id.in_(ids), CircleMember.left_at.is_(None))
        .group_by(CircleMember.circle_id)
    )
    return {row[0]: row[1] for row in rows}


def _sessions(session: Session, ids: Sequence[UUID]) -> Sequence[CircleSession]:
    return session.scalars(select(CircleSession).where(CircleSession.circle_id.in_(ids))).all()


def _names(session: Session, ids: Iterable[UUID]) -> dict[UUID, str | None]:
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(set(ids))))
    return {row[0]: row[1] for row in rows}


def still_meets(circle: Circle) -> Circle:
    """Return a circle that still meets.

    Raises:
        TransitionRefused: it was closed.
    """
    if circle.closed_at is not None:
        raise TransitionRefused("This circle is closed.")
    return circle
