"""A few pairs for everybody out of all, found block by block.

Whoever there are too few of chooses: mentees where there are places for all, mentors otherwise.
Equals are chosen by lot; in order, all would get the same few, and hundreds would get nobody.
"""

from __future__ import annotations

import numpy as np

from plugin.matching.engine.assigning.assignment import Assignment
from plugin.matching.engine.assigning.chance import Lots, bits_beside
from plugin.matching.engine.assigning.edges import Edges
from plugin.matching.engine.assigning.valued import Valued
from plugin.matching.engine.grid import row_blocks
from plugin.matching.engine.kernels import Numbers, Scores
from plugin.matching.engine.roster import Indices, Places, Whole

FOR_MENTEE = 5
"""Mentors that each mentee chooses."""
FOR_PLACE = 4
"""Mentees that a mentor chooses for every free place, and …"""
FOR_MENTOR = 16
"""… for all of them together."""
LONG = 256
"""Rows so many times longer than what is sought in them are searched by groups."""

Found = tuple[list[Places], list[Places], list[Numbers]]


def chosen_by_mentees(task: Assignment, number: int = FOR_MENTEE, *, seed: int) -> Edges:
    """Return the best mentors for each mentee."""
    none = np.zeros(task.shape[1])
    numbers = np.full(task.shape[0], number)
    rows, columns, values = _chosen(task.pairs, none, numbers, seed=seed)
    return Edges.of(task, rows, columns, values)


def chosen_by_mentors(task: Assignment, *, seed: int) -> Edges:
    """Return the best mentees for each mentor, who waits before who does not."""
    numbers = FOR_PLACE * task.places + FOR_MENTOR
    order = np.argsort(numbers, kind="stable")  # so that rows of a block choose about as many
    pairs = task.pairs.taken(np.arange(task.shape[0]), order).transposed()
    extras = task.extras.astype(np.float64)
    columns, rows, values = _chosen(pairs, extras, numbers[order], seed=seed)
    return Edges.of(task, rows, order[columns], values - extras[rows])


def best_of_rows(task: Assignment, rows: Whole, columns: Whole, number: int, *, seed: int) -> Edges:
    """Return the best pairs of each of some mentees with some mentors, if they have any."""
    if not len(rows) or not len(columns):
        return Edges.empty()
    pairs = task.pairs.taken(rows, columns)
    numbers = np.full(len(rows), number)
    found, mentors, values = _chosen(pairs, np.zeros(len(columns)), numbers, seed=seed)
    return Edges.of(task, rows[found], columns[mentors], values)


def _chosen(
    pairs: Valued, extras: Numbers, numbers: Whole, *, seed: int
) -> tuple[Places, Places, Numbers]:
    """Return the best `numbers[i]` columns for each row i, by value and extras of the column."""
    kind = np.dtype(np.float64) if extras.any() else pairs.grid.left.dtype
    bits = bits_beside(pairs.most + int(extras.max(initial=0)), kind)
    lots = Lots(pairs.shape[1], seed=seed, bits=bits)
    found: Found = ([], [], [])
    for part in row_blocks(pairs.shape):
        block = pairs.block(part.start, part.stop)
        _choose(block, part.start, extras, numbers[part], lots, found)
    return np.concatenate(found[0]), np.concatenate(found[1]), np.concatenate(found[2])


def _choose(
    block: Scores, first: int, extras: Numbers, numbers: Whole, lots: Lots, found: Found
) -> None:
    if extras.any():
        block = np.where(block < 0, block, block + extras)
    lots.add_to(block, np.arange(first, first + len(block)))
    number = min(int(numbers.max()), block.shape[1])
    columns = largest(block, number)
    values = np.take_along_axis(block, columns, axis=1)
    if numbers.min() < number:
        order = np.argsort(-values, axis=1, kind="stable")
        values, columns = (
            np.take_along_axis(values, order, 1),
            np.take_along_axis(columns, order, 1),
        )
        values[np.arange(number) >= numbers[:, np.newaxis]] = -1
    rows, places = np.nonzero(values >= 0)
    found[0].append((rows + first).astype(np.int32))
    found[1].append(columns[rows, places].astype(np.int32))
    found[2].append(np.floor(values[rows, places]).astype(np.float64))


def largest(block: Scores, number: int) -> Indices:
    """Return the columns of the largest entries of each row, in no order.

    In a long row, the largest entry of each group is found first: the best entries are in the best
    groups.
    """
    rows, columns = block.shape
    if columns < LONG * number:
        return _largest(block, number)
    groups = round((columns / number) ** 0.5)
    width = columns // groups
    tops = block[:, : width * groups].reshape(rows, groups, width).max(axis=1)
    best = _largest(tops, number)
    members = (best[:, :, np.newaxis] + np.arange(groups) * width).reshape(rows, -1)
    rest = np.broadcast_to(np.arange(width * groups, columns), (rows, columns - width * groups))
    members = np.concatenate([members, rest], axis=1)
    values = np.take_along_axis(block, members, axis=1)
    return np.take_along_axis(members, _largest(values, number), axis=1)


def _largest(block: Scores, number: int) -> Indices:
    kept = block.shape[1] - number
    return np.argpartition(block, kept, axis=1)[:, kept:]
