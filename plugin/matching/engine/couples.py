"""Pairs out of one group: as many as can be, then the highest total, and how good they are.

The linear programme of `cutting.py` sees the pairs that are likely to matter; its prices judge all
others, and those that might improve the total join. The prices bound what any pairs could reach.

Prices may end in halves, so points count double in here. Where people are odd in number, “nobody”
joins them, whom one of them is paired with for nothing: without, every mixture of all of them would
have to be cut away.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plugin.matching.engine.cutting import Programme, Relaxed
from plugin.matching.engine.likely import joining, likely
from plugin.matching.engine.linear import FAR
from plugin.matching.engine.roster import Flags, Whole

ROUNDS = 80
"""So often pairs may join, or odd groups be cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Couples:
    """Pairs: `one[k]` with `other[k]`, everybody once at most."""

    one: Whole
    other: Whole
    total: int
    bound: int
    """No pairs that are as many have a higher total."""
    is_full: bool
    """There cannot be more pairs. False: not known."""


def coupled(points: Whole, *, seed: int) -> Couples:
    """Return the best pairs; the seed decides among equals.

    Args:
        points: (n, n), the same both ways: what a pair is worth, 0 or more; -1: ruled out.
    """
    number, most = len(points), int(points.max(initial=-1))
    if most < 0:
        nobody = np.zeros(0, dtype=np.int64)
        return Couples(one=nobody, other=nobody, total=0, bound=0, is_full=True)
    found = _worth_more(points, most + 1, seed)
    if len(found.one) < number // 2:
        found = _worth_more(points, number // 2 * most + 1, seed)
    return found


def _worth_more(points: Whole, worth: int, seed: int) -> Couples:
    """Return the best pairs where each counts for so much more.

    With half as much as all pairs can be worth, as many as can be are better than fewer.
    """
    number = len(points)
    doubled = np.full((number + number % 2, number + number % 2), -1, dtype=np.int64)
    doubled[number:, :number] = doubled[:number, number:] = 0
    doubled[:number, :number] = np.where(points >= 0, 2 * points, -1)
    search = _Search(points=doubled, worth=2 * worth, seed=seed)
    one, other, bound = search.ended()
    bound = bound // 2 - worth * (number % 2)
    real = other < number
    one, other = one[real], other[real]
    total = int(points[one, other].sum())
    return Couples(
        one=one,
        other=other,
        total=total,
        bound=max(bound - worth * len(one), total),
        is_full=len(one) == number // 2 or worth * (len(one) + 1) > bound,
    )


class _Search:
    """What the programme sees so far."""

    def __init__(self, *, points: Whole, worth: int, seed: int) -> None:
        self._points, self._worth = points, worth
        self._known = likely(points, seed=seed)
        self._known |= self._known.T
        self._groups: list[Flags] = []

    def ended(self) -> tuple[Whole, Whole, int]:
        """Return the best pairs that are found, and what none exceed."""
        bounds = []
        for _ in range(ROUNDS):
            programme = self._programme()
            relaxed = programme.relaxed()
            gains = self._gains(relaxed)
            bounds.append(self._bound(relaxed, gains))
            new = joining(self._known, gains, most=int(self._points.max()))
            broken = programme.broken(relaxed.shares)
            if not new.any() and not broken:
                break
            self._known |= new | new.T
            self._groups += broken
        used = programme.whole(relaxed)
        return programme.one[used], programme.other[used], min(bounds)

    def _programme(self) -> Programme:
        one, other = np.nonzero(np.triu(self._known, 1))
        return Programme(
            number=len(self._points),
            one=one,
            other=other,
            gains=self._points[one, other] + self._worth,
            groups=tuple(self._groups),
        )

    def _gains(self, relaxed: Relaxed) -> Whole:
        """Return by how much each pair exceeds the prices."""
        people = relaxed.people
        gains = self._points + self._worth - people[:, np.newaxis] - people
        for group, price in zip(self._groups, relaxed.groups, strict=True):
            if price:
                gains[np.ix_(group, group)] -= price
        gains[self._points < 0] = -FAR
        return gains

    def _bound(self, relaxed: Relaxed, gains: Whole) -> int:
        halves = [int(group.sum()) // 2 for group in self._groups]
        excess = np.triu(np.maximum(gains, 0), 1)
        return int(
            relaxed.people.sum() + relaxed.groups @ np.array(halves, np.int64) + excess.sum()
        )
