"""Everybody with everybody: what two peers are worth to each other, and what keeps them apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from math import inf

import numpy as np

from plugin.matching.engine.columns import Columns, compiled
from plugin.matching.engine.gathering import gathered
from plugin.matching.engine.left_out import LeftOut, WhyLeftOut
from plugin.matching.engine.people import Mentee, Mentor
from plugin.matching.engine.reading import checked
from plugin.matching.engine.results import RuledOut
from plugin.matching.engine.roster import Flags, Whole
from plugin.matching.engine.rules import RuleSet
from plugin.matching.engine.worth import RULED_OUT, all_points, best_of_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerTable:
    """Peers stand in the same order on both sides of the columns."""

    columns: Columns

    @classmethod
    def of(cls, people: Iterable[Mentee], rules: RuleSet, *, seed: int) -> PeerTable:
        """Return everybody, as mentee and as mentor.

        Raises:
            RulesInvalid: a rule cannot be used.
            PeopleInvalid: two people share an id, or an answer is unreadable.
        """
        rules, everybody = checked(rules), tuple(people)
        as_mentors = [
            Mentor(id=each.id, answers=each.answers, wishes=each.wishes, refuses=each.refuses)
            for each in everybody
        ]
        return cls(columns=compiled(rules, gathered(everybody, as_mentors, seed=seed)))

    @property
    def ids(self) -> tuple[str, ...]:
        """Return everybody's id by row."""
        return self.columns.roster.mentees.ids

    @property
    def rows(self) -> dict[str, int]:
        """Return everybody's row by id."""
        return dict(self.columns.roster.mentees.index)

    def points(self, rows: Whole) -> Whole:
        """Return what every two of some are worth to each other: `RULED_OUT` if excluded."""
        one_way = all_points(self.columns, rows, rows)
        possible = (one_way >= 0) & (one_way.T >= 0)
        return np.where(possible, one_way + one_way.T, RULED_OUT)

    def points_of(self, row: int) -> Whole:
        """Return what one is worth to everybody, both ways together: `RULED_OUT` if excluded."""
        one, everybody = np.array([row]), np.arange(len(self.ids))
        here = all_points(self.columns, one, everybody)[0]
        there = all_points(self.columns, everybody, one)[:, 0]
        return np.where((here >= 0) & (there >= 0), here + there, RULED_OUT)

    def score(self, members: Whole) -> int:
        """Return what every two of some are worth to each other, together, excluded or not."""
        one, other = (
            each[~np.eye(len(members), dtype=bool)] for each in np.meshgrid(members, members)
        )
        return int(self.columns.points(one, other).sum())

    def ceiling(self, rows: Whole, partners: int) -> int:
        """Return what some would be worth if each had so many of those who are best for them."""
        grid, numbers = self.columns.grid(rows, rows), np.full(len(rows), partners)
        both_ways = best_of_rows(grid, numbers) + best_of_rows(grid.transposed(), numbers)
        return both_ways // 2 + int(self.columns.extras[rows].sum())

    def left_out(self, rows: Whole, *, smallest: int) -> tuple[LeftOut, ...]:
        """Return why some are in no group of at least so many; in the order of their ids."""
        everybody = np.arange(len(self.ids))
        apart = np.zeros((len(rows), len(everybody)), dtype=bool)
        counts: list[Counter[int | None]] = [Counter() for _ in rows]
        ways = zip(
            self.columns.verdicts(rows, everybody),
            self.columns.verdicts(everybody, rows),
            strict=True,
        )
        for (rule, against), (_, turned) in ways:
            excluded: Flags = against | turned.T
            excluded[np.arange(len(rows)), rows] = False
            shown = excluded if rule is not None else excluded & ~apart
            for counter, number in zip(counts, shown.sum(axis=1).tolist(), strict=True):
                counter[rule] += number
            apart |= excluded
        others = len(everybody) - 1 - apart.sum(axis=1)
        found = [
            LeftOut(
                person=self.ids[row],
                why=self._why(int(left), smallest),
                ruled_out=_ranked(counter),
            )
            for row, left, counter in zip(rows.tolist(), others, counts, strict=True)
        ]
        return tuple(sorted(found, key=lambda each: each.person))

    def _why(self, others: int, smallest: int) -> WhyLeftOut:
        if len(self.ids) < smallest:
            return WhyLeftOut.TOO_FEW
        return WhyLeftOut.RULED_OUT if others < smallest - 1 else WhyLeftOut.PLACES_TAKEN


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingGroups:
    """Groups that stand, and who is in none."""

    groups: tuple[Whole, ...]
    free: Whole
    ignored: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, table: PeerTable, groups: Iterable[Collection[str]]) -> StandingGroups:
        """Return groups of two and more people who are here and in no group before."""
        rows, seated = table.rows, set[int]()
        kept, ignored = [], []
        for group in groups:
            members = {rows[each] for each in group if each in rows} - seated
            if len(members) < 2:
                ignored.append(tuple(sorted(group)))
            else:
                kept.append(np.array(sorted(members), dtype=np.int64))
                seated |= members
        free = np.array(sorted(set(rows.values()) - seated), dtype=np.int64)
        return cls(groups=tuple(kept), free=free, ignored=tuple(ignored))


def parts(rows: Whole, most: int) -> list[Whole]:
    """Split people into parts of at most so many. Their order was drawn by lot, so any part is."""
    number = -(-len(rows) // most)
    return [rows[part::number] for part in range(number)]


def _ranked(counts: Counter[int | None]) -> tuple[RuledOut, ...]:
    found = [RuledOut(rule=rule, mentors=number) for rule, number in counts.items() if number]
    return tuple(
        sorted(found, key=lambda each: (-each.mentors, inf if each.rule is None else each.rule))
    )
