"""The best answer at once, where all pairs fit: one dense assignment with a column to every place.

https://docs.scipy.org/doc/scipy/reference/generated/scipy.optimize.linear_sum_assignment.html
(Crouse: On implementing 2D rectangular assignment algorithms, 2016).
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment

from plugin.matching.engine.assigning.assignment import NOBODY, Assigned, Assignment
from plugin.matching.engine.assigning.optimum import or_alone
from plugin.matching.engine.kernels import Numbers
from plugin.matching.engine.results import Objective
from plugin.matching.engine.roster import Flags, Whole

LARGEST = 250_000
"""Entries. Beyond it, a few candidates for everybody and a proof are faster than all pairs."""


def fits(task: Assignment) -> bool:
    """Tell whether the dense way is the faster one."""
    return task.shape[0] * task.seats <= LARGEST


def solved(task: Assignment) -> Assigned:
    """Return the optimum."""
    seats, ranks = _seats(task)
    values = task.pairs.block(0, task.shape[0]).astype(np.float64)[:, seats]
    possible = values >= 0
    values += task.extras[:, np.newaxis] - task.balance * ranks
    if task.objective is Objective.SCORE:
        possible &= values >= 0
    rows, columns = linear_sum_assignment(_costs(task, values, possible))
    there = possible[rows, columns]
    mentors = np.full(task.shape[0], NOBODY, dtype=np.int64)
    mentors[rows[there]] = seats[columns[there]]
    total = task.total(mentors)
    return Assigned(mentors=mentors, total=total, bound=total)


def _seats(task: Assignment) -> tuple[Whole, Whole]:
    """Return the column of each place, and how many mentees come before it.

    The first places of all mentors stand before their second ones: the solver takes the earlier of
    two that are worth the same, so that of equal answers one with an even load is found.
    """
    columns = np.repeat(np.arange(task.shape[1]), task.places)
    starts = np.cumsum(task.places) - task.places
    ranks = np.arange(len(columns)) - np.repeat(starts - task.taken, task.places)
    order = np.argsort(ranks, kind="stable")
    return columns[order], ranks[order]


def _costs(task: Assignment, values: Numbers, possible: Flags) -> Numbers:
    """Return costs whose minimum is the objective's optimum.

    With coverage, a pair that is not possible costs more than all that better pairs could save, so
    that there are as few as can be.
    """
    costs: Numbers
    if not possible.any():
        return np.zeros_like(values)
    if task.objective is Objective.SCORE:
        costs = np.where(possible, -or_alone(values, len(values)), 0)
        return costs
    best, worst = values[possible].max(), values[possible].min()
    forbidden = (best - worst) * min(values.shape) + 1
    costs = np.where(possible, best - values, forbidden)
    return costs
