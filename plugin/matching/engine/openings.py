"""What accepted pairs leave open, where mentees may want several mentors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from plugin.matching.engine.columns import Columns
from plugin.matching.engine.results import Origin, Pair
from plugin.matching.engine.roster import Whole
from plugin.matching.engine.rules import POINTS, RuleSet
from plugin.matching.engine.standing import Standing
from plugin.matching.engine.worth import best_of_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Openings:
    """Everybody, what stands, and what was proposed."""

    columns: Columns
    rules: RuleSet
    accepted: Standing
    proposed: Standing
    keep_bonus: int
    """Weight of a proposed pair on top of its own."""
    seed: int

    @property
    def had(self) -> Whole:
        """How many accepted mentors each mentee has."""
        return np.bincount(self.accepted.mentees, minlength=len(self.columns.roster.wants))

    @property
    def wants(self) -> Whole:
        """How many more mentors each mentee may have."""
        roster = self.columns.roster
        wants: Whole = np.clip(roster.wants - self.had, 0, len(roster.capacity))
        return wants

    @property
    def places(self) -> Whole:
        """How many more mentees each mentor may have."""
        roster = self.columns.roster
        taken = np.bincount(self.accepted.mentors, minlength=len(roster.capacity))
        places: Whole = np.clip(roster.capacity - taken, 0, len(roster.wants))
        return places

    @property
    def kept(self) -> int:
        """Points of a proposed pair on top of its own."""
        return POINTS * self.keep_bonus

    def pairs(self, mentees: Whole, mentors: Whole) -> tuple[Pair, ...]:
        """Return what stands and the new pairs, in the order of the ids."""
        standing = set(_rows(self.accepted.mentees, self.accepted.mentors))
        before = set(_rows(self.proposed.mentees, self.proposed.mentors))
        rows = np.append(self.accepted.mentees, mentees)
        others = np.append(self.accepted.mentors, mentors)
        scores = self.columns.points(rows, others).tolist()
        ids, their_ids = self.columns.roster.mentees.ids, self.columns.roster.mentors.ids
        made = [
            Pair(
                mentee=ids[pair[0]],
                mentor=their_ids[pair[1]],
                score=score,
                origin=(
                    Origin.ACCEPTED
                    if pair in standing
                    else Origin.PROPOSED
                    if pair in before
                    else Origin.NEW
                ),
            )
            for pair, score in zip(_rows(rows, others), scores, strict=True)
        ]
        return tuple(sorted(made, key=lambda each: (each.mentee, each.mentor)))

    def before(self) -> tuple[tuple[int, int], ...]:
        """Return the rows of what stood or was proposed before."""
        known = _rows(self.accepted.mentees, self.accepted.mentors)
        known += _rows(self.proposed.mentees, self.proposed.mentors)
        return tuple(dict.fromkeys(known))

    def ceiling(self) -> int:
        """Return what pairs could be worth if either side had places for everybody."""
        rows, takers = np.flatnonzero(self.wants), np.flatnonzero(self.places)
        grid = self.columns.grid(rows, takers)
        best = min(
            best_of_rows(grid, self.wants[rows]),
            best_of_rows(grid.transposed(), self.places[takers]),
        )
        waiting = self.columns.extras[rows][self.had[rows] == 0].sum()
        return best + int(waiting) + self.kept * len(self.proposed.mentees)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """Pairs for what was open."""

    mentees: Whole
    mentors: Whole
    total: int
    bound: int
    is_full: bool
    prices: Mapping[str, int]


def _rows(mentees: Whole, mentors: Whole) -> list[tuple[int, int]]:
    return list(zip(mentees.tolist(), mentors.tolist(), strict=True))
