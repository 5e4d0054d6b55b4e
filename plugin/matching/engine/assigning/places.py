"""Edges as scipy's matchings read them: a row or a column to every place."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from plugin.matching.engine.assigning.edges import Edges
from plugin.matching.engine.kernels import Numbers
from plugin.matching.engine.roster import Places, Rows, Whole


def places_by_mentee(
    edges: Edges, places: Whole, rows: int, costs: Numbers | None = None
) -> tuple[csr_array, Places]:
    """Return a graph of mentees × places, and the column of the assignment of each place.

    An edge weighs its value less what the place costs. A mentor who has a place for everybody with
    an edge there has one for each of them, so that there are not many times as many edges.

    Args:
        costs: by column and rank; None: all places of a mentor are alike.
    """
    wanted = np.bincount(edges.columns, minlength=len(places))
    roomy = (wanted <= places) & (costs is None)
    counts = np.where(roomy, 1, places)[edges.columns]
    offered = np.where(roomy, wanted, places)
    first = (np.cumsum(offered) - offered)[edges.columns]
    first += np.where(roomy[edges.columns], _ranks(edges.columns), 0)
    each = np.repeat(np.arange(len(edges), dtype=np.int32), counts)
    indices = np.arange(len(each), dtype=np.int32)
    indices += np.repeat((first - np.cumsum(counts) + counts).astype(np.int32), counts)
    per_row = np.bincount(edges.rows, weights=counts, minlength=rows)
    starts = np.append(0, np.cumsum(per_row)).astype(np.int32)
    data = edges.values[each] if costs is None else edges.values[each] - costs[indices]
    graph = csr_array((data, indices, starts), shape=(rows, int(offered.sum())))
    return graph, np.repeat(np.arange(len(places), dtype=np.int32), offered)


def _ranks(columns: Places) -> Whole:
    """Return for each edge how many others of the same column stand before it."""
    order = np.argsort(columns, kind="stable")
    ranks = np.empty(len(columns), dtype=np.int64)
    ranks[order] = np.arange(len(columns)) - np.searchsorted(columns[order], columns[order])
    return ranks


def places_by_mentor(
    edges: Edges, places: Whole, rows: int, costs: Numbers
) -> tuple[csr_array, Places]:
    """Return a graph of places × mentees, and the column of the assignment of each place."""
    order = np.argsort(edges.columns, kind="stable")
    ends = np.cumsum(np.bincount(edges.columns, minlength=len(places)))
    of_place = np.repeat(np.arange(len(places), dtype=np.int32), places)
    picked = Rows(starts=np.append(0, ends), items=order.astype(np.int32)).taken(of_place)
    data = edges.values[picked.items] - np.repeat(costs, picked.sizes())
    graph = csr_array(
        (data, edges.rows[picked.items], picked.starts.astype(np.int32)),
        shape=(len(of_place), rows),
    )
    return graph, of_place
