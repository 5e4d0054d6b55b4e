"""The best answer among some pairs, exactly. The one place that knows which solver does it.

https://docs.scipy.org/doc/scipy/reference/generated/scipy.sparse.csgraph.min_weight_full_bipartite_matching.html
(Jonker and Volgenant's shortest augmenting paths for sparse problems.) It matches all of the
shorter side, so each part is put to it with the side that is matched wholly as rows.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array, hstack
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from plugin.matching.engine.assigning.assignment import NOBODY
from plugin.matching.engine.assigning.edges import Edges
from plugin.matching.engine.assigning.parts import Full, Part
from plugin.matching.engine.assigning.places import places_by_mentee, places_by_mentor
from plugin.matching.engine.kernels import Numbers
from plugin.matching.engine.roster import Whole

_EXACT = 2**50
"""Whole numbers that leave room for the sums along a path."""


def best(part: Part, edges: Edges) -> Whole:
    """Return the column of each row, or `NOBODY`: a highest total among these pairs.

    Args:
        edges: in the part's numbers; they hold a matching of the side that is matched wholly.
    """
    if part.full is Full.PLACES:
        graph, columns = places_by_mentor(edges, part.places, part.shape[0], part.costs())
        taken, rows = _matched(graph)
        mentors = np.full(part.shape[0], NOBODY, dtype=np.int64)
        mentors[rows] = columns[taken]
        return mentors
    costs = part.costs() if part.balance else None
    graph, columns = places_by_mentee(edges, part.places, part.shape[0], costs)
    if part.full is Full.NOBODY:
        graph = _or_nobody(graph)
    rows, taken = _matched(graph)
    mentors = np.full(part.shape[0], NOBODY, dtype=np.int64)
    there = taken < len(columns)
    mentors[rows[there]] = columns[taken[there]]
    return mentors


def or_alone(values: Numbers, rows: int) -> Numbers:
    """Return values by which a pair that is worth nothing is still better than none.

    As they were, where they are too large for it.
    """
    factor = rows + 1
    return values * factor + 1 if np.abs(values).max(initial=0) * factor < _EXACT else values


def _or_nobody(graph: csr_array) -> csr_array:
    """Let every row stay alone for nothing."""
    rows = graph.shape[0]
    graph.data = or_alone(graph.data, rows)
    each = np.arange(rows + 1, dtype=np.int32)
    alone = csr_array((np.ones(rows), each[:-1], each), shape=(rows, rows))
    both = csr_array(hstack([graph, alone], format="csr"))
    both.data[both.indices >= graph.shape[1]] = 0
    return both


def _matched(graph: csr_array) -> tuple[Whole, Whole]:
    """Return a full matching of the rows of the highest weight."""
    graph.data = graph.data.max(initial=0) + 1 - graph.data  # the solver takes 0 for no edge
    rows, columns = min_weight_full_bipartite_matching(graph)
    return rows.astype(np.int64), columns.astype(np.int64)
