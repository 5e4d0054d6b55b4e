"""Everybody, kept small: what the columns are made of (`gathering.py` reads it from the people).

What stays of a person is a row of small numbers, from which the person can be built again for an
explanation. A hundred thousand mentees with eight answers each take some tens of megabytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from plugin.matching.engine.people import Answer, Mentee, Mentor

Whole = npt.NDArray[np.int64]
Places = npt.NDArray[np.int32]
Indices = npt.NDArray[np.integer]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A list of small numbers for each of many: `items[starts[i]:starts[i + 1]]` are those of i."""

    starts: Whole
    items: Places

    def of(self, row: int) -> Places:
        """Return the numbers of one."""
        return self.items[self.starts[row] : self.starts[row + 1]]

    def sizes(self) -> Whole:
        """Return how many each has."""
        return np.diff(self.starts)

    def owners(self) -> Places:
        """Return, for every number, whose it is."""
        return np.repeat(np.arange(len(self.starts) - 1, dtype=np.int32), self.sizes())

    def taken(self, rows: Indices) -> Rows:
        """Return the lists of some, in the order asked for."""
        sizes = self.sizes()[rows]
        starts = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum(sizes, out=starts[1:])
        shift = np.repeat(self.starts[rows] - starts[:-1], sizes)
        return Rows(starts=starts, items=self.items[np.arange(starts[-1]) + shift])


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One field on one side: the distinct answers, and who gave which."""

    given: Places
    """Person → place of the answer among the distinct ones; -1: not answered."""
    options: Rows
    """Distinct answer → its options, as places in `Side.options`; none for a number."""
    numbers: Whole
    """Distinct answer → the number; 0 for a set of options."""
    is_number: Flags

    def __len__(self) -> int:
        return len(self.numbers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """The mentees, or the mentors, in the order in which ties are decided."""

    ids: tuple[str, ...]
    index: Mapping[str, int]
    """Id → row."""
    options: tuple[str, ...]
    """Every option that anybody of either side chose anywhere."""
    fields: Mapping[str, Answered]
    wishes: Rows
    """Row → rows of the other side, dearest first. Unknown ids are as good as not named; a second
    mention of the same one too."""
    wish_places: Places
    """For every one of `wishes.items`: 1 for the dearest."""
    refuses: Rows

    def answered(self, field: str) -> Answered:
        """Return what was answered to a question; nothing by anybody, if it is not known."""
        return self.fields.get(field) or Answered(
            given=np.full(len(self.ids), -1, dtype=np.int32),
            options=Rows(starts=np.zeros(1, np.int64), items=np.zeros(0, np.int32)),
            numbers=np.zeros(0, np.int64),
            is_number=np.zeros(0, bool),
        )

    def answers(self, row: int) -> dict[str, Answer]:
        """Return what somebody answered."""
        found: dict[str, Answer] = {}
        for name, field in self.fields.items():
            place = int(field.given[row])
            if place >= 0:
                found[name] = self._answer(field, place)
        return found

    def _answer(self, field: Answered, place: int) -> Answer:
        if field.is_number[place]:
            return int(field.numbers[place])
        return frozenset(self.options[each] for each in field.options.of(place))


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """Both sides."""

    mentees: Side
    mentors: Side
    never_matched: Flags
    waiting_days: Whole
    wants: Whole
    capacity: Whole

    def mentee(self, row: int) -> Mentee:
        """Return a mentee as they came, but for names of people who are not here."""
        side = self.mentees
        return Mentee(
            id=side.ids[row],
            answers=side.answers(row),
            wishes=_wishes(side, row, self.mentors),
            refuses=frozenset(self.mentors.ids[each] for each in side.refuses.of(row)),
            never_matched=bool(self.never_matched[row]),
            waiting_days=int(self.waiting_days[row]),
            wants=int(self.wants[row]),
        )

    def mentor(self, row: int) -> Mentor:
        """Return a mentor as they came, but for names of people who are not here."""
        side = self.mentors
        return Mentor(
            id=side.ids[row],
            answers=side.answers(row),
            wishes=_wishes(side, row, self.mentees),
            refuses=frozenset(self.mentees.ids[each] for each in side.refuses.of(row)),
            capacity=int(self.capacity[row]),
        )


def _wishes(side: Side, row: int, others: Side) -> tuple[str, ...]:
    """Return whom somebody named, each in its place; who is not here leaves the place empty."""
    first, last = side.wishes.starts[row], side.wishes.starts[row + 1]
    if first == last:
        return ()
    places = side.wish_places[first:last]
    named = [""] * int(places[-1])
    for place, item in zip(places, side.wishes.items[first:last], strict=True):
        named[place - 1] = others.ids[item]
    return tuple(named)
