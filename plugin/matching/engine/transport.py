"""The best way to give many people several partners each: the transportation problem, exactly.

What is sought, in this order: as few partners missing below a `least` as can be, as many people
with a partner, and as many pairs; then the highest total. The first three never stand in each
other's way: whom one can reach, from either side, is a matroid (a gammoid), so one choice reaches
all three at once, and `most_pairs` says by maximum flow what they are.

The total is a linear programme whose corners are whole, so HiGHS finds pairs and no mixtures. It
sees only pairs that are likely to matter; then its prices judge every other pair, and those that
might improve the total join (column generation). The prices also bound what any choice could
reach: once a choice reaches it, it is proved to be the best.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from plugin.matching.engine.attainable import most_pairs
from plugin.matching.engine.likely import joining, likely
from plugin.matching.engine.linear import Prices, Task, limits_bound, pair_gains, solved
from plugin.matching.engine.roster import Flags, Whole

ROUNDS = 40
"""So often pairs may join."""
LARGEST_WORTH = 2**62
"""Of a pair as such, times the people: beyond it sums would no longer fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Pairs chosen: `rows[k]` has `columns[k]`, in ascending order, none twice."""

    rows: Whole
    columns: Whole
    value: int
    """Points of the pairs, and of the people who now have any."""
    gap: int
    """Choices with as many of everything have no more than so many points more; 0: the optimum."""
    is_full: bool
    """No choice reaches more of what comes before points. False only where weights are so large
    that HiGHS cannot tell."""
    prices: Whole
    """(m,): what one more place of each column would be worth at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counts:
    """What comes before points."""

    needed: int
    """Pairs of columns, up to what each needs."""
    covered: int
    """Rows that have any, and had none."""
    pairs: int


def chosen(task: Task, *, seed: int) -> Choice:
    """Return the best pairs; the seed decides among equals."""
    if not (task.points >= 0).any():
        return _nothing(task)
    goal = _attainable(task, seed)
    known = likely(task.points, seed=seed)
    worth = 1 + int(task.points.max()) + int(task.first.max())
    while True:
        choice = _improved(task, known, worth)
        is_full = _counts(task, choice.rows, choice.columns) == goal
        worth *= 4
        if is_full or worth * sum(known.shape) > LARGEST_WORTH:
            return replace(choice, is_full=is_full)


def _nothing(task: Task) -> Choice:
    nobody, free = np.zeros(0, dtype=np.int64), np.zeros(len(task.most), dtype=np.int64)
    return Choice(rows=nobody, columns=nobody, value=0, gap=0, is_full=True, prices=free)


def _attainable(task: Task, seed: int) -> _Counts:
    allowed = task.points >= 0
    once = np.where(task.begun, 0, np.minimum(task.wants, 1))
    return _Counts(
        needed=most_pairs(allowed, task.wants, task.least, seed=seed),
        covered=most_pairs(allowed, once, task.most, seed=seed),
        pairs=most_pairs(allowed, task.wants, task.most, seed=seed),
    )


def _counts(task: Task, rows: Whole, columns: Whole) -> _Counts:
    had = np.bincount(columns, minlength=len(task.least))
    return _Counts(
        needed=int(np.minimum(had, task.least).sum()),
        covered=int(_newly_covered(task, rows).sum()),
        pairs=len(rows),
    )


def _newly_covered(task: Task, rows: Whole) -> Flags:
    covered = np.zeros(len(task.wants), dtype=bool)
    covered[rows] = True
    return covered & ~task.begun


def _value(task: Task, rows: Whole, columns: Whole) -> int:
    pairs = int(task.points[rows, columns].sum())
    return pairs + int(task.first[_newly_covered(task, rows)].sum())


def _improved(task: Task, known: Flags, worth: int) -> Choice:
    """Return the best pairs where each counts for `worth` more; pairs join `known`."""
    for _ in range(ROUNDS):
        rows, columns = np.nonzero(known)
        used, prices = solved(task, rows, columns, worth=worth)
        rows, columns = rows[used], columns[used]
        excess, joined = _judged(task, known, prices, worth)
        counts, value = _counts(task, rows, columns), _value(task, rows, columns)
        reached = value + worth * (counts.needed + counts.covered + counts.pairs)
        gap = limits_bound(task, prices, worth=worth) + excess - reached
        if not gap or not joined:
            break
    return Choice(
        rows=rows, columns=columns, value=value, gap=gap, is_full=False, prices=prices.most
    )


def _judged(task: Task, known: Flags, prices: Prices, worth: int) -> tuple[int, bool]:
    """Return what pairs exceed their prices by, together, and whether any pairs joined."""
    gains = pair_gains(task, prices, worth=worth)
    new = joining(known, gains, most=int(task.points.max()))
    known |= new
    return int(gains[gains > 0].sum()), bool(new.any())
