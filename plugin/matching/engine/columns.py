"""Rules and people compiled to columns: the scores of any block of pairs are one matrix product.

`scoring.py` defines the numbers; here they are only computed for all pairs at once. A pair that a
hard rule, a refusal or identity excludes scores below zero, by a penalty that is larger than
anything that a pair can be worth.

Everything is a whole number held in floats. Sums stay below 2²⁴ in single precision; where the
weights make that impossible, columns are double, and sums below 2⁵³.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from plugin.matching.engine.grid import Grid, Scatter
from plugin.matching.engine.kernels import Kernel, Numbers
from plugin.matching.engine.roster import Flags, Indices, Places, Roster, Whole
from plugin.matching.engine.rules import POINTS, Comparison, Forbid, Require, RuleSet, Wish
from plugin.matching.engine.terms import Term, term_of

SINGLE = 2**24
"""Whole numbers up to here are exact in single precision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A rule that compares answers."""

    rule: int
    """Its place in the rule set, from 0."""
    hard: bool
    term: Term
    mentees: Places
    """Who gave which answer to the mentees' question, as rows of `term.left`."""
    mentors: Places
    pairs: Scatter | None
    """Instead of `term.kernel`, where it concerns few pairs."""

    def values(self, mentees: Indices, mentors: Indices) -> Numbers:
        """Return what the rule gives to single pairs."""
        rows, columns = self.mentees[mentees], self.mentors[mentors]
        values: Numbers = (self.term.left[rows] * self.term.right[columns]).sum(axis=1)
        if self.pairs is not None:
            values += self.pairs.at(mentees, mentors)
        elif self.term.kernel is not None:
            self.term.kernel.taken(rows, columns).add_to_pairs(values)
        return values


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """All rules and everybody's answers, ready to score pairs."""

    roster: Roster
    compiled: tuple[Compiled, ...]
    wishes: Scatter
    """Points, mentee × mentor."""
    barred: Scatter
    """One for each pair of which one refuses the other, or that is one person."""
    most: int
    """No pair is worth more."""
    extras: Whole
    """What waiting is worth, by mentee."""

    def grid(self, mentees: Whole, mentors: Whole, *, room: int = 0) -> Grid:
        """Return all pairs of some mentees with some mentors, the excluded ones below zero.

        Args:
            room: points that shall still fit on top of every pair.
        """
        penalty, kind = self._penalty(room)
        scatter = self.wishes.and_also(self.barred.times(-penalty))
        scatter = scatter.taken(mentees, mentors, self._shape)
        return self._grid(self.compiled, mentees, mentors, penalty, kind, scatter)

    def without(self, pairs: Scatter) -> Columns:
        """Return columns under which these pairs can never be, either."""
        both = self.barred.and_also(pairs)
        return replace(self, barred=replace(both, values=np.ones(len(both.values))))

    def points(self, mentees: Whole, mentors: Whole) -> Whole:
        """Return what single pairs are worth, whether or not they are excluded."""
        values = self.wishes.at(mentees, mentors)
        for each in self.compiled:
            if not each.hard:
                values += each.values(mentees, mentors)
        return values.astype(np.int64)

    def excluded(self, mentees: Whole, mentors: Whole) -> Flags:
        """Tell of single pairs whether they can never be."""
        against = self.barred.at(mentees, mentors)
        for each in self.compiled:
            if each.hard:
                against += each.values(mentees, mentors)
        return against > 0

    def verdicts(self, mentees: Whole, mentors: Whole) -> Iterator[tuple[int | None, Flags]]:
        """Yield each hard rule's place, and which pairs of some people it excludes.

        The last one, without a place, is of those who refuse each other, or are one person.
        """
        none = Scatter.empty()
        for each in self.compiled:
            if each.hard:
                grid = self._grid((each,), mentees, mentors, 1, np.float32, none)
                yield each.rule, grid.block(0, len(mentees)) < 0
        blocks = np.zeros((len(mentees), len(mentors)), dtype=bool)
        barred = self.barred.taken(mentees, mentors, self._shape)
        blocks[barred.rows, barred.columns] = True
        yield None, blocks

    @property
    def _shape(self) -> tuple[int, int]:
        return len(self.roster.mentees.ids), len(self.roster.mentors.ids)

    def _penalty(self, room: int) -> tuple[int, type[np.floating]]:
        """Return what a reason against a pair costs, and the precision that holds all of them."""
        reasons = sum(each.hard for each in self.compiled) + 2
        smallest = 2 ** (self.most + room).bit_length()
        for penalty in (8 * smallest, 4 * smallest, 2 * smallest, smallest):
            if penalty * reasons <= SINGLE:
                return penalty, np.float32
        return 8 * smallest, np.float64

    def _grid(
        self,
        compiled: tuple[Compiled, ...],
        mentees: Whole,
        mentors: Whole,
        penalty: int,
        kind: type[np.floating],
        scatter: Scatter,
    ) -> Grid:
        width = sum(each.term.left.shape[1] for each in compiled)
        left = np.empty((len(mentees), width), dtype=kind)
        right = np.empty((width, len(mentors)), dtype=kind)
        kernels: list[Kernel] = []
        column = 0
        for each in compiled:
            rows, columns, term = each.mentees[mentees], each.mentors[mentors], each.term
            factor = -penalty if each.hard else 1
            here = slice(column, column + term.left.shape[1])
            left[:, here] = term.left[rows] * factor
            right[here] = term.right[columns].T
            if each.pairs is not None:
                pairs = each.pairs.taken(mentees, mentors, self._shape)
                scatter = scatter.and_also(pairs.times(factor))
            elif term.kernel is not None:
                kernels.append(term.kernel.times(factor).taken(rows, columns).astype(kind))
            column = here.stop
        return Grid(
            left=left,
            right=right,
            kernels=tuple(kernels),
            scatter=scatter,
            most=self.most,
            penalty=penalty,
        )


def compiled(rules: RuleSet, roster: Roster) -> Columns:
    """Return the columns of everybody under these rules."""
    terms = [
        _compiled(place, rule, roster)
        for place, rule in enumerate(rules.rules)
        if isinstance(rule, Require | Forbid) or (not isinstance(rule, Wish) and rule.weight)
    ]
    wishes = [each for each in rules.rules if isinstance(each, Wish)]
    most = sum(each.term.most for each in terms if not each.hard)
    return Columns(
        roster=roster,
        compiled=tuple(terms),
        wishes=_wishes(wishes, roster),
        barred=_barred(roster),
        most=most + sum(POINTS * each.weight for each in wishes),
        extras=_extras(rules, roster),
    )


def _compiled(place: int, rule: Comparison | Require | Forbid, roster: Roster) -> Compiled:
    what = rule.what if isinstance(rule, Require | Forbid) else rule
    one, other = roster.mentees.answered(what.mentee), roster.mentors.answered(what.mentor)
    term = term_of(rule, one, other)
    few = term.kernel and term.kernel.taken(one.given, other.given).as_pairs()
    return Compiled(
        rule=place,
        hard=isinstance(rule, Require | Forbid),
        term=term,
        mentees=one.given,
        mentors=other.given,
        pairs=Scatter.of(*few) if few else None,
    )


def _wishes(rules: list[Wish], roster: Roster) -> Scatter:
    """Return the points of all wishes: the first name the whole weight, the next half …"""
    found = Scatter.empty()
    for rule in rules:
        side = roster.mentees if rule.by == "mentee" else roster.mentors
        points = POINTS * rule.weight // side.wish_places.astype(np.int64)
        named = Scatter.of(side.wishes.owners(), side.wishes.items, points.astype(np.float64))
        found = found.and_also(named if rule.by == "mentee" else named.transposed())
    return found


def _barred(roster: Roster) -> Scatter:
    """Return one for each pair that must not be, whatever the rules."""
    mentees, mentors = roster.mentees, roster.mentors
    both = [
        (row, mentors.index[each]) for each, row in mentees.index.items() if each in mentors.index
    ]
    alone = np.array(both, dtype=np.int64).reshape(-1, 2)
    rows = np.concatenate([mentees.refuses.owners(), mentors.refuses.items, alone[:, 0]])
    columns = np.concatenate([mentees.refuses.items, mentors.refuses.owners(), alone[:, 1]])
    found = Scatter.of(rows, columns, np.ones(len(rows)))
    return Scatter(rows=found.rows, columns=found.columns, values=np.ones(len(found.rows)))


def _extras(rules: RuleSet, roster: Roster) -> Whole:
    """Return what waiting is worth (`scoring.extra`), by mentee."""
    weights = rules.never_matched * roster.never_matched.astype(np.int64)
    weights += rules.waiting * (roster.waiting_days > rules.waiting_after)
    return POINTS * weights
