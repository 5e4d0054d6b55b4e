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
from plugin.matching.engine.coverage import covered
from plugin.matching.engine.edges import Edges
from plugin.matching.engine.kernels import Numbers
from plugin.matching.engine.optimum import best
from plugin.matching.engine.parts import Part, parts_of
from plugin.matching.engine.prices import prices
from plugin.matching.engine.pricing import judged
from plugin.matching.engine.results import Objective
from plugin.matching.engine.roster import Whole

MOST_ROUNDS = 30


def solved(task: Assignment, *, seed: int, tolerance: float = 0) -> Assigned:
    """Return an answer that is proved to be the optimum, or within `tolerance` (a share) of it."""
    edges = likely(task, seed=seed)
    for _ in range(MOST_ROUNDS):
        edges, assigned, better = _round(task, edges, seed)
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


def _round(task: Assignment, edges: Edges, seed: int) -> tuple[Edges, Assigned, Edges]:
    """Return the edges (perhaps more), the best answer among them, and pairs that are better."""
    found = None
    if task.objective is Objective.COVERAGE:
        found, edges = covered(task, edges, seed=seed)
    mentors = np.full(task.shape[0], NOBODY, dtype=np.int64)
    paid = np.zeros(task.shape[1])
    bound, better = 0, Edges.empty()
    for part in parts_of(task, found):
        inside = part.edges(edges, task.shape)
        own = best(part, inside)
        fair = prices(part, inside, own)
        judgement = judged(task, part, fair, _gained(task, part, inside, own, fair))
        bound += judgement.bound
        better = better.joined_by(judgement.better)
        mentors[part.rows] = np.where(own == NOBODY, NOBODY, part.columns[own])
        paid[part.columns] = fair
    total = task.total(mentors)
    assigned = Assigned(mentors=mentors, total=total, bound=bound, prices=paid.astype(np.int64))
    return edges, assigned, better


def _gained(task: Assignment, part: Part, edges: Edges, mentors: Whole, paid: Numbers) -> Numbers:
    """Return what each row gains, without the extras."""
    gained = edges.values_of(mentors) - np.where(mentors == NOBODY, 0, paid[mentors])
    return gained - task.extras[part.rows]
