"""What all pairs are worth, held whole: for what looks at every pair again and again."""

from __future__ import annotations

import numpy as np

from plugin.matching.engine.columns import Columns
from plugin.matching.engine.grid import Grid, row_blocks
from plugin.matching.engine.roster import Whole

RULED_OUT = -1


def all_points(columns: Columns, mentees: Whole, mentors: Whole) -> Whole:
    """Return the points of some mentees (rows) with some mentors: `RULED_OUT` where excluded."""
    grid = columns.grid(mentees, mentors)
    points = np.empty(grid.shape, dtype=np.int64)
    for rows in row_blocks(grid.shape):
        points[rows] = np.maximum(grid.block(rows.start, rows.stop), RULED_OUT)
    return points


def best_of_rows(grid: Grid, numbers: Whole) -> int:
    """Return the points of so many best pairs of every row, together."""
    deepest = int(min(numbers.max(initial=0), grid.shape[1]))
    total = 0
    for part in row_blocks(grid.shape):
        block = np.maximum(grid.block(part.start, part.stop), 0)
        best = -np.sort(-block, axis=1)[:, :deepest]
        total += int(best[np.arange(deepest) < numbers[part, np.newaxis]].astype(np.int64).sum())
    return total
