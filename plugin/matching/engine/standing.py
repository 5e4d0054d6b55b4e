"""What stands already: accepted pairs, proposed pairs, and what they leave to be decided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from plugin.matching.engine.assigning.assignment import Assignment
from plugin.matching.engine.assigning.valued import Valued
from plugin.matching.engine.columns import Columns
from plugin.matching.engine.grid import Scatter
from plugin.matching.engine.options import Named, Options
from plugin.matching.engine.roster import Roster, Whole
from plugin.matching.engine.rules import POINTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Pairs of people who are here, each once; and the names of those who are not."""

    mentees: Whole
    mentors: Whole
    unknown: tuple[Named, ...]

    @classmethod
    def of(cls, roster: Roster, pairs: Iterable[Named]) -> Standing:
        """Return what is known of some pairs."""
        unknown = []
        rows = []
        for mentee, mentor in dict.fromkeys((mentee, mentor) for mentee, mentor in pairs):
            row, column = roster.mentees.index.get(mentee), roster.mentors.index.get(mentor)
            if row is None or column is None:
                unknown.append((mentee, mentor))
            else:
                rows.append((row, column))
        known = np.array(rows, dtype=np.int64).reshape(-1, 2)
        return cls(mentees=known[:, 0], mentors=known[:, 1], unknown=tuple(unknown))

    @property
    def rows(self) -> tuple[Whole, Whole]:
        """Both sides of the pairs."""
        return self.mentees, self.mentors

    def scatter(self, points: int) -> Scatter:
        """Return so many points for each pair."""
        return Scatter.of(self.mentees, self.mentors, np.full(len(self.mentees), float(points)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecided:
    """The mentees and mentors of an assignment, as rows of the roster."""

    mentees: Whole
    mentors: Whole
    task: Assignment


def undecided(
    columns: Columns,
    accepted: Standing,
    proposed: Standing,
    options: Options,
) -> Undecided:
    """Return what accepted pairs leave open: who has no mentor, and the places not taken."""
    roster = columns.roster
    shape = len(roster.mentees.ids), len(roster.mentors.ids)
    taken = np.bincount(accepted.mentors, minlength=shape[1])
    free = np.ones(shape[0], dtype=bool)
    free[accepted.mentees] = False
    mentees = np.flatnonzero(free)
    mentors = np.flatnonzero(taken < roster.capacity)
    kept = proposed.scatter(POINTS * options.keep_bonus)
    task = Assignment(
        pairs=Valued(
            grid=columns.grid(mentees, mentors, room=POINTS * options.keep_bonus),
            kept=kept.taken(mentees, mentors, shape),
        ),
        extras=columns.extras[mentees],
        places=np.minimum((roster.capacity - taken)[mentors], max(len(mentees), 1)),
        taken=taken[mentors],
        balance=POINTS * options.balance,
        objective=options.objective,
    )
    return Undecided(mentees=mentees, mentors=mentors, task=task)
