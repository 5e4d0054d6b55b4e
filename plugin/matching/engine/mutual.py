"""Two people who are on both sides: that they do not mentor each other, where that is not to be.

Which of two directions is the better one depends on everything else, and no method decides all of
it fast. So the best pairs are found as though it were allowed; of every two that turn out to be one
couple both ways the worse is forbidden, and everything is found anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from plugin.matching.engine.columns import Columns
from plugin.matching.engine.grid import Scatter
from plugin.matching.engine.roster import Flags, Roster, Whole

_NOT_THERE = -1


def turned(roster: Roster, mentees: Whole, mentors: Whole) -> tuple[Whole, Whole]:
    """Return each pair the other way round; -1 twice where one of the two is on one side only."""
    as_mentor = _rows_there(roster.mentees.ids, roster.mentors.index, mentees)
    as_mentee = _rows_there(roster.mentors.ids, roster.mentees.index, mentors)
    there = (as_mentor != _NOT_THERE) & (as_mentee != _NOT_THERE)
    return np.where(there, as_mentee, _NOT_THERE), np.where(there, as_mentor, _NOT_THERE)


def other_ways(roster: Roster, mentees: Whole, mentors: Whole) -> Scatter:
    """Return one for each pair that is one of these the other way round."""
    rows, columns = turned(roster, mentees, mentors)
    there = rows != _NOT_THERE
    return Scatter.of(rows[there], columns[there], np.ones(int(there.sum())))


def worse_ways(columns: Columns, mentees: Whole, mentors: Whole) -> Flags:
    """Tell which of some pairs are the worse way of a couple that is there both ways.

    Of equal ways, the one whose mentee stands later.
    """
    width = len(columns.roster.mentors.ids)
    keys = mentees * width + mentors
    back, forth = turned(columns.roster, mentees, mentors)
    order = np.argsort(keys)
    place = np.minimum(np.searchsorted(keys[order], back * width + forth), max(len(keys) - 1, 0))
    other = order[place] if len(keys) else place
    both_ways = (back != _NOT_THERE) & (mentees[other] == back) & (mentors[other] == forth)
    scores = columns.points(mentees, mentors)
    later = (scores == scores[other]) & (mentees > mentees[other])
    worse: Flags = both_ways & ((scores < scores[other]) | later)
    return worse


def _rows_there(ids: Sequence[str], index: Mapping[str, int], rows: Whole) -> Whole:
    return np.array([index.get(ids[row], _NOT_THERE) for row in rows.tolist()], dtype=np.int64)
