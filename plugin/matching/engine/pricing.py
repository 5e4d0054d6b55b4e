"""All pairs judged by prices: how far the best answer among some could be from the best of all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plugin.matching.engine.assignment import Assignment
from plugin.matching.engine.candidates import largest
from plugin.matching.engine.columns import SINGLE
from plugin.matching.engine.edges import Edges
from plugin.matching.engine.grid import row_blocks
from plugin.matching.engine.kernels import Numbers, Scores
from plugin.matching.engine.parts import Full, Part
from plugin.matching.engine.prices import worth_of_places
from plugin.matching.engine.roster import Indices, Whole

JOINING = 8
"""Pairs of a mentee that join at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What prices say of all pairs of a part."""

    bound: int
    """No answer is worth more."""
    better: Edges
    """Pairs that somebody would rather have at these prices, in the assignment's numbers."""


def judged(task: Assignment, part: Part, paid: Numbers, gained: Numbers) -> Judgement:
    """Judge all pairs of a part.

    Args:
        paid: price of each column.
        gained: what each row gains at these prices, without the extras.
    """
    whole = part.shape == task.shape
    pairs = task.pairs if whole else task.pairs.taken(part.rows, part.columns)
    extras = task.extras[part.rows]
    # An excluded pair is worth so little that it tempts nobody, unless prices are very low.
    tempting = pairs.most - pairs.grid.penalty - paid.min() >= gained.min()
    bound = worth_of_places(part, paid)
    found: list[tuple[Whole, Whole]] = []
    for rows in row_blocks(part.shape):
        block = pairs.block(rows.start, rows.stop)
        if tempting:
            block[block < 0] = -np.inf
        gains = _less(block, paid)
        most = gains.max(axis=1).astype(np.float64)
        with_extras = most + extras[rows]
        bound += int(
            (with_extras if part.full is Full.MENTEES else np.maximum(with_extras, 0)).sum()
        )
        eager = np.flatnonzero(most > gained[rows])
        if len(eager):
            who, whom = _preferred(gains[eager], gained[rows][eager])
            found.append((part.rows[rows][eager[who]], part.columns[whom]))
    return Judgement(bound=bound, better=_edges(task, found))


def _less(block: Scores, paid: Numbers) -> Scores:
    """Return what is left of the scores after paying; in place where that is exact."""
    largest_price = np.abs(paid).max()
    if block.dtype == np.float32 and largest_price + np.abs(block[0]).max() >= SINGLE:
        return block - paid
    block -= paid.astype(block.dtype)
    return block


def _preferred(gains: Scores, gained: Numbers) -> tuple[Whole, Indices]:
    """Return the best of the pairs that each row prefers to what it has."""
    columns = largest(gains, min(JOINING, gains.shape[1]))
    values = np.take_along_axis(gains, columns, axis=1)
    rows, places = np.nonzero(values > gained[:, np.newaxis])
    return rows, columns[rows, places]


def _edges(task: Assignment, found: list[tuple[Whole, Whole]]) -> Edges:
    if not found:
        return Edges.empty()
    rows = np.concatenate([each for each, _ in found])
    columns = np.concatenate([each for _, each in found])
    return Edges.of(task, rows, columns, task.pairs.at(rows, columns))
