"""The best answer where all pairs would not fit: a few pairs for everybody, and a proof.

An optimum among a few pairs implies prices; the prices judge all pairs, block by block; those that
somebody would rather have join the few. When there are none, no pair that was left out could raise
the total, and the optimum among the few is the optimum of all. (Column generation; Dantzig and
Wolfe, 1960.) Until then, the prices bound what is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

import numpy as np

from plugin.matching.engine.assigning.assignment import NOBODY, Assigned, Assignment
from plugin.matching.engine.assigning.candidates import chosen_by_mentees, chosen_by_mentors
from plugin.matching.engine.assigning.coverage import covered, split
from plugin.matching.engine.assigning.edges import Edges
from plugin.matching.engine.assigning.evening import evened
from plugin.matching.engine.assigning.optimum import best
from plugin.matching.engine.assigning.parts import Part, parts_of
from plugin.matching.engine.assigning.prices import prices
from plugin.matching.engine.assigning.pricing import Judge, Judgement
from plugin.matching.engine.kernels import Numbers
from plugin.matching.engine.pace import Pace
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
class _Solved:
    """A part, and the best answer among some pairs; all in the part's numbers."""

    part: Part
    edges: Edges
    mentors: Whole
    paid: Numbers
    gained: Numbers
    """By row, extras included."""
    judgement: Judgement

    @property
    def slack(self) -> Numbers:
        """What each edge falls short of what its mentee has."""
        return self.gained[self.edges.rows] + self.paid[self.edges.columns] - self.edges.values

    def evened(self) -> _Solved:
        """Return an answer that is worth the same, with a more even load."""
        even = evened(self.part, self.edges, self.mentors, self.paid, self.slack)
        return replace(self, mentors=even)


def solved(task: Assignment, edges: Edges, *, seed: int, tolerance: float, pace: Pace) -> Assigned:
    """Return an answer that is proved to be the optimum, or within `tolerance` (a share) of it.

    Args:
        edges: pairs to begin with.
    """
    known, far = None, inf
    for number in range(MOST_ROUNDS):
        cover = None
        if _covers(task):
            cover, edges = covered(task, edges, seed=seed, known=known)
        parts = [_solved(task, part, edges, seed, pace) for part in parts_of(task, cover)]
        assigned = _put_together(task, parts)
        if assigned.bound - assigned.total <= tolerance * abs(assigned.total):
            break
        known = assigned.mentors
        edges = _next_edges(parts, far)
        margin = max(each.judgement.margin for each in parts)
        far = KEPT * margin if margin and number < SHEDDING else inf
    if task.balance:
        return assigned
    return _put_together(task, [each.evened() for each in parts])


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


def _solved(task: Assignment, part: Part, edges: Edges, seed: int, pace: Pace) -> _Solved:
    """Find the best answer for a part among some pairs, and judge all pairs by its prices."""
    inside = part.edges(edges, task.shape)
    mentors = best(part, inside)
    pace.step(0.2)
    paid = prices(part, inside, mentors)
    gained = inside.values_of(mentors) - np.where(mentors == NOBODY, 0, paid[mentors])
    judge = Judge(task, part, paid, gained - task.extras[part.rows], seed=seed)
    return _Solved(
        part=part,
        edges=inside,
        mentors=mentors,
        paid=paid,
        gained=gained,
        judgement=judge.judgement(pace),
    )


def _next_edges(parts: Sequence[_Solved], far: float) -> Edges:
    """Return the pairs for the next round: those that joined, and the old ones but for far ones."""
    edges = Edges.empty()
    for each in parts:
        kept = each.edges.only(each.slack <= far)
        edges = edges.joined_by(each.part.outside(kept)).joined_by(each.judgement.better)
    return edges


def _put_together(task: Assignment, parts: Sequence[_Solved]) -> Assigned:
    mentors = np.full(task.shape[0], NOBODY, dtype=np.int64)
    paid = np.full(task.shape[1], np.nan)
    for each in sorted(parts, key=lambda each: len(each.part.columns)):
        own = each.mentors
        mentors[each.part.rows] = np.where(own == NOBODY, NOBODY, each.part.columns[own])
        paid[:] = np.nan  # prices of one part say nothing to another
        paid[each.part.columns] = each.paid
    bound = sum(each.judgement.bound for each in parts)
    return Assigned(mentors=mentors, total=task.total(mentors), bound=bound, prices=paid)


def _covers(task: Assignment) -> bool:
    return task.objective is Objective.COVERAGE


def _all(task: Assignment) -> Edges:
    """Return all pairs that are possible, of an assignment that is not large."""
    values = task.pairs.block(0, task.shape[0])
    rows, columns = np.nonzero(values >= 0)
    return Edges.of(task, rows, columns, values[rows, columns].astype(np.float64))
