"""The best answer where all pairs would not fit: a few pairs for everybody, and a proof.

An optimum among a few pairs implies prices; the prices judge all pairs, block by block; those that
somebody would rather have join the few. When there are none, no pair that was left out could raise
the total, and the optimum among the few is the optimum of all. (Column generation; Dantzig and
Wolfe, 1960.) Until then, the prices bound what is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np

from plugin.matching.engine.assignment import NOBODY, Assigned, Assignment
from plugin.matching.engine.candidates import chosen_by_mentees, chosen_by_mentors
from plugin.matching.engine.coverage import covered, split
from plugin.matching.engine.edges import Edges
from plugin.matching.engine.kernels import Numbers
from plugin.matching.engine.optimum import best
from plugin.matching.engine.options import Progress
from plugin.matching.engine.parts import parts_of
from plugin.matching.engine.prices import prices
from plugin.matching.engine.pricing import Judge
from plugin.matching.engine.results import Objective
from plugin.matching.engine.roster import Whole

MOST_ROUNDS = 40
SHEDDING = 10
"""So many times, pairs that turned out to be far from good are let go."""
KEPT = 4
"""Pairs stay that miss so many times what was near enough."""
FEW_SEATS = 3
"""With fewer places than one to so many mentees, mentors choose the first pairs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    assigned: Assigned
    edges: Edges
    """For the next round."""
    margin: int


def solved(
    task: Assignment, edges: Edges, *, seed: int, tolerance: float, tell: Progress
) -> Assigned:
    """Return an answer that is proved to be the optimum, or within `tolerance` (a share) of it.

    Args:
        edges: pairs to begin with.
    """
    known, far = None, inf
    for number in range(MOST_ROUNDS):
        found = _round(task, edges, known, seed=seed, far=far)
        assigned, edges, known = found.assigned, found.edges, found.assigned.mentors
        far = KEPT * found.margin if found.margin and number < SHEDDING else inf
        tell("pairs", 1 - 0.5 ** (number + 1))
        if assigned.bound - assigned.total <= tolerance * abs(assigned.total):
            break
    return assigned


def likely(task: Assignment, *, seed: int) -> Edges:
    """Return the pairs to begin with."""
    if task.seats * FEW_SEATS < task.shape[0]:
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


def _round(task: Assignment, edges: Edges, known: Whole | None, *, seed: int, far: float) -> _Round:
    """Find the best answer among some pairs, and judge all pairs by its prices.

    Args:
        known: an answer with as many matched as can be.
        far: how far from good a pair must be to be let go.
    """
    cover = None
    if _covers(task):
        cover, edges = covered(task, edges, seed=seed, known=known)
    mentors = np.full(task.shape[0], NOBODY, dtype=np.int64)
    paid = np.full(task.shape[1], np.nan)
    bound, margin, kept = 0, 0, Edges.empty()
    for part in sorted(parts_of(task, cover), key=lambda each: len(each.columns)):
        inside = part.edges(edges, task.shape)
        own = best(part, inside)
        fair = prices(part, inside, own)
        gained = inside.values_of(own) - np.where(own == NOBODY, 0, fair[own])
        judgement = Judge(task, part, fair, gained - task.extras[part.rows], seed=seed).judgement()
        bound += judgement.bound
        margin = max(margin, judgement.margin)
        slack = gained[inside.rows] + fair[inside.columns] - inside.values
        kept = kept.joined_by(part.outside(inside.only(slack <= far)))
        kept = kept.joined_by(judgement.better)
        mentors[part.rows] = np.where(own == NOBODY, NOBODY, part.columns[own])
        paid[:] = np.nan  # prices of one part say nothing to another
        paid[part.columns] = fair
    total = task.total(mentors)
    assigned = Assigned(mentors=mentors, total=total, bound=bound, prices=paid)
    return _Round(assigned=assigned, edges=kept, margin=margin)


def _covers(task: Assignment) -> bool:
    return task.objective is Objective.COVERAGE


def _all(task: Assignment) -> Edges:
    """Return all pairs that are possible, of an assignment that is not large."""
    values = task.pairs.block(0, task.shape[0])
    rows, columns = np.nonzero(values >= 0)
    return Edges.of(task, rows, columns, values[rows, columns].astype(np.float64))
