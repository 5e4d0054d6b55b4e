"""Choosing a mentor for one mentee: pure, explainable, the same every time.

Batch matching over a whole programme comes with its own engine; this is the choice made the moment
a learner joins, or a place comes free.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Reason(StrEnum):
    """Why a mentor was chosen. Shown in words to both, never as a number."""

    TALKS_THE_SAME_WAY = "talks-the-same-way"
    HAS_TIME = "has-time"
    ONLY_ONE_FREE = "only-one-free"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentee:
    """What a mentee asks for."""

    person_id: UUID
    talk: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentor:
    """What a mentor offers."""

    person_id: UUID
    talk: frozenset[str]
    """Empty: any way."""
    capacity: int
    mentees: int
    joined_at: datetime

    @property
    def places(self) -> int:
        """How many more mentees this mentor takes."""
        return max(self.capacity - self.mentees, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The mentor chosen, and why."""

    mentor: Mentor
    reasons: tuple[Reason, ...]


def chosen_mentor(mentee: Mentee, mentors: Iterable[Mentor]) -> Choice | None:
    """Return the best mentor with a free place, or None when there is none.

    Nobody mentors themselves. A shared way of talking counts first, then who has most room, then
    who has waited longest; the id decides what is left, so that the same input gives the same pair.
    """
    free = [each for each in mentors if each.places and each.person_id != mentee.person_id]
    if not free:
        return None
    best = min(
        free,
        key=lambda each: (
            not suits(mentee, each),
            each.mentees / each.capacity,
            each.joined_at,
            str(each.person_id),
        ),
    )
    return Choice(mentor=best, reasons=_reasons(mentee, best, alone=len(free) == 1))


def suits(mentee: Mentee, mentor: Mentor) -> bool:
    """Tell whether the two like to talk in the same way."""
    return not mentee.talk or not mentor.talk or bool(mentee.talk & mentor.talk)


def _reasons(mentee: Mentee, mentor: Mentor, *, alone: bool) -> tuple[Reason, ...]:
    reasons = []
    if mentee.talk & mentor.talk:
        reasons.append(Reason.TALKS_THE_SAME_WAY)
    if mentor.mentees == 0:
        reasons.append(Reason.HAS_TIME)
    if alone:
        reasons.append(Reason.ONLY_ONE_FREE)
    return tuple(reasons)
