"""What pairs are worth to the objective: their scores, and a bonus for proposals that are kept."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from plugin.matching.engine.grid import Grid, Scatter
from plugin.matching.engine.kernels import Numbers, Scores
from plugin.matching.engine.roster import Indices, Whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Valued:
    """All pairs of some mentees with some mentors. Excluded ones are worth less than nothing."""

    grid: Grid
    kept: Scatter
    """What keeping a proposed pair is worth."""
    lowest: int = 0
    """Pairs that score less are excluded."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.grid.shape

    @property
    def most(self) -> int:
        """No pair is worth more."""
        return self.grid.most + int(self.kept.values.max(initial=0))

    def at_least(self, score: int) -> Valued:
        """Return the same without the pairs that score less."""
        return replace(self, lowest=score)

    def block(self, first: int, last: int, out: Scores | None = None) -> Scores:
        """Return what the pairs of the rows from `first` up to `last` are worth."""
        scores = self.grid.block(first, last, out)
        if self.lowest > 0:
            np.copyto(scores, -self.grid.penalty, where=scores < self.lowest)
        self.kept.add_to(scores, slice(first, last))
        return scores

    def at(self, rows: Indices, columns: Indices) -> Numbers:
        """Return what single pairs are worth, whether or not they reach `lowest`."""
        values: Numbers = self.grid.at(rows, columns) + self.kept.at(rows, columns)
        return values

    def taken(self, rows: Whole, columns: Whole) -> Valued:
        """Return the pairs of some rows with some columns, in the order asked for."""
        return replace(
            self,
            grid=self.grid.taken(rows, columns),
            kept=self.kept.taken(rows, columns, self.shape),
        )

    def of(self, rows: Whole) -> Valued:
        """Return the pairs of some rows."""
        return self.taken(rows, np.arange(self.shape[1]))

    def transposed(self) -> Valued:
        """Return the same with rows and columns exchanged."""
        return replace(self, grid=self.grid.transposed(), kept=self.kept.transposed())
