"""A set of pairs in numbers."""

from __future__ import annotations

import numpy as np

from plugin.matching.engine.columns import Columns
from plugin.matching.engine.grid import row_blocks
from plugin.matching.engine.results import Statistics
from plugin.matching.engine.roster import Whole

OWN_BEST = 5


def statistics(columns: Columns, mentees: Whole, mentors: Whole, *, possible: int) -> Statistics:
    """Measure the pairs of `mentees[k]` with `mentors[k]`.

    Args:
        possible: how many mentees could have a mentor at once.
    """
    roster = columns.roster
    everybody, takers = len(roster.mentees.ids), roster.capacity > 0
    scores = columns.points(mentees, mentors)
    matched = len(np.unique(mentees))
    load = np.bincount(mentors, minlength=len(roster.capacity))[takers]
    places = roster.capacity[takers]
    return Statistics(
        mentees=everybody,
        mentors=len(roster.mentors.ids),
        places=int(places.sum()),
        matched=matched,
        unmatched=everybody - matched,
        avoidable=max(possible - matched, 0),
        total=int(scores.sum()),
        mean=float(scores.mean()) if len(scores) else None,
        worst=int(scores.min()) if len(scores) else None,
        fifth_percentile=_percentile(scores, 5),
        own_best=_own_best(columns, mentees, scores),
        idle_mentors=int(np.count_nonzero(load == 0)),
        load_spread=float((load / places).std()) if len(places) else 0.0,
    )


def _percentile(scores: Whole, percent: int) -> int | None:
    """Return the score that so many per cent of the pairs do not reach (nearest rank)."""
    if not len(scores):
        return None
    rank = max(-(-len(scores) * percent // 100), 1) - 1
    return int(np.partition(scores, rank)[rank])


def _own_best(columns: Columns, mentees: Whole, scores: Whole) -> int:
    """Count the mentees fewer than five of whose possible mentors are better than their own."""
    if not len(mentees):
        return 0
    takers = np.flatnonzero(columns.roster.capacity > 0)
    who = np.unique(mentees)
    own = np.full(len(columns.roster.mentees.ids), -1, dtype=np.int64)
    np.maximum.at(own, mentees, scores)
    grid = columns.grid(who, takers)
    close = 0
    for rows in row_blocks(grid.shape):
        block = grid.block(rows.start, rows.stop)
        limit = own[who[rows]].astype(block.dtype)[:, np.newaxis]
        close += int(np.count_nonzero((block > limit).sum(axis=1) < OWN_BEST))
    return close
