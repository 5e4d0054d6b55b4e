"""What an instructor of a copied course is asked, and what they may see of where it comes from.

See ADR 0023: an instructor of the copy sees how many mentors there are and which rules; mentors
by name only if they are in the copy, too, or if the instructor teaches the other course as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugin.courses import copies, groups
from plugin.courses import service as courses
from plugin.courses.copies import SURE, Answer
from plugin.courses.model import Course, CourseCopy, Membership
from plugin.foundation.tenancy import rows_of
from plugin.people.model import Person
from plugin.programmes import keeping
from plugin.programmes.model import Checkpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class MentorLine:
    """A mentor who can be kept, and may be named."""

    person: Person
    capacity: int
    is_here: bool
    """Whether they are in the copy, too; else they are attached when they come into it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """A rule that can be kept."""

    name: str
    is_of_course: bool
    minutes: int
    within_days: int
    is_seen: bool
    """Whether what it is about was seen in the copy; else it is set when it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Keep these mentors and rules?"""

    copy_id: UUID
    origin_title: str
    mentors: Sequence[MentorLine]
    unnamed: int
    """Mentors who are not in the copy and are not to be named to this instructor."""
    rules: Sequence[RuleLine]
    answer: Answer | None
    answered_at: datetime | None
    can_undo: bool = False
    waiting_mentors: int = 0
    """Of what is kept: those who have not come into the copy."""
    waiting_rules: Sequence[str] = ()
    """… and what was not seen in it."""

    @property
    def is_new(self) -> bool:
        """Whether nobody has answered it."""
        return self.answer is None

    @property
    def is_kept(self) -> bool:
        """Whether it was accepted."""
        return self.answer is Answer.KEPT


def offered(
    session: Session, course_id: UUID, person_id: UUID, *, gates: str, now: datetime
) -> Offer | None:
    """Return what an instructor of a course may be asked about what it was copied from, or None.

    Of several ancestors the nearest is meant that has anything to keep.

    Args:
        gates: as `keeping.keepable` takes it.
    """
    descents = copies.origins(session, course_id)
    if any(each.answer == Answer.NEVER for each in descents):
        return None
    kept = [each for each in descents if each.answer == Answer.KEPT]
    for copy in kept or descents:
        teaches = teaches_in(session, copy.origin_id, person_id)
        if copy.evidence not in SURE and not teaches:
            continue
        offer = _offer(session, copy, names_all=teaches, gates=gates, now=now)
        if offer.mentors or offer.unnamed or offer.rules or kept:
            return offer
    return None


def chosen(session: Session, course_id: UUID, person_id: UUID, copy_id: UUID) -> CourseCopy | None:
    """Return the descent that an instructor of a course answers about, if they are asked."""
    copy = session.get(CourseCopy, copy_id)
    if copy is None or copy.course_id != course_id:
        return None
    may = copy.evidence in SURE or teaches_in(session, copy.origin_id, person_id)
    return copy if may else None


def teaches_in(session: Session, course_id: UUID, person_id: UUID) -> bool:
    """Tell whether somebody is an instructor of a course now."""
    membership = session.scalar(
        select(Membership).where(
            Membership.course_id == course_id,
            Membership.person_id == person_id,
            Membership.active,
        )
    )
    return membership is not None and groups.teaches(membership)


def _offer(
    session: Session, copy: CourseCopy, *, names_all: bool, gates: str, now: datetime
) -> Offer:
    mentors, rules = (
        keeping.kept(session, copy.id)
        if copy.answer == Answer.KEPT
        else keeping.keepable(session, copy.origin_id, gates=gates)
    )
    here = keeping.members_among(session, copy.course_id, [each.person_id for each in mentors])
    named = [each for each in mentors if names_all or each.person_id in here]
    people = rows_of(session, Person, [each.person_id for each in named])
    lines = [
        MentorLine(
            person=people[each.person_id],
            capacity=each.capacity,
            is_here=each.person_id in here,
        )
        for each in named
    ]
    waits = keeping.waiting(session, copy.id) if copy.answer == Answer.KEPT else ()
    return Offer(
        copy_id=copy.id,
        origin_title=session.get_one(Course, copy.origin_id).title,
        mentors=sorted(lines, key=lambda line: (line.person.name or "￿", str(line.person.id))),
        unnamed=len(mentors) - len(named),
        rules=_rules(session, copy, rules),
        answer=Answer(copy.answer) if copy.answer else None,
        answered_at=copy.answered_at,
        can_undo=keeping.undoable(copy, now),
        waiting_mentors=sum(1 for part in waits if part.mentor_id is not None),
        waiting_rules=[
            session.get_one(Checkpoint, part.rule_id).name
            for part in waits
            if part.rule_id is not None
        ],
    )


def _rules(session: Session, copy: CourseCopy, rules: Sequence[Checkpoint]) -> Sequence[RuleLine]:
    activities = courses.activities(session, copy.course_id)
    return [
        RuleLine(
            name=rule.name,
            is_of_course=rule.kind == "course",
            minutes=rule.minutes,
            within_days=rule.within_days,
            is_seen=keeping.counterpart(rule, activities) is not None,
        )
        for rule in rules
    ]
