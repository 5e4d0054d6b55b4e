"""Best pair first: nobody would rather have somebody who would rather have them.

Both sides value a pair the same, so once lots break the ties there is one stable matching: take the
best pair of all, then the best of what is left. Mentees propose, mentors keep the best (Gale and
Shapley, 1962), which comes to the same and looks at many people at a time.
"""

from __future__ import annotations

import numpy as np

from plugin.matching.engine.assigning.assignment import NOBODY, Assigned, Assignment
from plugin.matching.engine.assigning.chance import Lots, bits_beside
from plugin.matching.engine.grid import row_blocks
from plugin.matching.engine.kernels import Numbers
from plugin.matching.engine.roster import Whole

_NOTHING = -1.0


def solved(task: Assignment, *, seed: int) -> Assigned:
    """Return the stable answer.

    An uneven load plays no part: to a mentor the second mentee is as good as the first.
    """
    rows, columns = task.shape
    most = task.pairs.most + int(task.extras.max(initial=0))
    lots = Lots(columns, seed=seed, bits=bits_beside(most, np.dtype(np.float64)))
    mentors = np.full(rows, NOBODY, dtype=np.int64)
    worth = np.full(rows, _NOTHING)
    bars = np.full(columns, _NOTHING)
    """What a pair must be worth more than for the mentor to want it."""
    asking = np.arange(rows)
    while len(asking):
        mentors[asking], worth[asking] = _proposals(task, asking, bars, lots)
        asking = _turned_away(task, mentors, worth, bars)
        mentors[asking] = NOBODY
    total = task.total(mentors)
    return Assigned(mentors=mentors, total=total, bound=total)


def _proposals(task: Assignment, asking: Whole, bars: Numbers, lots: Lots) -> tuple[Whole, Numbers]:
    """Return whom each of those who ask likes best of those who want them, and what it is worth."""
    chosen = np.full(len(asking), NOBODY, dtype=np.int64)
    worth = np.full(len(asking), _NOTHING)
    pairs, extras = task.pairs.of(asking), task.extras[asking]
    for part in row_blocks(pairs.shape):
        values = pairs.block(part.start, part.stop).astype(np.float64)
        excluded = values < 0
        lots.add_to(values, asking[part])
        values += extras[part, np.newaxis]
        values[excluded | (values <= bars)] = _NOTHING
        best = values.argmax(axis=1)
        worth[part] = values[np.arange(len(best)), best]
        chosen[part] = np.where(worth[part] >= 0, best, NOBODY)
    return chosen, worth


def _turned_away(task: Assignment, mentors: Whole, worth: Numbers, bars: Numbers) -> Whole:
    """Return whom the mentors cannot keep; raise the bars of those who are full now."""
    order = np.lexsort((-worth, mentors))
    order = order[mentors[order] != NOBODY]
    chosen = mentors[order]
    place = np.arange(len(order)) - np.searchsorted(chosen, chosen)
    last = place == task.places[chosen] - 1
    bars[chosen[last]] = worth[order[last]]
    away: Whole = order[place >= task.places[chosen]]
    return away
