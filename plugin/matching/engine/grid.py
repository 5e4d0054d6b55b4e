"""All pairs of some mentees with some mentors, scored block by block and never stored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from plugin.matching.engine.kernels import Kernel, Numbers, Scores
from plugin.matching.engine.roster import Indices, Whole

BLOCK = 2_000_000
"""Scores at a time: some megabytes, so that what is done to them finds them in the cache."""
MOST_ROWS = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class Scatter:
    """Points of single pairs: wishes, kept proposals; a penalty where two may never meet."""

    rows: Whole
    """Ascending; with `columns`, each pair once."""
    columns: Whole
    values: Numbers

    @classmethod
    def empty(cls) -> Scatter:
        """Return nothing said of anybody."""
        return cls(rows=np.zeros(0, np.int64), columns=np.zeros(0, np.int64), values=np.zeros(0))

    @classmethod
    def of(cls, rows: Indices, columns: Indices, values: Numbers) -> Scatter:
        """Return the pairs in order, what is said twice of one pair added up."""
        if not len(rows):
            return cls.empty()
        width = int(columns.max()) + 1
        keys, place = np.unique(rows.astype(np.int64) * width + columns, return_inverse=True)
        return cls(
            rows=keys // width,
            columns=keys % width,
            values=np.bincount(place, weights=values).astype(np.float64),
        )

    def and_also(self, other: Scatter) -> Scatter:
        """Return both together."""
        return Scatter.of(
            np.append(self.rows, other.rows),
            np.append(self.columns, other.columns),
            np.append(self.values, other.values),
        )

    def taken(self, rows: Whole, columns: Whole, shape: tuple[int, int]) -> Scatter:
        """Return what is said of some rows and columns of a grid, in their order."""
        row_of, column_of = np.full(shape[0], -1), np.full(shape[1], -1)
        row_of[rows], column_of[columns] = np.arange(len(rows)), np.arange(len(columns))
        there = (row_of[self.rows] >= 0) & (column_of[self.columns] >= 0)
        return Scatter.of(
            row_of[self.rows[there]], column_of[self.columns[there]], self.values[there]
        )

    def times(self, factor: int) -> Scatter:
        """Return the values multiplied."""
        return replace(self, values=self.values * factor)

    def transposed(self) -> Scatter:
        """Return the same with rows and columns exchanged."""
        return Scatter.of(self.columns, self.rows, self.values)

    def add_to(self, block: Scores, rows: slice) -> None:
        """Add what is said of some rows."""
        first, last = np.searchsorted(self.rows, (rows.start, rows.stop))
        here = slice(int(first), int(last))
        block[self.rows[here] - rows.start, self.columns[here]] += self.values[here]

    def at(self, rows: Indices, columns: Indices) -> Numbers:
        """Return what is said of single pairs; nothing: 0."""
        found = np.zeros(len(rows))
        if len(self.rows):
            width = int(max(self.columns.max(), columns.max(initial=0))) + 1
            keys, wanted = self.rows * width + self.columns, rows * width + columns
            place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
            there = keys[place] == wanted
            found[there] = self.values[place[there]]
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Rows × columns, and what each pair is worth: below zero, it is excluded.

    Scores are whole numbers in floats, exact in the type of `left`.
    """

    left: Scores
    """Row × feature."""
    right: Scores
    """Feature × column."""
    kernels: tuple[Kernel, ...]
    scatter: Scatter
    most: int
    """No pair is worth more."""
    penalty: int
    """An excluded pair is worth so much less, and more than once if more than one rule excludes it:
    there is room between it and zero for what is added to single pairs."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.left.shape[0], self.right.shape[1]

    def block(self, first: int, last: int, out: npt.NDArray[np.floating] | None = None) -> Scores:
        """Return the scores of the rows from `first` up to `last` with all columns."""
        rows = slice(first, last)
        scores = np.matmul(self.left[rows], self.right, out=out)
        for each in self.kernels:
            each.add_to(scores, rows)
        self.scatter.add_to(scores, rows)
        return scores

    def at(self, rows: Indices, columns: Indices) -> Numbers:
        """Return the scores of single pairs."""
        values = np.empty(len(rows))
        for first in range(0, len(rows), 65536):
            some = slice(first, first + 65536)
            left, right = self.left[rows[some]], self.right[:, columns[some]]
            values[some] = np.einsum("ij,ji->i", left, right, dtype=np.float64)
        for each in self.kernels:
            each.taken(rows, columns).add_to_pairs(values)
        return values + self.scatter.at(rows, columns)

    def transposed(self) -> Grid:
        """Return the grid with mentors as rows."""
        return Grid(
            left=np.ascontiguousarray(self.right.T),
            right=np.ascontiguousarray(self.left.T),
            kernels=tuple(each.transposed() for each in self.kernels),
            scatter=self.scatter.transposed(),
            most=self.most,
            penalty=self.penalty,
        )

    def taken(self, rows: Whole, columns: Whole) -> Grid:
        """Return the pairs of some rows with some columns, in the order asked for."""
        return Grid(
            left=self.left[rows],
            right=np.ascontiguousarray(self.right[:, columns]),
            kernels=tuple(each.taken(rows, columns) for each in self.kernels),
            scatter=self.scatter.taken(rows, columns, self.shape),
            most=self.most,
            penalty=self.penalty,
        )


def row_blocks(shape: tuple[int, int]) -> Iterator[slice]:
    """Cut the rows into pieces of a handy size."""
    rows, columns = shape
    step = max(1, min(MOST_ROWS, BLOCK // max(columns, 1)))
    for first in range(0, rows, step):
        yield slice(first, min(first + step, rows))
