"""Circles without a mentor where some people must not meet: nobody sits with whom they should not.

`grouping.py` is told that such a meeting costs more than anything could gain, and avoids it if it
can. What it could not avoid is put right here: people stand up until no two are left who should not
meet, sit down where there is room for them, and circles that became too small are given up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from plugin.matching.engine.grouping import EFFORT, Grouping, grouped
from plugin.matching.engine.roster import Whole

ATTEMPTS = 12
"""So often circles are gathered anew, person by person, where some were left without a seat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How many people a circle has."""

    smallest: int
    largest: int

    def of(self, people: int) -> list[int]:
        """Return the sizes of circles for so many people: alike, and near the middle of both.

        They add up to less than `people` where some must be left out: seven into fours and fives.
        """
        least, most = -(-people // self.largest), people // self.smallest
        if not most:
            return []
        number = min(max(round(2 * people / (self.smallest + self.largest)), least, 1), most)
        seated = min(people, number * self.largest)
        return [seated // number + (place < seated % number) for place in range(number)]


def seated(points: Whole, extras: Whole, sizes: Sizes, *, seed: int) -> list[Whole]:
    """Return circles: rows of the people in each.

    People who could never meet, not even through others, are seated apart from the start.

    Args:
        points: (n, n), the same both ways; -1: ruled out.
        extras: (n,), what it is worth that somebody has a circle at all.
    """
    allowed = csr_array((points >= 0).astype(np.int8))
    _, parts = connected_components(allowed, directed=False)
    circles: list[Whole] = []
    for part in range(int(parts.max(initial=-1)) + 1):
        rows = np.flatnonzero(parts == part)
        if len(rows) >= sizes.smallest:
            some = _seated(points[np.ix_(rows, rows)], extras[rows], sizes, seed)
            circles += [rows[each] for each in some]
    return circles


def _seated(points: Whole, extras: Whole, sizes: Sizes, seed: int) -> list[Whole]:
    wanted = sizes.of(len(points))
    meeting = np.where(points < 0, -_too_much(points, extras, sizes), points)
    np.fill_diagonal(meeting, 0)
    places = grouped(meeting, extras, wanted, seed=seed)
    best = _Room(meeting, sizes, [np.flatnonzero(places == each) for each in range(len(wanted))])
    random = np.random.default_rng(seed)
    best.put_right(random)
    attempts = min(ATTEMPTS, EFFORT // max(len(points) ** 2, 1))
    for _ in range(attempts if sum(wanted) > best.seats else 0):
        other = _Room(meeting, sizes, [])
        other.put_right(random)
        best = max(best, other, key=lambda each: each.seats)
    return _settled(meeting, extras, [np.array(each) for each in best.circles], seed)


def _settled(meeting: Whole, extras: Whole, circles: list[Whole], seed: int) -> list[Whole]:
    """Return the circles once nobody can be exchanged for a gain any more."""
    places = np.full(len(meeting), len(circles), dtype=np.int64)
    for place, members in enumerate(circles):
        places[members] = place
    grouping = Grouping(points=meeting, extras=extras, circle=places, bench=len(circles))
    grouping.settle(np.random.default_rng(seed))
    return [np.flatnonzero(grouping.circle == place) for place in range(len(circles))]


def _too_much(points: Whole, extras: Whole, sizes: Sizes) -> int:
    """Return more than an exchange could gain: it never pays to seat two who must not meet."""
    return 1 + 4 * sizes.largest * int(points.max(initial=0)) + 2 * int(extras.max(initial=0))


class _Room:
    """Circles, and people without a seat."""

    def __init__(self, meeting: Whole, sizes: Sizes, circles: list[Whole]) -> None:
        self._meeting, self._sizes = meeting, sizes
        self.circles = [each.tolist() for each in circles]
        seated = {person for circle in self.circles for person in circle}
        self.standing = set(range(len(meeting))) - seated

    @property
    def seats(self) -> int:
        """Return how many people sit."""
        return sum(map(len, self.circles))

    def put_right(self, random: np.random.Generator) -> None:
        """Let no two sit together who must not, and no circle be too small."""
        for circle in self.circles:
            self._part_ways(circle)
        self._sit_down(self.standing)
        while small := [each for each in self.circles if len(each) < self._sizes.smallest]:
            smallest = min(small, key=len)
            if not self._fetch(smallest):
                self.circles.remove(smallest)
                self.standing.update(smallest)
                self._sit_down(smallest)
        for person in random.permutation(sorted(self.standing)).tolist():
            if person in self.standing:
                self._gather(person)
        self._sit_down(self.standing)

    def _gather(self, first: int) -> None:
        """Open a circle around somebody, if enough of those who stand may all meet."""
        circle = [first]
        others = np.array(sorted(self.standing - {first}), dtype=np.int64)
        while len(circle) < self._sizes.smallest:
            others = others[
                (self._meeting[np.array(circle)[:, np.newaxis], others] >= 0).all(axis=0)
            ]
            if not len(others):
                return
            may_meet = (self._meeting[np.ix_(others, others)] >= 0).sum(axis=0)
            worth = self._meeting[np.array(circle)[:, np.newaxis], others].sum(axis=0)
            nearest = others[np.lexsort((-worth, -may_meet))[0]]
            circle.append(int(nearest))
            others = others[others != nearest]
        self.circles.append(circle)
        self.standing -= set(circle)

    def _part_ways(self, circle: list[int]) -> None:
        """Let whoever must not meet most of the others stand up, until all may meet."""
        while (against := (self._meeting[np.ix_(circle, circle)] < 0).sum(axis=0)).any():
            self.standing.add(circle.pop(int(against.argmax())))

    def _sit_down(self, some: Iterable[int]) -> None:
        """Seat some who stand, one after the other, where they fit best."""
        for person in sorted(some):
            open_ = [each for each in self.circles if len(each) < self._sizes.largest]
            found = self._best((person, circle) for circle in open_)
            if found is not None:
                self.standing.remove(person)
                found[1].append(person)

    def _fetch(self, small: list[int]) -> bool:
        """Let somebody come to a circle that is too small from one that can spare them."""
        home = {
            person: circle
            for circle in self.circles
            if circle is not small and len(circle) > self._sizes.smallest
            for person in circle
        }
        found = self._best((person, small) for person in sorted(home))
        if found is None:
            return False
        home[found[0]].remove(found[0])
        small.append(found[0])
        return True

    def _best(self, chances: Iterable[tuple[int, list[int]]]) -> tuple[int, list[int]] | None:
        """Return who fits best where, of those who may meet everybody there."""
        best, most = None, -1
        for person, circle in chances:
            worth = self._meeting[person, circle]
            if worth.min(initial=0) >= 0 and int(worth.sum()) > most:
                best, most = (person, circle), int(worth.sum())
        return best
