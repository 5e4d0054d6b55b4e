"""The transportation problem as a linear programme for HiGHS, and the prices it ends with.

    maximise    Σ (points + worth) of pairs  +  Σ (first + worth) of rows that have any
                −  Σ worth of every pair that a column lacks below its least
    each pair   0 … 1
    each row    at most `wants` pairs; has any: at most 1, and at most its pairs
    each column at most `most` pairs; lacks: at least `least` − its pairs

All of it is a network, so the corners are whole for whole limits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.sparse import csr_array

from plugin.matching.engine.roster import Flags, Whole

FINEST = 1_000_000
"""The largest number that HiGHS is given; beyond it, its tolerances are no longer small."""

FAR = 2**62
"""A pair that is ruled out is so far from its price."""

_linprog: Any = linprog  # its stubs know of dense matrices only

Reals = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Who may have whom: n people (rows) and m partners (columns)."""

    points: Whole
    """(n, m): what a pair is worth, 0 or more; -1: ruled out."""
    wants: Whole
    """(n,): how many partners each may have, none twice."""
    first: Whole
    """(n,): points for having any, 0 or more."""
    begun: Flags
    """(n,): has one elsewhere already; nothing more is gained by having any."""
    most: Whole
    """(m,): how many each partner takes."""
    least: Whole
    """(m,): how many each partner needs."""

    def first_gains(self, worth: int) -> Whole:
        """Return what having any is worth to each row: (n,)."""
        return np.where(self.begun, 0, self.first + worth)

    def needs_flag(self) -> Flags:
        """Return the rows for which having any is another thing than having one more: (n,)."""
        return (self.wants > 1) & ~self.begun


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What the limits cost, in whole points, 0 or more. Whatever they are, they bound."""

    wants: Whole
    first: Whole
    """What a row's pairs gain because it then has any."""
    most: Whole
    least: Whole
    """What a column's pairs gain because it lacks them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """Which variable and which limit is whose."""

    rows: Whole
    columns: Whole
    """Of the pairs, which are the first variables."""
    flags: Whole
    """Rows with a variable “has any”; these follow."""
    needing: Whole
    """Columns with a variable “lacks”; these come last."""
    shape: tuple[int, int]

    def matrix(self) -> csr_array:
        """Return limits × variables."""
        n, m = self.shape
        pairs = np.arange(len(self.rows))
        flags = len(pairs) + np.arange(len(self.flags))
        lacks = len(pairs) + len(flags) + np.arange(len(self.needing))
        flagged, needed = _places(self.flags, n), _places(self.needing, m)
        of_flag = np.flatnonzero(flagged[self.rows] >= 0)
        of_need = np.flatnonzero(needed[self.columns] >= 0)
        after = n + m + len(flags)
        entries = [
            (self.rows, pairs, 1),
            (n + self.columns, pairs, 1),
            (n + m + flagged[self.rows[of_flag]], of_flag, -1),
            (n + m + np.arange(len(flags)), flags, 1),
            (after + needed[self.columns[of_need]], of_need, -1),
            (after + np.arange(len(lacks)), lacks, -1),
        ]
        limits, variables = (np.concatenate([each[k] for each in entries]) for k in (0, 1))
        values = np.concatenate([np.full(len(each[0]), float(each[2])) for each in entries])
        return csr_array(
            (values, (limits, variables)),
            shape=(after + len(lacks), len(pairs) + len(flags) + len(lacks)),
        )

    def prices(self, marginals: Reals, worth: int) -> Prices:
        """Return the prices that HiGHS found for the limits; no column needs more than `worth`."""
        n, m = self.shape
        whole = np.maximum(np.rint(marginals), 0).astype(np.int64)
        wants, most, flags, needs = np.split(whole, [n, n + m, n + m + len(self.flags)])
        first, least = np.zeros(n, np.int64), np.zeros(m, np.int64)
        first[self.flags], least[self.needing] = flags, np.minimum(needs, worth)
        return Prices(wants=wants, first=first, most=most, least=least)


def solved(task: Task, rows: Whole, columns: Whole, *, worth: int) -> tuple[Flags, Prices]:
    """Return which of the given pairs are the best choice among them, and the prices.

    Args:
        rows: of the pairs, (k,).
        columns: of the pairs, (k,).
        worth: what a pair, a row that has any and a pair that a column lacks count for beside.
    """
    layout = _Layout(
        rows=rows,
        columns=columns,
        flags=np.flatnonzero(task.needs_flag()),
        needing=np.flatnonzero(task.least),
        shape=(len(task.wants), len(task.most)),
    )
    first = task.first_gains(worth)
    gains = np.concatenate(
        [
            task.points[rows, columns] + _of_pairs(task, worth)[rows, 0],
            first[layout.flags],
            np.full(len(layout.needing), -worth),
        ]
    ).astype(np.float64)
    upper = np.ones(len(gains))
    upper[len(gains) - len(layout.needing) :] = np.inf
    scale = max(1.0, float(np.abs(gains).max(initial=0)) / FINEST)
    result = _linprog(
        -gains / scale,
        A_ub=layout.matrix(),
        b_ub=np.concatenate(
            [task.wants, task.most, np.zeros(len(layout.flags)), -task.least[layout.needing]]
        ),
        bounds=np.column_stack([np.zeros(len(gains)), upper]),
        method="highs-ds",
        options={"simplex_dual_edge_weight_strategy": "devex"},
    )
    return result.x[: len(rows)] > 0.5, layout.prices(-result.ineqlin.marginals * scale, worth)


def pair_gains(task: Task, prices: Prices, *, worth: int) -> Whole:
    """Return by how much the pairs of some rows exceed their prices."""
    points = task.points
    of_rows = _of_pairs(task, worth) - prices.wants[:, np.newaxis] + prices.first[:, np.newaxis]
    gains = points + of_rows + (prices.least - prices.most)
    return np.where(points < 0, -(10**12), gains)


def limits_bound(task: Task, prices: Prices, *, worth: int) -> int:
    """Return what no choice exceeds unless single pairs exceed their prices."""
    of_flags = np.maximum(task.first_gains(worth) - prices.first, 0)[task.needs_flag()]
    return (
        int(task.wants @ prices.wants)
        + int(task.most @ prices.most)
        + int(task.least @ (worth - prices.least))
        + int(of_flags.sum())
    )


def _of_pairs(task: Task, worth: int) -> Whole:
    """Return what a pair of each row is worth beside its points: (n, 1)."""
    return (worth + np.where(task.needs_flag(), 0, task.first_gains(worth)))[:, np.newaxis]


def _places(chosen: Whole, number: int) -> Whole:
    """Return, for each of so many, its place among the chosen, or -1."""
    places = np.full(number, -1, dtype=np.int64)
    places[chosen] = np.arange(len(chosen))
    return places
