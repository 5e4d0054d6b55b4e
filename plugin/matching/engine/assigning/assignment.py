"""What the solvers are asked, and what they answer: who of those who are free gets which place."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from plugin.matching.engine.assigning.valued import Valued
from plugin.matching.engine.kernels import Numbers
from plugin.matching.engine.results import Objective
from plugin.matching.engine.roster import Whole

NOBODY = -1
"""Instead of a mentor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Mentees without a mentor (rows) and mentors with free places (columns)."""

    pairs: Valued
    extras: Whole
    """What waiting is worth, by row."""
    places: Whole
    """Free places, by column; one or more, no more than there are rows."""
    taken: Whole
    """Places taken already, by column."""
    balance: int
    """Points that each mentee whom a mentor already has counts against the next."""
    objective: Objective

    @property
    def shape(self) -> tuple[int, int]:
        """Mentees and mentors."""
        return self.pairs.shape

    @property
    def seats(self) -> int:
        """All free places."""
        return int(self.places.sum())

    def at_least(self, score: int) -> Assignment:
        """Return the same without the pairs that score less."""
        return replace(self, pairs=self.pairs.at_least(score))

    def load_cost(self, used: Whole) -> Whole:
        """Return what it costs each mentor to have so many more mentees."""
        return self.balance * (used * self.taken + used * (used - 1) // 2)

    def total(self, mentors: Whole) -> int:
        """Return what an answer is worth: pairs, extras, and what an uneven load costs."""
        rows = np.flatnonzero(mentors != NOBODY)
        columns = mentors[rows]
        pairs = int(self.pairs.at(rows, columns).sum()) + int(self.extras[rows].sum())
        used = np.bincount(columns, minlength=self.shape[1])
        return pairs - int(self.load_cost(used).sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """Who gets which place."""

    mentors: Whole
    """Column of each row, or `NOBODY`."""
    total: int
    """`Assignment.total` of it."""
    bound: int
    """No other answer that serves the objective as well has a higher total."""
    prices: Numbers | None = None
    """What one more place of each column is worth. NaN: points do not say. None: not known."""
