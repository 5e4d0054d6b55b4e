"""The worst pair made as good as it can be, without a mentee less who has a mentor.

The highest score that every pair can reach while as many are matched: a bottleneck assignment,
found by trial. A score is possible if the pairs that reach it hold a matching as large; it is not
if, of all pairs, those that reach it do not (`coverage.py` proves either).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plugin.matching.engine.assigning.assignment import NOBODY, Assignment
from plugin.matching.engine.assigning.coverage import Cover, covered
from plugin.matching.engine.assigning.edges import Edges
from plugin.matching.engine.kernels import Numbers
from plugin.matching.engine.roster import Whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """The highest score that all pairs can reach."""

    score: int | None
    """None where nobody can be matched at all."""
    edges: Edges
    """Pairs that reach it: those there were, and others that were needed."""


def highest(task: Assignment, edges: Edges, *, seed: int) -> Floor:
    """Return the highest floor under which as many are matched as without any."""
    whole, edges = covered(task, edges, seed=seed)
    if not whole.matched:
        return Floor(score=None, edges=edges)
    scores = _scores(task, edges)
    lowest, beyond = _worst(edges, scores, whole), task.pairs.grid.most + 1
    trial = _promised(edges, scores, whole, task.places)
    step = 1
    while lowest + 1 < beyond:
        trial = min(max(trial, lowest + 1), beyond - 1)
        above = scores >= trial
        found, tried = covered(task.at_least(trial), edges.only(above), seed=seed)
        edges = edges.only(~above).joined_by(tried)
        scores = _scores(task, edges)
        if found.matched == whole.matched:
            lowest = _worst(edges, scores, found)
            trial, step = lowest + step, 2 * step
        else:
            beyond, step = trial, beyond
            trial = (lowest + beyond) // 2
    return Floor(score=lowest, edges=edges.only(scores >= lowest))


def _scores(task: Assignment, edges: Edges) -> Numbers:
    """Return what the pairs score, without bonus and extras."""
    scores: Numbers = edges.values - task.extras[edges.rows]
    return scores - task.pairs.kept.at(edges.rows, edges.columns)


def _worst(edges: Edges, scores: Numbers, found: Cover) -> int:
    """Return the score of the worst pair of a matching."""
    own = edges.columns == found.mentors[edges.rows]
    return int(scores[own].min())


def _promised(edges: Edges, scores: Numbers, whole: Cover, places: Whole) -> int:
    """Guess the floor: the best of whoever has the worst prospects of those who must be matched.

    Who is not hungry must be; so must every place that is contested.
    """
    best = np.zeros(len(whole.mentors))
    np.maximum.at(best, edges.rows, scores)
    sure = best[~whole.hungry & (whole.mentors != NOBODY)]
    contested = whole.contested[edges.columns] & whole.hungry[edges.rows]
    columns, worth = edges.columns[contested], scores[contested]
    order = np.lexsort((-worth, columns))
    columns, worth = columns[order], worth[order]
    rank = np.arange(len(columns)) - np.searchsorted(columns, columns)
    last = worth[rank == places[columns] - 1]
    return int(min(sure.min(initial=np.inf), last.min(initial=np.inf)))
