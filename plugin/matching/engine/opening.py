"""Which circles to open, and for whom: the optimum, as a mixed integer programme for HiGHS.

    maximise     Σ points of who joins whom
    each person  joins one circle at most
    each circle  is open or not; if it is, at least `least` and at most `room` people join
    everybody    as many join as can

Only whether a circle is open must be said to be whole: once that is known, the rest is a network.
How many can join is the optimum of the same programme with a point for everybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import floor
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from plugin.matching.engine.leaders import Leaders
from plugin.matching.engine.linear import FINEST, Reals
from plugin.matching.engine.roster import Flags, Whole

LARGEST = 8_000
"""Pairs: 160 people and 50 leaders. Beyond it, HiGHS may take minutes."""
NODES = 10
"""Of the search tree: more of them cost minutes in hard cases, and gained nothing. A limit of time
would give another answer on a slower machine."""
ROUNDING = 0.5
"""Points by which the bound of HiGHS may be wrong."""

_milp: Any = milp  # its stubs know of no sparse limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimum:
    """What the search ended with."""

    leading: Flags | None
    """Who leads in the best answer found; None: no answer was found in time."""
    bound: int
    """Nothing is worth more."""


def most_people(question: Leaders) -> Optimum:
    """Return who leads where as many as can be join, and how many those are."""
    alike = np.ones(np.count_nonzero(question.points >= 0))
    return _searched(question, alike, at_least=0)


def most_points(question: Leaders, *, people: int) -> Optimum:
    """Return who leads in the best answer where so many join."""
    points = question.points[question.points >= 0].astype(np.float64)
    return _searched(question, points, at_least=people)


def _searched(question: Leaders, gains: Reals, *, at_least: int) -> Optimum:
    people, leaders = np.nonzero(question.points >= 0)
    number = question.points.shape[1]
    scale = max(1.0, float(gains.max(initial=0)) / FINEST)
    result = _milp(
        np.append(-gains / scale, np.zeros(number)),
        constraints=[
            *_limits(question, people, leaders),
            LinearConstraint(np.append(np.ones(len(gains)), np.zeros(number)), at_least, np.inf),
        ],
        bounds=Bounds(np.append(np.zeros(len(gains)), question.standing), 1),
        integrality=np.append(np.zeros(len(gains)), np.ones(number)),
        options={"mip_rel_gap": 0, "node_limit": NODES},
    )
    bound = result.mip_dual_bound
    return Optimum(
        leading=None if result.x is None else result.x[len(gains) :] > 0.5,
        bound=question.ceiling() if bound is None else floor(-bound * scale + ROUNDING),
    )


def _limits(question: Leaders, people: Whole, leaders: Whole) -> Iterator[LinearConstraint]:
    """Yield the limits of people, of circles, and of people in circles that are not open."""
    number, pairs = len(question.room), np.arange(len(people))
    opens = len(pairs) + np.arange(number)
    width = len(pairs) + number

    def matrix(rows: Whole, other_rows: Whole, others: Whole, values: Whole) -> csr_array:
        entries = np.append(np.ones(len(rows)), values)
        places = np.append(rows, other_rows), np.append(pairs, others)
        return csr_array((entries, places), shape=(int(places[0].max(initial=-1)) + 1, width))

    none = np.zeros(0, dtype=np.int64)
    yield LinearConstraint(matrix(people, none, none, none), -np.inf, 1)
    circles = np.arange(number)
    yield LinearConstraint(matrix(leaders, circles, opens, -question.room), -np.inf, 0)
    yield LinearConstraint(matrix(leaders, circles, opens, -question.least), 0, np.inf)
    yield LinearConstraint(matrix(pairs, pairs, opens[leaders], -np.ones_like(pairs)), -np.inf, 0)
