"""The pairs that a linear programme sees: likely to matter, or missed by its prices."""

from __future__ import annotations

import numpy as np

from plugin.matching.engine.linear import Reals
from plugin.matching.engine.roster import Flags, Whole

LIKELY = 8
"""Best partners of each, on both sides, that are seen from the start."""
JOINING = 6
"""Partners of each, on both sides, that join at a time."""
NEAR = 20
"""Near the prices: within a twentieth of the most that a pair is worth."""
BLOCK = 2_000_000
"""Pairs looked at in one go."""


def likely(points: Whole, *, seed: int) -> Flags:
    """Return the best pairs of everybody; -1: ruled out."""
    return _best(points, LIKELY, seed=seed) & (points >= 0)


def joining(known: Flags, gains: Whole, *, most: int) -> Flags:
    """Return the pairs that should join: the best that exceed their prices.

    With them come some that nearly do, for the prices will move. Nobody joins where none exceeds.

    Args:
        known: pairs that are seen already.
        gains: by how much each pair exceeds the prices.
        most: what a pair can be worth.
    """
    if not ((gains > 0) & ~known).any():
        return np.zeros_like(known)
    near = ~known & (gains > -(most // NEAR) - 1)
    return near & _best(np.where(near, gains, gains.min() - 1), JOINING, seed=0)


def _best(points: Whole, number: int, *, seed: int) -> Flags:
    """Return so many best pairs of everybody, on both sides.

    Equals at random: in the order of the rows, all would get the same few.
    """
    random = np.random.default_rng(seed)
    best = np.zeros(points.shape, dtype=bool)
    for view, seen in ((points, best), (points.T, best.T)):
        for part in _blocks(view):
            block = view[part]
            seen[part] |= _best_of_rows(block + random.random(block.shape), number)
    return best


def _best_of_rows(ranked: Reals, number: int) -> Flags:
    best = np.ones(ranked.shape, dtype=bool)
    if ranked.shape[1] > number:
        places = np.argpartition(-ranked, number - 1, axis=1)[:, :number]
        best[:] = False
        np.put_along_axis(best, places, True, axis=1)
    return best


def _blocks(points: Whole) -> list[slice]:
    step = max(1, BLOCK // max(1, points.shape[1]))
    return [slice(start, start + step) for start in range(0, len(points), step)]
