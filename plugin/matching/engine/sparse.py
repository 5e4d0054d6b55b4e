"""The best answer where all pairs would not fit: a few pairs for everybody, and a proof.

An optimum among a few pairs implies prices; the prices judge all pairs, block by block; those that
somebody would rather have join the few. When there are none, no pair that was left out could raise
the total, and the optimum among the few is the optimum of all. (Column generation; Dantzig and
Wolfe, 1960.) Until then, the prices bound what is missing.
"""

from __future__ import annotations

import numpy as np

from plugin.matching.engine.assignment import NOBODY, Assigned, Assignment
from plugin.matching.engine.candidates import chosen_by_mentees, chosen_by_mentors
from plugin.matching.engine.coverage import covered, split
from plugin.matching.engine.edges import Edges
from plugin.matching.engine.kernels import Numbers
from plugin.matching.engine.optimum import best
from plugin.matching.engine.options import Progress
from plugin.matching.engine.parts import Part, parts_of
from plugin.matching.engine.prices import prices
from plugin.matching.engine.pricing import judged
from plugin.matching.engine.results import Objective
from plugin.matching.engine.roster import Whole

MOST_ROUNDS = 30


def solved(
    task: Assignment, edges: Edges, *, seed: int, tolerance: float, tell: Progress
) -> Assigned:
    """Return an answer that is proved to be the optimum, or within `tolerance` (a share) of it.

    Args:
        edges: pairs to begin with.
    """
    for number in range(MOST_ROUNDS):
        edges, assigned, better = _round(task, edges, seed)
        tell("pairs", 1 - 0.6**number)
        missing = assigned.bound - assigned.total
        if missing <= tolerance * abs(assigned.total) or not len(better):
            break
        edges = edges.joined_by(better)
    return assigned


def likely(task: Assignment, *, seed: int) -> Edges:
    """Return the pairs to begin with."""
    if task.seats < task.shape[0]:
        return chosen_by_mentors(task, seed=seed)
    return chosen_by_mentees(task, seed=seed)


def implied_prices(task: Assignment, mentors: Whole) -> Numbers:
    """Return the prices that an optimum implies which was found without any."""
    edges = _all(task)
    cover = split(edges, mentors, task.shape[1]) if _covers(task) else None
    parts = parts_of(task, cover)
    paid = np.full(task.shape[1], np.nan)
    if parts:
        part = max(parts, key=lambda each: len(each.columns))
        inside = part.edges(edges, task.shape)
        paid[part.columns] = prices(part, inside, part.answer(mentors))
    return paid


def _round(task: Assignment, edges: Edges, seed: int) -> tuple[Edges, Assigned, Edges]:
    """Return the edges (perhaps more), the best answer among them, and pairs that are better."""
    cover = None
    if _covers(task):
        cover, edges = covered(task, edges, seed=seed)
    mentors = np.full(task.shape[0], NOBODY, dtype=np.int64)
    paid = np.full(task.shape[1], np.nan)
    bound, better = 0, Edges.empty()
    for part in sorted(parts_of(task, cover), key=lambda each: len(each.columns)):
        inside = part.edges(edges, task.shape)
        own = best(part, inside)
        fair = prices(part, inside, own)
        judgement = judged(task, part, fair, _gained(task, part, inside, own, fair))
        bound += judgement.bound
        better = better.joined_by(judgement.better)
        mentors[part.rows] = np.where(own == NOBODY, NOBODY, part.columns[own])
        paid[:] = np.nan  # prices of one part say nothing to another
        paid[part.columns] = fair
    total = task.total(mentors)
    return edges, Assigned(mentors=mentors, total=total, bound=bound, prices=paid), better


def _covers(task: Assignment) -> bool:
    return task.objective is Objective.COVERAGE


def _all(task: Assignment) -> Edges:
    """Return all pairs that are possible, of an assignment that is not large."""
    values = task.pairs.block(0, task.shape[0])
    rows, columns = np.nonzero(values >= 0)
    return Edges.of(task, rows, columns, values[rows, columns].astype(np.float64))


def _gained(task: Assignment, part: Part, edges: Edges, mentors: Whole, paid: Numbers) -> Numbers:
    """Return what each row gains, without the extras."""
    gained = edges.values_of(mentors) - np.where(mentors == NOBODY, 0, paid[mentors])
    return gained - task.extras[part.rows]
