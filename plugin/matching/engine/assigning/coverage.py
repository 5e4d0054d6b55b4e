"""As many mentees as can have a mentor: a maximum matching, and the proof that none is larger.

A maximum matching of a few pairs for everybody is one of all pairs as soon as nobody who stays
without could begin a chain of changes that ends at a free place (Berge, 1957). Who stands on such
chains is hungry, the mentors they lead to are contested; no pair of a hungry mentee and a mentor
who is not contested may be left. Dulmage and Mendelsohn (1958): every maximum matching gives all
contested places to hungry mentees, and a place to everybody else, so that the two parts can be
solved apart, and what comes first never has to be weighed against points.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, maximum_bipartite_matching, maximum_flow

from plugin.matching.engine.assigning.assignment import NOBODY, Assignment
from plugin.matching.engine.assigning.candidates import best_of_rows
from plugin.matching.engine.assigning.edges import Edges
from plugin.matching.engine.assigning.places import places_by_mentee
from plugin.matching.engine.roster import Flags, Whole

MANY_PLACES = 12
"""To an edge, on average: with more, places have no columns of their own."""
JOINING = 4
"""Pairs of each hungry mentee that join at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """A maximum matching of some pairs, and what it says of all maximum matchings of them."""

    mentors: Whole
    """Column of each row, or `NOBODY`."""
    hungry: Flags
    """Rows."""
    contested: Flags
    """Columns."""

    @property
    def matched(self) -> int:
        """How many have a mentor."""
        return int(np.count_nonzero(self.mentors != NOBODY))


def cover(edges: Edges, places: Whole, rows: int) -> Cover:
    """Return a maximum matching of these pairs."""
    wanted = np.bincount(edges.columns, minlength=len(places))
    if int(np.minimum(places, wanted)[edges.columns].sum()) > MANY_PLACES * len(edges):
        return split(edges, _by_flow(edges, places, rows), len(places))
    graph, seats = places_by_mentee(edges, places, rows)
    graph.data = np.ones(len(graph.data), dtype=np.int8)
    found = maximum_bipartite_matching(graph, perm_type="column")
    mentors = np.full(rows, NOBODY, dtype=np.int64)
    mentors[found >= 0] = seats[found[found >= 0]]
    return split(edges, mentors, len(places))


def _by_flow(edges: Edges, places: Whole, rows: int) -> Whole:
    """Return a maximum matching where a column to every place would be too many."""
    source, sink = rows + len(places), rows + len(places) + 1
    everybody, mentors = np.arange(rows), np.arange(rows, source)
    begin = np.concatenate([np.full(rows, source), edges.rows, mentors])
    end = np.concatenate([everybody, rows + edges.columns, np.full(len(places), sink)])
    limits = np.concatenate([np.ones(rows + len(edges), np.int64), places])
    graph = csr_array((limits.astype(np.int32), (begin, end)), shape=(sink + 1, sink + 1))
    flow = maximum_flow(graph, source, sink).flow.tocoo()
    used = (flow.data > 0) & (flow.row < rows)
    found = np.full(rows, NOBODY, dtype=np.int64)
    found[flow.row[used]] = flow.col[used] - rows
    return found


def split(edges: Edges, mentors: Whole, columns: int) -> Cover:
    """Return who is hungry and what is contested under a maximum matching of these pairs."""
    rows = len(mentors)
    without = np.flatnonzero(mentors == NOBODY)
    having = np.flatnonzero(mentors != NOBODY)
    source = rows + columns
    begin = np.concatenate([edges.rows, rows + mentors[having], np.full(len(without), source)])
    end = np.concatenate([rows + edges.columns, having, without])
    size = source + 1
    graph = csr_array((np.ones(len(begin), np.int8), (begin, end)), shape=(size, size))
    reached = np.zeros(size, dtype=bool)
    reached[breadth_first_order(graph, source, return_predecessors=False)] = True
    return Cover(mentors=mentors, hungry=reached[:rows], contested=reached[rows:source])


def covered(
    task: Assignment, edges: Edges, *, seed: int, known: Whole | None = None
) -> tuple[Cover, Edges]:
    """Return a maximum matching of all pairs, and the edges with those that it took.

    Args:
        known: such a matching, of some of the edges, if there is one already.
    """
    rows, columns = task.shape
    while True:
        found = cover(edges, task.places, rows) if known is None else split(edges, known, columns)
        more = missing(task, found, seed=seed)
        if not len(more):
            return found, edges
        edges = edges.joined_by(more)


def missing(task: Assignment, found: Cover, *, seed: int) -> Edges:
    """Return pairs of hungry mentees with mentors who are not contested, the best of each."""
    rows, columns = np.flatnonzero(found.hungry), np.flatnonzero(~found.contested)
    return best_of_rows(task, rows, columns, JOINING, seed=seed)
