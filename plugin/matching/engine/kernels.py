"""What no sum of products can say of a pair: limits upon counts, and comparisons of many numbers.

A kernel adds its part to a block of scores in a pass of its own. `terms.py` uses one only where a
table or a product would be wrong or too wide.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from plugin.matching.engine.roster import Flags, Indices, Places

Scores = npt.NDArray[np.floating]
Numbers = npt.NDArray[np.float64]
Picked = slice | Indices
Chosen = Numbers | csr_array
"""Answer × option, with what the option is worth there. Sparse when there are very many options."""

FEW = 10
"""Pairs to a person that are better kept one by one than computed anew for every block."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Options in common, each worth the product of both sides, counted up to a limit."""

    left: Chosen
    right: Chosen
    most: int | None
    worth: int

    def times(self, factor: int) -> Counted:
        """Return the kernel with its worth multiplied."""
        return replace(self, worth=self.worth * factor)

    def dense(self) -> Counted:
        """Return the kernel with a column to every option, chosen or not."""
        left, right = (
            each if isinstance(each, np.ndarray) else each.toarray()
            for each in (self.left, self.right)
        )
        return replace(self, left=left, right=right)

    def astype(self, kind: type[np.floating]) -> Counted:
        """Return the kernel with numbers of another precision."""
        return replace(self, left=self.left.astype(kind), right=self.right.astype(kind))

    def taken(self, rows: Picked, columns: Picked) -> Counted:
        """Return the kernel of some rows and some columns."""
        return replace(self, left=self.left[rows], right=self.right[columns])

    def transposed(self) -> Counted:
        """Return the kernel with rows and columns exchanged."""
        return replace(self, left=self.right, right=self.left)

    def as_pairs(self) -> tuple[Places, Places, Numbers] | None:
        """Return rows, columns and worth of the pairs that share anything, if they are few."""
        if isinstance(self.left, np.ndarray) or isinstance(self.right, np.ndarray):
            return None
        chosen = np.bincount(self.left.indices, minlength=self.left.shape[1])
        offered = np.bincount(self.right.indices, minlength=self.right.shape[1])
        if int(chosen @ offered) > FEW * sum(self.left.shape[:1] + self.right.shape[:1]):
            return None
        counts = (self.left @ self.right.T).tocoo()
        worth = np.zeros(counts.nnz)
        self._add(worth, counts.data.astype(np.float64))
        return counts.row, counts.col, worth

    def add_to(self, block: Scores, rows: slice) -> None:
        """Add what the pairs of some rows with all columns are worth."""
        counts = self.left[rows] @ self.right.T
        self._add(block, counts if isinstance(counts, np.ndarray) else counts.toarray())

    def add_to_pairs(self, values: Numbers) -> None:
        """Add what each row is worth with the column in the same place."""
        self._add(values, np.asarray((self.left * self.right).sum(axis=1)))

    def _add(self, values: Scores, counts: Scores) -> None:
        if self.most is not None:
            np.minimum(counts, self.most, out=counts)
        counts *= self.worth
        values += counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The column's number is at least `by` above the row's. NaN: not answered."""

    left: Numbers
    right: Numbers
    by: int
    reverse: bool
    """The row's above the column's."""
    worth: int

    def times(self, factor: int) -> Compared:
        """Return the kernel with its worth multiplied."""
        return replace(self, worth=self.worth * factor)

    def astype(self, kind: type[np.floating]) -> Compared:
        """Return the kernel as it is: large numbers are compared in double precision."""
        return self

    def taken(self, rows: Picked, columns: Picked) -> Compared:
        """Return the kernel of some rows and some columns."""
        return replace(self, left=self.left[rows], right=self.right[columns])

    def transposed(self) -> Compared:
        """Return the kernel with rows and columns exchanged."""
        return replace(self, left=self.right, right=self.left, reverse=not self.reverse)

    def as_pairs(self) -> None:
        """Return nothing: those for whom it holds are many."""

    def add_to(self, block: Scores, rows: slice) -> None:
        """Add what the pairs of some rows with all columns are worth."""
        block[self._holds(self.left[rows, np.newaxis], self.right)] += self.worth

    def add_to_pairs(self, values: Numbers) -> None:
        """Add what each row is worth with the column in the same place."""
        values[self._holds(self.left, self.right)] += self.worth

    def _holds(self, left: Numbers, right: Numbers) -> Flags:
        above = left - right if self.reverse else right - left
        return above >= self.by


Kernel = Counted | Compared
