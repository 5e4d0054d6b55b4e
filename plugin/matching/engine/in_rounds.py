"""Several mentors for who wants more, one after the other: for more people than fit at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from plugin.matching.engine.match import match
from plugin.matching.engine.openings import Filled, Openings
from plugin.matching.engine.people import Mentee, Mentor
from plugin.matching.engine.roster import Flags, Roster, Whole


def filled_in_rounds(open_: Openings) -> Filled:
    """Return pairs for what is open: in each round, the best for all who still want a mentor.

    In the first, only who has none takes part, so that no second mentor takes a first one's place.
    """
    rounds = _Rounds(open_)
    rounds.play(rounds.had == 0)
    while rounds.play(rounds.had > 0):
        pass
    rows, columns = rounds.new()
    wanted, places = int(open_.wants.sum()), int(open_.places.sum())
    return Filled(
        mentees=rows,
        mentors=columns,
        total=rounds.total,
        bound=max(open_.ceiling(), rounds.total),
        is_full=len(rows) == min(wanted, places),
        prices={},
    )


class _Rounds:
    """What stands after each round."""

    def __init__(self, open_: Openings) -> None:
        self._open = open_
        self._rows = open_.accepted.mentees
        self._columns = open_.accepted.mentors
        self._stood = len(self._rows)
        self.total = 0

    @property
    def had(self) -> Whole:
        """How many mentors each mentee has by now."""
        return np.bincount(self._rows, minlength=len(self._open.wants))

    def new(self) -> tuple[Whole, Whole]:
        """Return the pairs of all rounds."""
        return self._rows[self._stood :], self._columns[self._stood :]

    def play(self, asking: Flags) -> bool:
        """Give one mentor to each who asks, wants one, and can have one; tell if any did."""
        open_, roster = self._open, self._open.columns.roster
        asking = asking & (self.had < open_.had + open_.wants)
        ids, their_ids = roster.mentees.ids, roster.mentors.ids
        found = match(
            self._mentees(roster, np.flatnonzero(asking)),
            self._mentors(roster),
            open_.rules,
            proposed=[
                (ids[row], their_ids[column])
                for row, column in zip(open_.proposed.mentees, open_.proposed.mentors, strict=True)
            ],
            keep_bonus=open_.keep_bonus,
            floor=False,
            seed=open_.seed,
        )
        rows = [roster.mentees.index[each.mentee] for each in found.pairs]
        columns = [roster.mentors.index[each.mentor] for each in found.pairs]
        self._rows = np.append(self._rows, np.array(rows, dtype=np.int64))
        self._columns = np.append(self._columns, np.array(columns, dtype=np.int64))
        self.total += found.total
        return bool(rows)

    def _mentees(self, roster: Roster, rows: Whole) -> Iterator[Mentee]:
        """Yield who asks; they refuse whom they have, and what waiting was worth is paid once."""
        never = self._never()
        had = self.had
        for row in rows.tolist():
            mentee = roster.mentee(row)
            mentee = replace(mentee, refuses=mentee.refuses | never[row])
            if had[row]:
                mentee = replace(mentee, never_matched=False, waiting_days=0)
            yield mentee

    def _mentors(self, roster: Roster) -> Iterator[Mentor]:
        taken = np.bincount(self._columns, minlength=len(roster.capacity))
        for column in np.flatnonzero(taken < roster.capacity).tolist():
            free = int(roster.capacity[column] - taken[column])
            yield replace(roster.mentor(column), capacity=free)

    def _never(self) -> defaultdict[int, set[str]]:
        """Return whom each mentee cannot have any more: whom they have, or mentor themselves."""
        roster = self._open.columns.roster
        never: defaultdict[int, set[str]] = defaultdict(set)
        for row, column in zip(self._rows.tolist(), self._columns.tolist(), strict=True):
            mentee, mentor = roster.mentees.ids[row], roster.mentors.ids[column]
            never[row].add(mentor)
            turned = roster.mentees.index.get(mentor)
            if turned is not None and not self._open.rules.reciprocal:
                never[turned].add(mentee)
        return never
