"""Are they gone? Asked where a platform's list leaves out more than a tenth of a course.

A list that is wrong (a filter, a sync that failed on the other side) would otherwise take a course
apart in silence. Until somebody answers, nothing changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from plugin.courses.events import MembersGone, MembersMissed, MembersStay
from plugin.courses.model import Course, Membership, RosterQuestion
from plugin.foundation.errors import NotFound
from plugin.foundation.events import happened
from plugin.people.model import Person

ONE_IN = 10
"""Of so many, one may be taken out without asking."""
NAMED = 12
"""How many of those who are left out a page names."""


class Outcome(StrEnum):
    """What became of a question."""

    GONE = "gone"
    STAY = "stay"
    WITHDRAWN = "withdrawn"
    """A later list had them again, or left out so few that there is nothing to ask."""
    OVERTAKEN = "overtaken"
    """A later list left out others, too; another question took its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A question as a page puts it."""

    id: UUID
    missing: int
    people: int
    asked_at: datetime
    named: Sequence[Person]
    """Some of those who are left out, by name."""


def open_in(session: Session, course_id: UUID) -> RosterQuestion | None:
    """Return the question that is open in a course."""
    return session.scalar(
        select(RosterQuestion).where(
            RosterQuestion.course_id == course_id, RosterQuestion.settled_at.is_(None)
        )
    )


def asked(session: Session, course_id: UUID) -> Asking | None:
    """Return the question that is open in a course as it stands now, or None."""
    question = open_in(session, course_id)
    missing = _missing(session, course_id) if question is not None else 0
    if question is None or not missing:
        return None
    named = session.scalars(
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.course_id == course_id, Membership.active, Membership.left_out)
        .order_by(Person.name.is_(None), Person.name, Person.id)
        .limit(NAMED)
    ).all()
    return Asking(
        id=question.id,
        missing=missing,
        people=question.people,
        asked_at=question.asked_at,
        named=named,
    )


def asked_everywhere(session: Session) -> list[tuple[Course, Asking]]:
    """Return every open question with its course, the oldest first."""
    rows = session.execute(
        select(Course, RosterQuestion)
        .join(RosterQuestion, RosterQuestion.course_id == Course.id)
        .where(RosterQuestion.settled_at.is_(None))
        .order_by(RosterQuestion.asked_at, RosterQuestion.id)
    )
    found = [(course, asked(session, course.id)) for course, _ in rows.all()]
    return [(course, asking) for course, asking in found if asking is not None]


def waiting(session: Session) -> int:
    """Return how many questions are open."""
    return session.scalars(
        select(func.count(RosterQuestion.id)).where(RosterQuestion.settled_at.is_(None))
    ).one()


def acted_upon(session: Session, course: Course, *, news: bool, now: datetime) -> None:
    """Take those out of a course who are left out, or ask about them if they are many.

    Args:
        news: whether somebody is left out who was not when a question was asked that is open.
    """
    missing, question = _missing(session, course.id), open_in(session, course.id)
    people = _once_listed(session, course.id)
    if missing * ONE_IN <= people:
        if question is not None:
            _settled(question, Outcome.WITHDRAWN, now=now)
        _taken_out(session, course.id, by=None, now=now)
        return
    if question is not None and not news:
        question.missing, question.people = missing, people
        return
    if question is not None:
        _settled(question, Outcome.OVERTAKEN, now=now)
        session.flush()
    session.add(RosterQuestion(course_id=course.id, missing=missing, people=people, asked_at=now))
    session.flush()
    happened(session, MembersMissed(at=now, subject_id=course.id, missing=missing, people=people))


def answered(
    session: Session, course_id: UUID, question_id: UUID, *, gone: bool, by: UUID, now: datetime
) -> bool:
    """Do what somebody says about those who are left out; False: it was settled before.

    Who stays is not asked about again until a list has had them once more.

    Raises:
        NotFound: there is no such question in this course.
    """
    session.get_one(Course, course_id, with_for_update={"key_share": True})
    question = session.get(RosterQuestion, question_id, with_for_update=True)
    if question is None or question.course_id != course_id:
        raise NotFound("There is no such question about this course.")
    if question.settled_at is not None:
        return False
    _settled(question, Outcome.GONE if gone else Outcome.STAY, by=by, now=now)
    if gone:
        _taken_out(session, course_id, by=by, now=now)
        return True
    number = _changed(session, course_id, left_out=False, listed_in=None)
    happened(session, MembersStay(at=now, subject_id=course_id, actor_id=by, number=number))
    return True


def _settled(
    question: RosterQuestion, outcome: Outcome, *, by: UUID | None = None, now: datetime
) -> None:
    question.settled_at, question.outcome, question.settled_by = now, outcome, by


def _taken_out(session: Session, course_id: UUID, *, by: UUID | None, now: datetime) -> None:
    number = _changed(session, course_id, active=False, left_out=False)
    if number:
        happened(session, MembersGone(at=now, subject_id=course_id, actor_id=by, number=number))


def _changed(session: Session, course_id: UUID, **values: bool | None) -> int:
    """Change the memberships of those who are left out; return how many there are."""
    missing = _missing(session, course_id)
    if missing:
        session.execute(
            update(Membership)
            .where(Membership.course_id == course_id, Membership.active, Membership.left_out)
            .values(values)
            .execution_options(synchronize_session=False)
        )
    return missing


def _missing(session: Session, course_id: UUID) -> int:
    return session.scalars(
        select(func.count(Membership.id)).where(
            Membership.course_id == course_id, Membership.active, Membership.left_out
        )
    ).one()


def _once_listed(session: Session, course_id: UUID) -> int:
    """Return of how many the platform's silence says anything."""
    return session.scalars(
        select(func.count(Membership.id)).where(
            Membership.course_id == course_id,
            Membership.active,
            Membership.listed_in.is_not(None) | Membership.left_out,
        )
    ).one()
