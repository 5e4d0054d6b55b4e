"""The best circles that can be found for a question, and how good they are."""

from __future__ import annotations

from dataclasses import dataclass

from plugin.matching.engine import opening
from plugin.matching.engine.closing import looked_around, without_the_smallest
from plugin.matching.engine.leaders import Joined, Leaders
from plugin.matching.engine.roster import Flags, Whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Who joins whom, and how good that is."""

    people: Whole
    leaders: Whole
    """Of `people[k]`."""
    total: int
    bound: int
    """Nothing that as many people join has a higher total."""
    is_full: bool
    """No more people can join. False: not known."""


def placed(question: Leaders) -> Placed:
    """Return the best answer: proved up to `opening.LARGEST` pairs, found by trial beyond."""
    free = question.joined(question.room >= 0, least=False)
    joined = without_the_smallest(question)
    if joined.rank == (True, *free.rank[1:]):
        return _found(joined, most=len(free.people), bound=free.bound)
    if question.points.size <= opening.LARGEST:
        return _opened(question, joined, most=len(free.people))
    joined = looked_around(question, joined)
    as_many = len(joined.people) == len(free.people)
    bound = free.bound if as_many else question.ceiling()
    return _found(joined, most=len(free.people), bound=bound)


def _opened(question: Leaders, joined: Joined, *, most: int) -> Placed:
    """Return the optimum, or the best that the search has come by, no worse than `joined`."""
    if len(joined.people) < most:
        fullest = opening.most_people(question)
        most = min(most, fullest.bound)
        joined = _better(question, joined, fullest.leading)
    best = opening.most_points(question, people=len(joined.people))
    return _found(_better(question, joined, best.leading), most=most, bound=best.bound)


def _better(question: Leaders, joined: Joined, leading: Flags | None) -> Joined:
    if leading is None:
        return joined
    return max(joined, question.joined(leading), key=lambda each: each.rank)


def _found(joined: Joined, *, most: int, bound: int) -> Placed:
    return Placed(
        people=joined.people,
        leaders=joined.leaders,
        total=joined.value,
        bound=max(bound, joined.value),
        is_full=len(joined.people) == most,
    )
