"""Which circles to close, by trial: close the smallest, place everybody anew, and look around."""

from __future__ import annotations

import numpy as np

from plugin.matching.engine.leaders import Joined, Leaders
from plugin.matching.engine.roster import Flags

ENOUGH = 600_000
"""Pairs that are placed anew while looking around, all trials together; it ends at any size."""


def without_the_smallest(question: Leaders) -> Joined:
    """Close the circles that are too small, the smallest quarter of them at a time.

    The answer is the best on the way: perhaps enough people can be made to join those left.
    """
    leading = question.room >= question.least
    free = most = question.joined(leading, least=False)
    found: list[Joined] = []
    while not free.is_allowed:
        if question.least[leading].sum() <= len(question.points):
            found.append(question.joined(leading))
            if found[-1].rank == (True, *most.rank[1:]):
                return found[-1]
        leading = leading & ~_smallest(question, free)
        free = question.joined(leading, least=False)
    return max([*found, free], key=_rank)


def _smallest(question: Leaders, joined: Joined) -> Flags:
    """Return some of the circles that are too small: the fewest people, and the least points.

    Of very many, half: one after the other would take minutes, and matters less.
    """
    points = question.points[joined.people, joined.leaders]
    worth = np.bincount(joined.leaders, weights=points, minlength=len(joined.leading))
    small = np.flatnonzero(joined.leading & (joined.sizes < question.least))
    order = small[np.lexsort((worth[small], joined.sizes[small]))]
    share = 4 if question.points.size <= ENOUGH else 2
    smallest = np.zeros(len(joined.leading), dtype=bool)
    smallest[order[: max(1, len(order) // share)]] = True
    return smallest


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
            best = max(best, question.joined(leading), key=_rank)
            trials -= 1
        if best.rank == before:
            break
    return best


def _rank(joined: Joined) -> tuple[bool, int, int]:
    return joined.rank
