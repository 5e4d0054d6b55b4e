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

    Args:
        costs: place → what it costs; with them, an edge weighs its value less the cost.
    """
    counts = places[edges.columns]
    first = np.cumsum(places) - places
    each = np.repeat(np.arange(len(edges), dtype=np.int32), counts)
    indices = np.arange(len(each), dtype=np.int32)
    indices += np.repeat(
        (first[edges.columns] - np.cumsum(counts) + counts).astype(np.int32), counts
    )
    per_row = np.bincount(edges.rows, weights=counts, minlength=rows).astype(np.int64)
    starts = np.append(0, np.cumsum(per_row)).astype(np.int32)
    data = np.ones(len(each), np.int8) if costs is None else edges.values[each] - costs[indices]
    graph = csr_array((data, indices, starts), shape=(rows, int(places.sum())))
    return graph, np.repeat(np.arange(len(places), dtype=np.int32), places)


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
