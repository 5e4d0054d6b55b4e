"""What the solvers are asked, and what they answer: who of those who are free gets which place."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from plugin.matching.engine.grid import Grid, Scatter
from plugin.matching.engine.kernels import Numbers, Scores
from plugin.matching.engine.results import Objective
from plugin.matching.engine.roster import Indices, Whole

NOBODY = -1
"""Instead of a mentor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Mentees without a mentor (rows) and mentors with free places (columns)."""

    grid: Grid
    """Scores; below zero, a pair is excluded."""
    kept: Scatter
    """What keeping a proposed pair is worth."""
    extras: Whole
    """What waiting is worth, by row."""
    places: Whole
    """Free places, by column; one or more, no more than there are rows."""
    taken: Whole
    """Places taken already, by column."""
    balance: int
    """Points that each mentee whom a mentor already has counts against the next."""
    objective: Objective
    lowest: int = 0
    """Pairs that score less are excluded."""

    @property
    def shape(self) -> tuple[int, int]:
        """Mentees and mentors."""
        return self.grid.shape

    @property
    def seats(self) -> int:
        """All free places."""
        return int(self.places.sum())

    def at_least(self, score: int) -> Assignment:
        """Return the same without the pairs that score less."""
        return replace(self, lowest=score)

    def of(self, rows: Whole) -> Assignment:
        """Return the same for some of the mentees."""
        columns = np.arange(self.shape[1])
        return replace(
            self,
            grid=self.grid.taken(rows, columns),
            kept=self.kept.taken(rows, columns, self.shape),
            extras=self.extras[rows],
        )

    def values(self, first: int, last: int, out: Scores | None = None) -> Scores:
        """Return what each pair of some rows is worth to the objective, but for the extras.

        Excluded ones are below zero.
        """
        scores = self.grid.block(first, last, out)
        if self.lowest > 0:
            scores[scores < self.lowest] = -self.grid.penalty
        self.kept.add_to(scores, slice(first, last))
        return scores

    def worth(self, rows: Indices, columns: Indices) -> Numbers:
        """Return what single pairs are worth to the objective, but for the extras."""
        values: Numbers = self.grid.at(rows, columns) + self.kept.at(rows, columns)
        return values

    def total(self, mentors: Whole) -> int:
        """Return what an answer is worth: pairs, extras, and what an uneven load costs."""
        rows = np.flatnonzero(mentors != NOBODY)
        columns = mentors[rows]
        pairs = int(self.worth(rows, columns).sum()) + int(self.extras[rows].sum())
        used = np.bincount(columns, minlength=self.shape[1])
        ranks = used * self.taken + used * (used - 1) // 2
        return pairs - self.balance * int(ranks.sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """Who gets which place."""

    mentors: Whole
    """Column of each row, or `NOBODY`."""
    total: int
    """`Assignment.total` of it."""
    bound: int
    """No other answer that serves the objective as well has a higher total."""
    prices: Whole | None = None
    """What one more place of each column would be worth; None: not known."""
