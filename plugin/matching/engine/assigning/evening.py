"""Of answers that are worth the same, one that spreads the mentees more evenly.

Prices say which those are: everybody keeps a mentor who costs what they are worth to them, and a
mentor whose places cost anything keeps all of them taken. Within that, a second small assignment
fills first places before second ones.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from plugin.matching.engine.assigning.assignment import NOBODY
from plugin.matching.engine.assigning.edges import Edges
from plugin.matching.engine.assigning.optimum import best
from plugin.matching.engine.assigning.parts import Full, Part
from plugin.matching.engine.kernels import Numbers
from plugin.matching.engine.roster import Whole


def evened(part: Part, edges: Edges, mentors: Whole, paid: Numbers, slack: Numbers) -> Whole:
    """Return an answer for a part as good as `mentors`, with as even a load as these pairs allow.

    Args:
        paid: the prices that the answer implies.
        slack: what each edge falls short of what its mentee has, at these prices.
    """
    used = np.bincount(mentors[mentors != NOBODY], minlength=len(part.places))
    loose = paid == 0
    load = used + part.taken
    if not loose.any() or load[loose & (used > 0)].max(initial=0) < 2 + load[loose].min():
        return mentors
    matched = np.flatnonzero(mentors != NOBODY)
    places = np.minimum(part.places, np.where(loose, used[loose].max(), used))
    row_of = np.full(part.shape[0], -1, dtype=np.int32)
    row_of[matched] = np.arange(len(matched), dtype=np.int32)
    equal = edges.only((slack == 0) & (mentors[edges.rows] != NOBODY))
    must_be_taken = float(len(matched) * int(load.max() + part.places.max()) + 1)
    spread = best(
        replace(part, rows=part.rows[matched], places=places, full=Full.MENTEES, balance=1),
        Edges(
            rows=row_of[equal.rows],
            columns=equal.columns,
            values=np.where(loose[equal.columns], 0.0, must_be_taken),
        ),
    )
    even = mentors.copy()
    even[matched] = spread
    return even
