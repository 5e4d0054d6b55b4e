"""How many could have somebody at all: maximum flow, without looking at what pairs are worth."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from plugin.matching.engine.roster import Flags, Whole

EACH = 20
"""Pairs of each person that join the network at a time. It is never built whole: a cut tells which
pairs are missing from it."""


def most_pairs(allowed: Flags, rows: Whole, columns: Whole, *, seed: int) -> int:
    """Return the largest number of pairs, none twice, within the limits of both sides.

    Args:
        allowed: (n, m), which pairs may be.
        rows: (n,), how many each row may have.
        columns: (m,), how many each column may have.
    """
    if not allowed.size:
        return 0
    random = np.random.default_rng(seed)
    known = np.zeros_like(allowed)
    _grow(known, allowed, np.arange(len(rows)), np.arange(len(columns)), random)
    while True:
        flow, near, far = _cut(known, rows, columns)
        if not _grow(known, allowed, near, far, random):
            return flow


def _cut(known: Flags, rows: Whole, columns: Whole) -> tuple[int, Whole, Whole]:
    """Return the flow through the known pairs, and the rows before and columns behind its cut."""
    n, m = known.shape
    source, sink = n + m, n + m + 1
    row, column = np.nonzero(known)
    ends = (
        np.concatenate([row, np.full(n, source), np.arange(n, n + m)]),
        np.concatenate([column + n, np.arange(n), np.full(m, sink)]),
    )
    limits = np.concatenate([np.ones(len(row), np.int64), rows, columns]).astype(np.int32)
    network = csr_array((limits, ends), shape=(n + m + 2, n + m + 2))
    result = maximum_flow(network, source, sink)
    left = csr_array(network - result.flow)
    left.data = np.maximum(left.data, 0)
    left.eliminate_zeros()
    reached = breadth_first_order(left, source, return_predecessors=False)
    behind = np.ones(n + m + 2, dtype=bool)
    behind[reached] = False
    return int(result.flow_value), np.flatnonzero(~behind[:n]), np.flatnonzero(behind[n : n + m])


def _grow(
    known: Flags, allowed: Flags, near: Whole, far: Whole, random: np.random.Generator
) -> bool:
    """Let pairs from `near` to `far` that are not known yet join, some of each row."""
    grown = False
    for row in near:
        new = far[allowed[row, far] & ~known[row, far]]
        if len(new):
            known[row, random.permutation(new)[:EACH]] = True
            grown = True
    return grown
