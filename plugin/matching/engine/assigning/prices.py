"""What a place of each mentor is worth: the prices that an optimum implies, and what they prove.

At these prices everybody has whom they would choose: no mentee gains by another mentor more than
the difference in price. Linear programming calls them dual variables. Prices that fit some pairs
bound what all pairs could reach, if what they do not fit is added up (`pricing.py`).
"""

from __future__ import annotations

import numpy as np

from plugin.matching.engine.assigning.assignment import NOBODY
from plugin.matching.engine.assigning.edges import Edges
from plugin.matching.engine.assigning.parts import Full, Part
from plugin.matching.engine.kernels import Numbers
from plugin.matching.engine.roster import Whole


def prices(part: Part, edges: Edges, mentors: Whole) -> Numbers:
    """Return the lowest prices at which an optimum among these pairs is everybody's choice.

    Longest paths (Bellman and Ford): who has a mentor must not prefer another, so another's price
    is at least what changing would gain; who has none must not gain at all.
    """
    own = edges.values_of(mentors)
    order = np.argsort(edges.columns, kind="stable")
    columns = edges.columns[order]
    first = (
        np.flatnonzero(np.append(True, columns[1:] != columns[:-1])) if len(columns) else columns
    )
    known = columns[first]
    gains = (edges.values - own[edges.rows])[order]
    having = mentors[edges.rows][order]
    paid = np.append(_least(part, mentors), 0)  # the last: what who has nobody pays
    for _ in range(len(paid)):
        raised = np.maximum.reduceat(gains + paid[having], first) if len(first) else gains
        raised = np.maximum(raised, paid[known])
        if np.array_equal(raised, paid[known]):
            break
        paid[known] = raised
    fair: Numbers = np.nan_to_num(paid[:-1], neginf=0)
    return fair


def _least(part: Part, mentors: Whole) -> Numbers:
    """Return what each place costs at least: what the last one taken costs by itself.

    Where all places are taken whatever they cost, a price may be below nothing.
    """
    if part.full is Full.PLACES:
        return np.full(len(part.places), -np.inf)
    used = np.bincount(mentors[mentors != NOBODY], minlength=len(part.places))
    return part.balance * (part.taken + np.maximum(used - 1, 0)).astype(np.float64)


def worth_of_places(part: Part, paid: Numbers) -> int:
    """Return what all places are worth together at these prices, beyond what they cost."""
    gained = np.repeat(paid, part.places) - part.costs()
    if part.full is not Full.PLACES:
        gained = np.maximum(gained, 0)
    return int(gained.sum())
