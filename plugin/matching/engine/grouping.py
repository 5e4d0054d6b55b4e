"""People in circles without a mentor: what everybody is worth to everybody in their circle counts.

This is clustering into given sizes, which nobody can solve for sure beyond a few dozen people. What
is done here: a start that puts the best people together; then for each in turn the best exchange
with somebody elsewhere, until no exchange gains; then a few exchanges by lot, and on from there.
The best of all that stays (iterated local search).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from plugin.matching.engine.roster import Whole

EFFORT = 4_000_000
"""Pairs of people in all attempts together: few attempts where there are many people."""
MOST_TRIES = 60
SHAKEN = 24
"""At most so many people are exchanged by lot."""


@dataclass(slots=True, kw_only=True)
class Grouping:
    """Who sits where while it is sought. Circles are numbered from 0; the last is the bench."""

    points: Whole
    """(n, n), the same both ways, the diagonal 0: below zero where two should not meet."""
    extras: Whole
    """(n,): what it is worth that somebody has a circle at all."""
    circle: Whole
    """(n,)."""
    bench: int
    worth: Whole = field(init=False)
    """(circle, person): what everybody would be worth to the people there."""

    def __post_init__(self) -> None:
        self.worth = np.zeros((self.bench + 1, len(self.circle)), dtype=np.int64)
        for circle in range(self.bench):
            members = self.circle == circle
            self.worth[circle] = self.points[members].sum(axis=0) + self.extras

    @property
    def value(self) -> int:
        """Return what all circles are worth, extras included."""
        sitting = self.circle < self.bench
        own = self.worth[self.circle, np.arange(len(self.circle))][sitting]
        return int(own.sum() + self.extras[sitting].sum()) // 2

    def settle(self, random: np.random.Generator) -> None:
        """Exchange people until nobody can be exchanged for a gain."""
        moved = True
        while moved:
            moved = False
            for person in random.permutation(len(self.circle)):
                gains = self._gains(person)
                other = int(gains.argmax())
                if gains[other] > 0:
                    self.exchange(person, other)
                    moved = True

    def exchange(self, one: int, other: int) -> None:
        """Let two people change places."""
        here, there = self.circle[one], self.circle[other]
        if here == there:
            return
        change = self.points[other] - self.points[one]
        if here < self.bench:
            self.worth[here] += change
        if there < self.bench:
            self.worth[there] -= change
        self.circle[one], self.circle[other] = there, here

    def _gains(self, person: int) -> Whole:
        """Return what each exchange with one person would gain: nothing in their own circle."""
        here = self.circle[person]
        own = self.worth[self.circle, np.arange(len(self.circle))]
        met = 2 - ((self.circle == self.bench) | (here == self.bench))
        gains = self.worth[self.circle, person] - own[person] + self.worth[here] - own
        gains -= met * self.points[person]
        gains[self.circle == here] = 0
        return np.asarray(gains, dtype=np.int64)


def grouped(points: Whole, extras: Whole, sizes: Sequence[int], *, seed: int) -> Whole:
    """Return the circle of each person, from 0; `len(sizes)`: left out.

    Args:
        points: (n, n), the same both ways, the diagonal 0; below zero where two should not meet.
        extras: (n,), what it is worth that somebody has a circle at all.
        sizes: of the circles.
        seed: decides where to start, and what to try.
    """
    random = np.random.default_rng(seed)
    best = _start(points, extras, sizes, random)
    best.settle(random)
    tries = min(EFFORT // max(len(points) ** 2, 1), MOST_TRIES) if len(sizes) else 0
    for _ in range(tries):
        other = Grouping(points=points, extras=extras, circle=best.circle.copy(), bench=best.bench)
        shaken = random.permutation(len(points))[: max(4, min(len(points) // 4, SHAKEN))]
        for one, two in zip(shaken[::2], shaken[1::2], strict=False):
            other.exchange(one, two)
        other.settle(random)
        best = max(best, other, key=lambda each: each.value)
    return best.circle


def _start(
    points: Whole, extras: Whole, sizes: Sequence[int], random: np.random.Generator
) -> Grouping:
    """Put one person into each circle, each far from those before; then whoever fits best."""
    bench = len(sizes)
    circle = np.full(len(points), bench, dtype=np.int64)
    free = np.ones(len(points), dtype=bool)
    near = random.permutation(len(points))
    worth = np.zeros((bench, len(points)), dtype=np.int64)
    left = np.array(sizes, dtype=np.int64)

    def seat(person: int, place: int) -> None:
        circle[person], free[person] = place, False
        worth[place] += points[person]
        left[place] -= 1

    for place in range(bench):
        seat(int(np.where(free, near, np.iinfo(np.int64).max).argmin()), place)
        near = worth.sum(axis=0)
    while left.any():
        place = int(left.argmax())
        fit = np.where(free, worth[place] + extras, np.iinfo(np.int64).min)
        seat(int(fit.argmax()), place)
    return Grouping(points=points, extras=extras, circle=circle, bench=bench)
