"""All pairs judged by prices: how far the best answer among some could be from the best of all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plugin.matching.engine.assigning.assignment import Assignment
from plugin.matching.engine.assigning.candidates import largest
from plugin.matching.engine.assigning.chance import Lots
from plugin.matching.engine.assigning.edges import Edges
from plugin.matching.engine.assigning.parts import Full, Part
from plugin.matching.engine.assigning.prices import worth_of_places
from plugin.matching.engine.assigning.valued import Valued
from plugin.matching.engine.columns import SINGLE
from plugin.matching.engine.grid import row_blocks
from plugin.matching.engine.kernels import Numbers, Scores
from plugin.matching.engine.pace import Pace
from plugin.matching.engine.roster import Indices, Whole

JOINING = 10
"""Pairs of a mentee that join at a time, and …"""
NEAR = 5
"""… about so many when nobody prefers them yet: prices will change a little, so they may soon."""
SAMPLE = 500
"""Mentees who are asked first what "a little" is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What prices say of all pairs of a part."""

    bound: int
    """No answer is worth more."""
    better: Edges
    """Pairs that somebody prefers at these prices, or nearly; in the assignment's numbers."""
    margin: int
    """Points that were near enough."""


class Judge:
    """Looks at all pairs of a part, at some prices.

    Args:
        paid: price of each column.
        gained: what each row gains at these prices, without the extras.
    """

    def __init__(
        self, task: Assignment, part: Part, paid: Numbers, gained: Numbers, *, seed: int
    ) -> None:
        whole = part.shape == task.shape
        self._task, self._part = task, part
        self._pairs = task.pairs if whole else task.pairs.taken(part.rows, part.columns)
        self._paid, self._gained = paid, gained
        self._lots = Lots(part.shape[1], seed=seed)
        # An excluded pair is worth so little that it tempts nobody, unless prices are very low.
        most, penalty = self._pairs.most, self._pairs.grid.penalty
        self._tempting = most - penalty - paid.min() >= gained.min()

    def judgement(self, pace: Pace) -> Judgement:
        """Return what all pairs say."""
        margin = self._margin()
        extras = self._task.extras[self._part.rows]
        bound = worth_of_places(self._part, self._paid)
        found: list[tuple[Whole, Indices]] = []
        for rows in row_blocks(self._part.shape):
            gains = self._gains(self._pairs, rows)
            all_told = gains.max(axis=1) + extras[rows]
            if self._part.full is not Full.MENTEES:
                all_told = np.maximum(all_told, 0)
            bound += int(all_told.sum(dtype=np.float64))
            found.append(self._preferred(gains, rows, margin))
            pace.step(0.3 * len(gains) / self._part.shape[0])
        return Judgement(bound=bound, better=self._edges(found), margin=margin)

    def _margin(self) -> int:
        """Return about how much prices will change: what those who prefer others would gain.

        Less, where that would bring too many pairs; nothing, where many are worth the same.
        """
        rows = np.arange(0, self._part.shape[0], -(-self._part.shape[0] // SAMPLE))
        gains = self._gains(self._pairs.of(rows), slice(0, len(rows)))
        gained = self._gained[rows]
        more = gains.max(axis=1) - gained
        if not (more > 0).any():
            return 0
        near = min(NEAR, gains.shape[1])
        nearest = np.partition(gains, gains.shape[1] - near, axis=1)[:, -near]
        return int(max(0, min(more[more > 0].mean(), np.median(gained - nearest))))

    def _gains(self, pairs: Valued, rows: slice) -> Scores:
        """Return what is left of the values after paying."""
        block = pairs.block(rows.start, rows.stop)
        if self._tempting:
            block[block < 0] = -np.inf
        if block.dtype == np.float32 and np.abs(self._paid).max() + 2 * pairs.most >= SINGLE:
            return block - self._paid
        block -= self._paid.astype(block.dtype)
        return block

    def _preferred(self, gains: Scores, rows: slice, margin: int) -> tuple[Whole, Indices]:
        """Return the pairs that each row prefers to its own, or nearly; the best of too many."""
        enough = (self._gained[rows] - margin).astype(gains.dtype)[:, np.newaxis]
        who, whom = np.divmod(np.flatnonzero(gains > enough), gains.shape[1])
        many = np.flatnonzero(np.bincount(who, minlength=len(gains)) > JOINING)
        if len(many):
            choosing = gains[many]
            self._lots.add_to(choosing, rows.start + many)  # or equals would choose the same few
            best = largest(choosing, JOINING)
            few = ~np.isin(who, many)
            who = np.append(who[few], np.repeat(many, best.shape[1]))
            whom = np.append(whom[few], best.ravel())
        return rows.start + who, whom

    def _edges(self, found: list[tuple[Whole, Indices]]) -> Edges:
        rows = self._part.rows[np.concatenate([each for each, _ in found])]
        columns = self._part.columns[np.concatenate([each for _, each in found])]
        return Edges.of(self._task, rows, columns, self._task.pairs.at(rows, columns))
