"""The best answer for few mentors with many places each: mentees one after another.

A column to every place would make hundreds of equal columns. So each mentee in turn takes the best
way to a free place: to a mentor, from whom somebody goes on to another, and so on until a place is
free, or somebody stays without. (Successive shortest paths; Dijkstra's search over the mentors,
with prices that keep all distances above zero.) After every turn the answer is the best for those
who have had theirs.
"""

from __future__ import annotations

import numpy as np

from plugin.matching.engine.assigning.assignment import NOBODY, Assigned, Assignment
from plugin.matching.engine.assigning.chance import Lots, bits_beside
from plugin.matching.engine.grid import row_blocks
from plugin.matching.engine.kernels import Numbers, Scores
from plugin.matching.engine.results import Objective
from plugin.matching.engine.roster import Whole

MANY_PLACES = 12
"""To a mentor, on average: with more, this way is the faster one."""
MOST_SQUARED = 50_000_000
"""Places of each mentor times themselves: with more, a few have so many that columns for their
places would not fit."""
LARGEST = 100_000_000
"""Pairs, all of which are held."""
_EXACT = 2**50
"""Whole numbers that leave room for the sums along a path."""


def fits(task: Assignment) -> bool:
    """Tell whether there are few mentors with many places."""
    rows, columns = task.shape
    many = task.seats > MANY_PLACES * columns or int((task.places**2).sum()) > MOST_SQUARED
    return many and rows * columns <= LARGEST


def solved(task: Assignment, *, seed: int) -> Assigned:
    """Return the optimum."""
    turns = _Turns(task)
    for row in turns.at_once(seed).tolist():
        turns.take(row)
    mentors = np.where(turns.given == turns.nobody, NOBODY, turns.given)
    total = task.total(mentors)
    return Assigned(mentors=mentors, total=total, bound=total, prices=turns.prices())


class _Turns:
    """Who has whom so far, and prices at which everybody has whom they would choose.

    The last column stands for having nobody; there is always a place.
    """

    def __init__(self, task: Assignment) -> None:
        rows, columns = task.shape
        self.task, self.nobody = task, columns
        self.points = _all(task)
        self.scale, self.alone = _scale(task)
        self.places = np.append(task.places, rows + 1)
        self.load = np.append(task.taken, 0)
        self.full = self.load + self.places
        self.rank_costs = np.append(np.full(columns, float(task.balance * self.scale)), 0)
        self.price = self.rank_costs * self.load
        self.given = np.full(rows, columns, dtype=np.int64)
        self.members: list[list[int]] = [[] for _ in range(columns + 1)]
        self.moves = np.full((columns + 1, columns + 1), -np.inf)
        """From whom, to whom: the most that anybody there would gain by it."""

    def at_once(self, seed: int) -> Whole:
        """Let all have their first choice, as far as places go; return who still has a turn."""
        rows, columns = self.points.shape
        if self.task.balance:
            return np.arange(rows)
        lots = Lots(columns, seed=seed, bits=bits_beside(self.task.pairs.most, self.points.dtype))
        choice = np.empty(rows, dtype=np.int64)
        for part in row_blocks(self.points.shape):
            block = self.points[part].copy()
            lots.add_to(block, np.arange(part.start, part.stop))
            choice[part] = np.where(np.isinf(block).all(axis=1), self.nobody, block.argmax(axis=1))
        order = np.argsort(choice, kind="stable")
        chosen = choice[order]
        rank = np.arange(rows) - np.searchsorted(chosen, chosen)
        first = rank < self.places[chosen]
        for row, column in zip(order[first].tolist(), chosen[first].tolist(), strict=True):
            self._give(row, column)
        for column in range(columns):
            self._look_around(column)
        self.load += np.bincount(chosen[first], minlength=columns + 1)
        return np.sort(order[~first])

    def take(self, row: int) -> None:
        """Let a mentee have their turn."""
        column, before = self._way(self._worth(row))
        self.load[column] += 1
        while before[column] != NOBODY:
            other = int(before[column])
            mover = self._mover(other, column)
            self.members[other].remove(mover)
            self._give(mover, column)
            self._look_around(column)
            column = other
        self._give(row, column)
        self._look_around(column)

    def prices(self) -> Numbers:
        """Return prices in points; of those whose places all must be taken, or of the others."""
        price = self.price[:-1]
        contested = price > -self.alone / 2
        if self.task.objective is Objective.SCORE:
            contested = np.zeros(len(price), dtype=bool)
        most_are = np.count_nonzero(contested) * 2 > len(price)
        shown = price + self.alone if most_are else price
        prices: Numbers = np.where(contested == most_are, np.floor(shown / self.scale), np.nan)
        return prices

    def _worth(self, row: int) -> Numbers:
        """Return what each column is worth to a mentee."""
        worth = np.empty(self.nobody + 1)
        worth[:-1] = self.points[row]
        worth[:-1] += self.task.extras[row]
        worth[:-1] *= self.scale
        worth[-1] = self.alone
        return worth

    def _way(self, worth: Numbers) -> tuple[int, Whole]:
        """Return where the best way ends, and for each column from where one comes there.

        Prices rise by what the way costs more than it would to stop earlier.
        """
        far = (worth - self.price).max() - (worth - self.price)
        before = np.full(len(far), NOBODY, dtype=np.int64)
        # Stopping at a mentor costs the next place there; where there is none, nobody stops.
        stop = np.where(self.load < self.full, self.rank_costs * self.load - self.price, np.inf)
        seen = np.zeros(len(far), dtype=bool)
        while True:
            end = (far + stop).min()
            here = int(np.where(seen, np.inf, far).argmin())
            if seen[here] or far[here] >= end:
                break
            seen[here] = True
            onward = far[here] + (self.price - self.price[here]) - self.moves[here]
            nearer = (onward < far) & ~seen
            far[nearer] = onward[nearer]
            before[nearer] = here
        ends = np.flatnonzero(far + stop == end)
        self.price[seen] += end - far[seen]
        return int(ends[self.load[ends].argmin()]), before

    def _mover(self, here: int, there: int) -> int:
        """Return who of a mentor's mentees gains most, or loses least, by going elsewhere."""
        members = np.array(self.members[here])
        own = self.points[members, here]
        if there == self.nobody:
            return int(members[(own + self.task.extras[members]).argmin()])
        return int(members[(self.points[members, there] - own).argmax()])

    def _give(self, row: int, column: int) -> None:
        self.given[row] = column
        if column != self.nobody:
            self.members[column].append(row)

    def _look_around(self, column: int) -> None:
        """Find what a mentor's mentees would gain elsewhere."""
        members = self.members[column]
        if column == self.nobody or not members:
            return
        own = self.points[members, column][:, np.newaxis].astype(np.float64)
        self.moves[column, :-1] = (self.points[members] - own).max(axis=0) * self.scale
        least = (own[:, 0] + self.task.extras[members]).min()
        self.moves[column, -1] = self.alone - least * self.scale


def _all(task: Assignment) -> Scores:
    """Return what all pairs are worth, but for extras; less than anything where excluded."""
    points = np.empty(task.shape, dtype=task.pairs.grid.left.dtype)
    for part in row_blocks(task.shape):
        task.pairs.block(part.start, part.stop, out=points[part])
    points[points < 0] = -np.inf
    return points


def _scale(task: Assignment) -> tuple[int, float]:
    """Return by what to multiply points, and what having nobody is worth then.

    With coverage, so little that no points make up for it. With score, a little less than nothing:
    a pair that is worth nothing is better than none.
    """
    rows, columns = task.shape
    load = int((task.taken + task.places).max())
    most = task.pairs.most + int(task.extras.max()) + task.balance * load
    if task.objective is Objective.COVERAGE:
        return 1, -float((most + 1) * 2 * min(rows, task.seats))
    exact = most * (rows + 1) * min(columns, 100) < _EXACT
    return (rows + 1, -1.0) if exact else (1, 0.0)
