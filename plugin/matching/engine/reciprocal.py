"""People in both roles: who would mentor each other, where two people are not to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plugin.matching.engine.roster import Roster, Whole
from plugin.matching.engine.worth import RULED_OUT


@dataclass(frozen=True, slots=True, kw_only=True)
class BothRoles:
    """Where people who are mentees and mentors stand on the other side."""

    as_mentor: Whole
    """Row of a mentee → the same person's row among the mentors, or -1."""
    as_mentee: Whole
    """Row of a mentor → the same person's row among the mentees, or -1."""

    @classmethod
    def of(cls, roster: Roster) -> BothRoles:
        """Return who of a roster has both roles."""
        mentees, mentors = roster.mentees, roster.mentors
        return cls(
            as_mentor=np.array([mentors.index.get(each, -1) for each in mentees.ids], np.int64),
            as_mentee=np.array([mentees.index.get(each, -1) for each in mentors.ids], np.int64),
        )

    def turned(self, mentees: Whole, mentors: Whole) -> tuple[Whole, Whole]:
        """Return the same pairs the other way round, where both people have both roles."""
        rows, columns = self.as_mentee[mentors], self.as_mentor[mentees]
        both = (rows >= 0) & (columns >= 0)
        return rows[both], columns[both]

    def twice(self, mentees: Whole, mentors: Whole) -> tuple[Whole, Whole]:
        """Return the pairs that are there both ways: every two people in both ways."""
        width = len(self.as_mentee)
        rows, columns = self.turned(mentees, mentors)
        keys = np.intersect1d(rows * width + columns, mentees * width + mentors)
        return keys // max(width, 1), keys % max(width, 1)


def rule_out_lesser_ways(
    points: Whole, both: BothRoles, pairs: tuple[Whole, Whole] | None = None
) -> None:
    """Rule out pairs that are worth less than the same two people the other way round.

    Of two that are worth the same, one or the other: it falls evenly on everybody, or somebody
    would be nobody's mentee. Where one way is ruled out already, the other stays.

    Args:
        points: (mentees, mentors), of everybody; -1: ruled out. It is changed.
        pairs: mentees and mentors of the pairs in question; None: all there could be.
    """
    if pairs is None:
        rows, columns = np.flatnonzero(both.as_mentor >= 0), np.flatnonzero(both.as_mentee >= 0)
        mentees, mentors = (each.ravel() for each in np.meshgrid(rows, columns))
    else:
        mentees, mentors = pairs
    rows, columns = both.as_mentee[mentors], both.as_mentor[mentees]
    here, there = points[mentees, mentors], points[rows, columns]
    drawn = (mentees > rows) ^ ((mentees + rows) % 2 == 1)
    lesser = ((here < there) | ((here == there) & drawn)) & (here >= 0) & (there >= 0)
    points[mentees[lesser], mentors[lesser]] = RULED_OUT
