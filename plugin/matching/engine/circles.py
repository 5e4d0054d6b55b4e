"""Circles that a mentor leads: nobody alone with a mentor, nobody in a crowd.

A mentor's capacity says how many people a circle of theirs takes, `largest` at most; a mentor who
takes fewer than `smallest` leads none. A circle that would stay below `smallest` is closed, and its
people are placed elsewhere. What is sought: as many people in a circle as can be, then the highest
total of what members and mentors are worth to each other.

Up to `opening.LARGEST` pairs the answer is the optimum; beyond, circles are closed by trial
(`closing.py`). Either way the bound tells how much better it could be at most.

Where two people are not to mentor each other, only the better of the two ways is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import ceil, sqrt

import numpy as np

from plugin.matching.engine.columns import Columns, compiled
from plugin.matching.engine.errors import Problem, RulesInvalid
from plugin.matching.engine.gathering import gathered
from plugin.matching.engine.grid import Scatter
from plugin.matching.engine.leaders import Leaders
from plugin.matching.engine.left_out import LeftOut, WhyLeftOut
from plugin.matching.engine.options import Named
from plugin.matching.engine.people import Mentee, Mentor
from plugin.matching.engine.placing import Placed, placed
from plugin.matching.engine.reading import checked
from plugin.matching.engine.reciprocal import BothRoles, rule_out_lesser_ways
from plugin.matching.engine.results import WhyNot
from plugin.matching.engine.roster import Flags, Roster, Whole
from plugin.matching.engine.rules import RuleSet
from plugin.matching.engine.standing import Standing
from plugin.matching.engine.unmatched import unmatched
from plugin.matching.engine.worth import RULED_OUT, all_points, best_of_rows

SMALLEST = 4
LARGEST = 8
"""People whom one mentor leads; circles in the field have three to twelve."""
HELD = 6_000_000
"""Pairs held whole. More people than that are placed in parts, drawn by lot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    """A mentor and the people they lead."""

    mentor: str
    members: tuple[str, ...]
    """In the order of their ids; the mentor is not among them."""
    score: int
    """Points of every member with the mentor, together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circles:
    """Everybody's circle, and how good they are."""

    circles: tuple[Circle, ...]
    """In the order of the mentors' ids."""
    left_out: tuple[LeftOut, ...]
    """In the order of their ids."""
    closed: tuple[str, ...]
    """Mentors who could lead a circle and lead none."""
    unable: tuple[str, ...]
    """Mentors who take fewer people than the smallest circle has."""
    total: int
    """Points of everybody placed now, with what waiting is worth; who had a circle is not in it."""
    bound: int
    """No other circles that as many people join have a higher total."""
    is_full: bool
    """No other circles are joined by more people. False: not known."""
    seed: int
    ignored: tuple[Named, ...]
    """Memberships that were said to stand, of people who are not here."""

    @property
    def gap(self) -> int:
        """Points that better circles could gain at most; 0: these are proved to be the best."""
        return self.bound - self.total


def facilitated_circles(
    mentees: Iterable[Mentee],
    mentors: Iterable[Mentor],
    rules: RuleSet,
    *,
    smallest: int = SMALLEST,
    largest: int = LARGEST,
    accepted: Iterable[Named] = (),
    seed: int = 0,
) -> Circles:
    """Return the best circles: every mentee who wants a mentor joins at most one.

    Args:
        mentees: looked at once, in any order.
        mentors: likewise.
        smallest: no new circle has fewer people beside the mentor.
        largest: no circle has more, whatever the mentor's capacity.
        accepted: who is in whose circle already. They stay, and so does the circle, however small.
        seed: decides ties, whatever the order of the people.

    Raises:
        RulesInvalid: a rule cannot be used, or the sizes do not go together.
        PeopleInvalid: two people share an id, a capacity is below zero, an answer is unreadable.
    """
    rules = checked(rules)
    check_sizes(smallest, largest, least=1)
    columns = compiled(rules, gathered(mentees, mentors, seed=seed))
    standing = Standing.of(columns.roster, accepted)
    return _Placing(
        columns=columns,
        rules=rules,
        standing=standing,
        smallest=smallest,
        largest=largest,
        seed=seed,
    ).circles()


def check_sizes(smallest: int, largest: int, *, least: int) -> None:
    """Check that circles of these sizes can be.

    Raises:
        RulesInvalid: they cannot.
    """
    problems = []
    for name, size in (("smallest", smallest), ("largest", largest)):
        if type(size) is not int or size < least:
            text = f"Give a whole number from {least}."
            problems.append(Problem(slug="size-out-of-range", where=f"/{name}", text=text))
    if not problems and smallest > largest:
        text = f"Let it be {smallest} or more: no circle is both smaller and larger."
        problems.append(Problem(slug="sizes-crossed", where="/largest", text=text))
    if problems:
        raise RulesInvalid(problems)


@dataclass(frozen=True, kw_only=True)
class _Placing:
    """Everybody, and what stands."""

    columns: Columns
    rules: RuleSet
    standing: Standing
    smallest: int
    largest: int
    seed: int

    def circles(self) -> Circles:
        """Return the circles."""
        answer = self._answer()
        able = self._roster.capacity >= self.smallest
        people = np.append(self.standing.mentees, answer.people)
        leaders = np.append(self.standing.mentors, answer.leaders)
        idle = np.bincount(leaders, minlength=len(able)) == 0
        return Circles(
            circles=self._made(people, leaders),
            left_out=self._left_out(people, leaders),
            closed=self._mentor_ids(able & idle),
            unable=self._mentor_ids(~able & idle),
            total=answer.total,
            bound=answer.bound,
            is_full=answer.is_full,
            seed=self.seed,
            ignored=self.standing.unknown,
        )

    @property
    def _roster(self) -> Roster:
        return self.columns.roster

    @property
    def _taken(self) -> Whole:
        return np.bincount(self.standing.mentors, minlength=len(self._roster.capacity))

    def _answer(self) -> Placed:
        """Return who joins whom, as rows of the roster."""
        wanting = self._roster.wants > 0
        wanting[self.standing.mentees] = False
        people = np.flatnonzero(wanting)
        leaders = np.flatnonzero((self._taken > 0) | (self._roster.capacity >= self.smallest))
        parts = ceil(sqrt(len(people) * len(leaders) / HELD))
        return (
            self._in_parts(people, leaders, parts) if parts > 1 else self._placed(people, leaders)
        )

    def _in_parts(self, people: Whole, leaders: Whole, parts: int) -> Placed:
        """Return who joins whom of the leaders drawn for their part, or else of all.

        People stand in an order that was drawn by lot, so every so-manieth are a fair part.
        """
        rest, total = self, 0
        drawn = [(people[part::parts], leaders[part::parts]) for part in range(parts)]
        for some, theirs in [*drawn, (people, leaders)]:
            left = some[~np.isin(some, rest.standing.mentees)]
            if len(left) * len(theirs) <= HELD:
                found = rest._placed(left, theirs)
                rest = rest._after(found)
                total += found.total
        joined = len(self.standing.mentees)
        once = np.ones(len(people), dtype=np.int64)
        bound = best_of_rows(self.columns.grid(people, leaders), once)
        return Placed(
            people=rest.standing.mentees[joined:],
            leaders=rest.standing.mentors[joined:],
            total=total,
            bound=bound + int(self.columns.extras[people].sum()),
            is_full=len(rest.standing.mentees) - joined == len(people),
        )

    def _after(self, found: Placed) -> _Placing:
        """Return what stands once more people are placed."""
        standing = replace(
            self.standing,
            mentees=np.append(self.standing.mentees, found.people),
            mentors=np.append(self.standing.mentors, found.leaders),
        )
        return replace(self, standing=standing)

    def _placed(self, people: Whole, leaders: Whole) -> Placed:
        taken = self._taken[leaders]
        room = np.minimum(self._roster.capacity[leaders], self.largest) - taken
        found = placed(
            Leaders(
                points=self._points(people, leaders),
                room=np.clip(room, 0, len(people)),
                least=np.where(taken > 0, 0, self.smallest),
                seed=self.seed,
            )
        )
        return replace(found, people=people[found.people], leaders=leaders[found.leaders])

    def _points(self, people: Whole, leaders: Whole) -> Whole:
        if self.rules.reciprocal:
            points = all_points(self.columns, people, leaders)
        else:
            points = self._points_one_way(people, leaders)
        points += np.where(points >= 0, self.columns.extras[people, np.newaxis], 0)
        return points

    def _points_one_way(self, people: Whole, leaders: Whole) -> Whole:
        """Return the points where the lesser of two mutual pairs is ruled out."""
        shape = len(self._roster.wants), len(self._roster.capacity)
        points = np.full(shape, RULED_OUT, dtype=np.int64)
        some = np.ix_(people, leaders)
        points[some] = all_points(self.columns, people, leaders)
        both = BothRoles.of(self._roster)
        points[both.turned(self.standing.mentees, self.standing.mentors)] = RULED_OUT
        rule_out_lesser_ways(points, both)
        return points[some]

    def _made(self, people: Whole, leaders: Whole) -> tuple[Circle, ...]:
        scores = self.columns.points(people, leaders)
        ids, their_ids = self._roster.mentees.ids, self._roster.mentors.ids
        made = [
            Circle(
                mentor=their_ids[leader],
                members=tuple(sorted(ids[row] for row in people[leaders == leader].tolist())),
                score=int(scores[leaders == leader].sum()),
            )
            for leader in np.unique(leaders).tolist()
        ]
        return tuple(sorted(made, key=lambda each: each.mentor))

    def _mentor_ids(self, some: Flags) -> tuple[str, ...]:
        return tuple(sorted(self._roster.mentors.ids[row] for row in np.flatnonzero(some)))

    def _left_out(self, people: Whole, leaders: Whole) -> tuple[LeftOut, ...]:
        """Return who wants a circle and has none: mentors who cannot lead do not count at all."""
        roster = self._roster
        load = np.bincount(leaders, minlength=len(roster.capacity))
        room = np.maximum(np.minimum(roster.capacity, self.largest), load)
        able = (roster.capacity >= self.smallest) | (load > 0)
        without = roster.wants > 0
        without[people] = False
        found = unmatched(
            replace(self.columns, roster=replace(roster, capacity=np.where(able, room, 0))),
            np.flatnonzero(without),
            load,
            Scatter.empty(),
        )
        few = not len(leaders) and len(found) < self.smallest
        reasons = {
            WhyNot.NO_MENTORS: WhyLeftOut.NO_LEADERS,
            WhyNot.RULED_OUT: WhyLeftOut.RULED_OUT,
            WhyNot.PLACES_TAKEN: WhyLeftOut.PLACES_TAKEN,
            WhyNot.BELOW_FLOOR: WhyLeftOut.TOO_FEW if few else WhyLeftOut.CLOSED,
        }
        return tuple(
            sorted(
                (
                    LeftOut(person=each.mentee, why=reasons[each.why], ruled_out=each.ruled_out)
                    for each in found
                ),
                key=lambda each: each.person,
            )
        )
