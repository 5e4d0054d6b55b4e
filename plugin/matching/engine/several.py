"""More than one mentor for who wants more: no pair twice, and nobody's second before a first.

What is sought, in this order: as many mentees as can be have a mentor, as many of the wanted places
as can be are filled, and the highest total. The first two never stand in each other's way: a second
mentor for one need cost nobody the first, and serving everybody once costs no place in the end.

Up to `LARGEST` pairs the answer is the optimum, and proved (`at_once.py`, `transport.py`). Beyond,
mentors are given in rounds, each the best for itself; in the first, everybody is served who can be.

Where two people are not to mentor each other, the less good of two such pairs is left out and the
rest solved again. What was best before then bounds what can be; it may not be reached.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from plugin.matching.engine.at_once import filled_at_once
from plugin.matching.engine.columns import compiled
from plugin.matching.engine.gathering import gathered
from plugin.matching.engine.in_rounds import filled_in_rounds
from plugin.matching.engine.matching import Matching
from plugin.matching.engine.openings import Openings
from plugin.matching.engine.options import Named, Options
from plugin.matching.engine.people import Mentee, Mentor
from plugin.matching.engine.reading import checked
from plugin.matching.engine.results import Objective, WhyNot
from plugin.matching.engine.roster import Roster, Whole
from plugin.matching.engine.rules import RuleSet
from plugin.matching.engine.standing import Standing
from plugin.matching.engine.worth import RULED_OUT, all_points

LARGEST = 12_000_000
"""Pairs that are solved at once, in some 500 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """A mentee with fewer mentors than wanted, but one at least."""

    mentee: str
    has: int
    wants: int
    why: WhyNot
    """RULED_OUT: rules leave fewer mentors with places than wanted. Else PLACES_TAKEN."""


@dataclass(frozen=True, kw_only=True)
class Several(Matching):
    """Pairs for everybody at once, several to a mentee who wants them."""

    is_full: bool
    """No other pairs serve more mentees or fill more of the wanted places. False: not known."""

    @property
    def wanted(self) -> int:
        """How many mentors all mentees want, together."""
        return int(np.maximum(self.columns.roster.wants, 0).sum())

    @property
    def filled(self) -> int:
        """How many of these they have; mentors beyond what a mentee wants are not counted."""
        return int(np.minimum(self._had, np.maximum(self.columns.roster.wants, 0)).sum())

    @cached_property
    def lacking(self) -> tuple[Lacking, ...]:
        """Mentees with a mentor who want more; in the order of their ids."""
        roster, had = self.columns.roster, self._had
        takers = np.flatnonzero(roster.capacity > 0)
        rows = np.flatnonzero((had > 0) & (had < roster.wants))
        possible = (all_points(self.columns, rows, takers) != RULED_OUT).sum(axis=1)
        found = [
            Lacking(
                mentee=roster.mentees.ids[row],
                has=int(had[row]),
                wants=int(roster.wants[row]),
                why=WhyNot.RULED_OUT if left < roster.wants[row] else WhyNot.PLACES_TAKEN,
            )
            for row, left in zip(rows, possible, strict=True)
        ]
        return tuple(sorted(found, key=lambda each: each.mentee))

    @cached_property
    def _had(self) -> Whole:
        index = self.columns.roster.mentees.index
        rows = np.array([index[each.mentee] for each in self.pairs], dtype=np.int64)
        return np.bincount(rows, minlength=len(index))


def match_several(
    mentees: Iterable[Mentee],
    mentors: Iterable[Mentor],
    rules: RuleSet,
    *,
    accepted: Iterable[Named] = (),
    proposed: Iterable[Named] = (),
    keep_bonus: int = 3,
    seed: int = 0,
) -> Several:
    """Return the best pairs, up to `Mentee.wants` of them for each mentee.

    Args:
        mentees: looked at once, in any order.
        mentors: likewise.
        accepted: pairs that stand, as in `match`; they count among those a mentee wants.
        proposed: pairs that were proposed before, and are again where that costs little.
        keep_bonus: weight that a proposed pair has on top of its own.
        seed: decides ties, whatever the order of the people.

    Raises:
        RulesInvalid: a rule or `keep_bonus` cannot be used.
        PeopleInvalid: two people share an id, a capacity is below zero, an answer is unreadable.
    """
    options = Options(
        accepted=tuple(accepted),
        proposed=tuple(proposed),
        keep_bonus=keep_bonus,
        objective=Objective.COVERAGE,
        floor=False,
        balance=0,
        seed=seed,
        tolerance=None,
    )
    rules = checked(rules)
    return _matched(gathered(mentees, mentors, seed=seed), rules, options)


def _matched(roster: Roster, rules: RuleSet, options: Options) -> Several:
    columns = compiled(rules, roster)
    open_ = Openings(
        columns=columns,
        rules=rules,
        accepted=Standing.of(roster, options.accepted),
        proposed=Standing.of(roster, options.proposed),
        keep_bonus=options.keep_bonus,
        seed=options.seed,
    )
    fits = len(roster.wants) * len(roster.capacity) <= LARGEST
    filled = filled_at_once(open_) if fits else filled_in_rounds(open_)
    pairs = open_.pairs(filled.mentees, filled.mentors)

    def again(rules: RuleSet, *, keep_bonus: int = options.keep_bonus) -> Several:
        return _matched(roster, rules, replace(options, keep_bonus=keep_bonus))

    return Several(
        pairs=pairs,
        total=filled.total,
        bound=filled.bound,
        floor=None,
        objective=options.objective,
        seed=options.seed,
        ignored=open_.accepted.unknown + open_.proposed.unknown,
        rules=rules,
        columns=columns,
        standing=open_.before(),
        most_matched=lambda: len({each.mentee for each in pairs}),
        priced=lambda: filled.prices,
        again=again,
        is_full=filled.is_full,
    )
