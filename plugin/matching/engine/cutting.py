"""Pairs out of one group, as a linear programme with cuts for HiGHS (Edmonds, 1965).

    maximise  Σ (points + worth) of pairs
    each person       at most one pair
    each odd group    at most half of it in pairs within it, rounded down

With all odd groups the corners would be whole. There are too many of them to write down; those that
a mixture of pairs breaks are added until no mixture is left, or none of them is found any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import coo_array, csr_array, vstack
from scipy.sparse.csgraph import connected_components

from plugin.matching.engine.linear import FINEST, Reals
from plugin.matching.engine.roster import Flags, Whole

NODES = 50
"""Of the search tree that decides what cuts left open."""
EVEN = 1e-6
"""Nearer to whole than this is whole."""

_linprog: Any = linprog  # their stubs know of dense matrices only
_milp: Any = milp


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxed:
    """The best mixture of pairs under the cuts, and the prices."""

    shares: Reals
    """How much of each pair is taken: 0 … 1."""
    people: Whole
    """Price of each person; 0 or more, whole."""
    groups: Whole
    """Price of each odd group."""

    @property
    def is_whole(self) -> bool:
        """Tell whether it is no mixture."""
        return bool((np.abs(self.shares - np.rint(self.shares)) < EVEN).all())


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """Pairs to choose from, what each is worth, and the odd groups known so far."""

    number: int
    """People."""
    one: Whole
    other: Whole
    """Of each pair, `one[k] < other[k]`."""
    gains: Whole
    groups: tuple[Flags, ...]

    def relaxed(self) -> Relaxed:
        """Return the best mixture."""
        result = _linprog(
            -self.gains / self._scale,
            A_ub=self._matrix(),
            b_ub=self._limits(),
            bounds=(0, None),
            method="highs-ds",
        )
        prices = np.rint(np.maximum(-result.ineqlin.marginals * self._scale, 0)).astype(np.int64)
        return Relaxed(shares=result.x, people=prices[: self.number], groups=prices[self.number :])

    def whole(self, relaxed: Relaxed) -> Flags:
        """Return the best pairs: what is no mixture as it is, else what a short search finds."""
        if relaxed.is_whole:
            whole: Flags = relaxed.shares > 0.5
            return whole
        result = _milp(
            -self.gains / self._scale,
            constraints=LinearConstraint(self._matrix(), -np.inf, self._limits()),
            bounds=Bounds(0, 1),
            integrality=np.ones(len(self.gains)),
            options={"mip_rel_gap": 0, "node_limit": NODES},
        )
        if result.x is None:
            return self._greatest_shares(relaxed)
        found: Flags = result.x > 0.5
        return found

    def _greatest_shares(self, relaxed: Relaxed) -> Flags:
        """Return the pairs of which the mixture holds most, then the best of what is left."""
        free = np.ones(self.number, dtype=bool)
        used = np.zeros(len(self.one), dtype=bool)
        for pair in np.lexsort((-self.gains, -relaxed.shares)):
            ends = [self.one[pair], self.other[pair]]
            if free[ends].all():
                free[ends] = False
                used[pair] = True
        return used

    def broken(self, shares: Reals) -> list[Flags]:
        """Return odd groups with more than half of them in pairs within: parts of the mixture."""
        mixed = np.minimum(shares, 1 - shares) > EVEN
        graph = coo_array(
            (np.ones(mixed.sum()), (self.one[mixed], self.other[mixed])),
            shape=(self.number, self.number),
        )
        parts, labels = connected_components(graph.tocsr(), directed=False)
        sizes = np.bincount(labels, minlength=parts)
        groups = [labels == part for part in np.flatnonzero((sizes > 2) & (sizes % 2 == 1))]
        return [
            group
            for group in groups
            if shares[group[self.one] & group[self.other]].sum() > group.sum() // 2 + EVEN
        ]

    @property
    def _scale(self) -> float:
        return max(1.0, float(self.gains.max(initial=0)) / FINEST)

    def _matrix(self) -> csr_array:
        pairs = np.arange(len(self.one))
        ends = np.append(self.one, self.other), np.append(pairs, pairs)
        of_people = csr_array((np.ones(2 * len(pairs)), ends), shape=(self.number, len(pairs)))
        of_groups = [
            csr_array((group[self.one] & group[self.other]).astype(float)[np.newaxis])
            for group in self.groups
        ]
        return csr_array(vstack([of_people, *of_groups]))

    def _limits(self) -> Whole:
        halves = [int(group.sum()) // 2 for group in self.groups]
        return np.append(np.ones(self.number, dtype=np.int64), np.array(halves, dtype=np.int64))
