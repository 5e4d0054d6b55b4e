"""Which circles to close, by trial: close the smallest, place everybody anew, and look around."""

from __future__ import annotations

import numpy as np

from plugin.matching.engine.leaders import Joined, Leaders

ENOUGH = 2_000_000
"""Pairs that are placed anew while looking around, all trials together; it ends at any size."""


def without_the_smallest(question: Leaders) -> Joined:
    """Close the circles that are too small, the smallest quarter of them at a time."""
    leading = question.room >= question.least
    while True:
        joined = question.joined(leading, least=False)
        small = np.flatnonzero(leading & (joined.sizes < question.least))
        if not len(small):
            return joined
        points = question.points[joined.people, joined.leaders]
        worth = np.bincount(joined.leaders, weights=points, minlength=len(leading))
        order = small[np.lexsort((worth[small], joined.sizes[small]))]
        leading = leading.copy()
        leading[order[: max(1, len(order) // 4)]] = False


def looked_around(question: Leaders, best: Joined) -> Joined:
    """Open or close single circles for as long as more people join, or the points rise."""
    random = np.random.default_rng(question.seed)
    could = np.flatnonzero((question.room >= question.least) & ~question.standing)
    trials = ENOUGH // max(question.points.size, 1)
    while trials > 0 and len(could):
        before = best.rank
        for leader in random.permutation(could)[:trials]:
            leading = best.leading.copy()
            leading[leader] = not leading[leader]
            best = max(best, question.joined(leading), key=lambda each: each.rank)
            trials -= 1
        if best.rank == before:
            break
    return best
