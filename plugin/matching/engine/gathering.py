"""People read once, from any iterable, into a roster.

The order of arrival plays no part: people stand in the order of a keyed hash of their ids, so that
the seed decides ties, and who comes or goes leaves the order of all others as it was.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b

import numpy as np

from plugin.matching.engine.errors import PeopleInvalid, Problem
from plugin.matching.engine.people import Answer, Mentee, Mentor
from plugin.matching.engine.roster import Answered, Flags, Places, Roster, Rows, Side, Whole

LARGEST_NUMBER = 2**53
"""Of an answer; beyond it a number is no whole number to most of the world's JSON readers."""
_MOST = 2**31 - 1
"""Capacities and days above it mean no more than it."""


def gathered(mentees: Iterable[Mentee], mentors: Iterable[Mentor], *, seed: int) -> Roster:
    """Return everybody, each looked at once.

    Raises:
        PeopleInvalid: naming everybody whose id is empty or another's, whose capacity is below
            zero, or one of whose answers is neither options nor a whole number.
    """
    options: dict[str, int] = {}
    takers, seekers = _Reading(options), _Reading(options)
    capacity = takers.read_mentors(mentors)
    never_matched, waiting_days, wants = seekers.read_mentees(mentees)
    problems = takers.problems + seekers.problems
    if problems:
        raise PeopleInvalid(problems)
    takers_order, seekers_order = takers.order(seed), seekers.order(seed)
    words = tuple(options)
    return Roster(
        mentees=seekers.side(seekers_order, words, others=takers.ids, their_order=takers_order),
        mentors=takers.side(takers_order, words, others=seekers.ids, their_order=seekers_order),
        never_matched=_whole(never_matched)[seekers_order].astype(bool),
        waiting_days=_whole(waiting_days)[seekers_order],
        wants=_whole(wants)[seekers_order],
        capacity=_whole(capacity)[takers_order],
    )


class _Column:
    """One field while it is read."""

    def __init__(self) -> None:
        self.rows = array("i")
        self.given = array("i")
        self.distinct: dict[Answer, int] = {}


class _Named:
    """Names of others while they are read: wishes, or refusals."""

    def __init__(self) -> None:
        self.rows = array("i")
        self.places = array("i")
        self.ids: list[str] = []

    def add(self, row: int, named: Iterable[str]) -> None:
        for place, each in enumerate(named, start=1):
            self.rows.append(row)
            self.places.append(place)
            self.ids.append(each)


class _Reading:
    """One side while it is read, in the order of arrival."""

    def __init__(self, options: dict[str, int]) -> None:
        self.options = options
        self.ids: dict[str, int] = {}
        self.columns: dict[str, _Column] = {}
        self.wishes = _Named()
        self.refuses = _Named()
        self.problems: list[Problem] = []

    def read_mentors(self, mentors: Iterable[Mentor]) -> array[int]:
        capacity = array("q")
        for each in mentors:
            self._read(each)
            if each.capacity < 0:
                text = "Give a number of places that is 0 or more."
                self.problems.append(Problem(slug="capacity-below-zero", where=each.id, text=text))
            capacity.append(_bounded(each.capacity))
        return capacity

    def read_mentees(self, mentees: Iterable[Mentee]) -> tuple[array[int], array[int], array[int]]:
        never_matched, waiting_days, wants = array("q"), array("q"), array("q")
        for each in mentees:
            self._read(each)
            never_matched.append(each.never_matched)
            waiting_days.append(_bounded(each.waiting_days))
            wants.append(_bounded(each.wants))
        return never_matched, waiting_days, wants

    def _read(self, person: Mentee | Mentor) -> None:
        row = len(self.ids)
        if not person.id or self.ids.setdefault(person.id, row) != row:
            slug = "duplicate-id" if person.id else "id-missing"
            text = "Give everybody on one side an id of their own."
            self.problems.append(Problem(slug=slug, where=person.id, text=text))
            return
        for name, answer in person.answers.items():
            column = self.columns.get(name)
            if column is None:
                column = self.columns[name] = _Column()
            try:
                given = column.distinct.get(answer)
            except TypeError:
                self._unreadable(person.id, name)
                continue
            if given is None:
                given = self._new_answer(person.id, name, column, answer)
            if given >= 0:
                column.rows.append(row)
                column.given.append(given)
        if person.wishes:
            self.wishes.add(row, person.wishes)
        if person.refuses:
            self.refuses.add(row, sorted(person.refuses))

    def _new_answer(self, who: str, name: str, column: _Column, answer: object) -> int:
        if isinstance(answer, int) and abs(answer) <= LARGEST_NUMBER:
            return column.distinct.setdefault(int(answer), len(column.distinct))
        if isinstance(answer, frozenset) and all(isinstance(each, str) for each in answer):
            if not answer:
                return -1
            for each in answer:
                self.options.setdefault(each, len(self.options))
            return column.distinct.setdefault(answer, len(column.distinct))
        self._unreadable(who, name)
        return -1

    def _unreadable(self, who: str, name: str) -> None:
        text = f"Give the answer to “{name}” as a set of options or as a whole number."
        self.problems.append(Problem(slug="answer-unreadable", where=who, text=text))

    def order(self, seed: int) -> Whole:
        """Return the arrivals in the order in which they shall stand."""
        key = blake2b(str(seed).encode(), digest_size=16).digest()
        hashes = [
            blake2b(each.encode("utf-8", "surrogatepass"), digest_size=8, key=key).digest()
            for each in self.ids
        ]
        ids = list(self.ids)
        order = sorted(range(len(ids)), key=lambda row: (hashes[row], ids[row]))
        return np.array(order, dtype=np.int64)

    def side(
        self,
        order: Whole,
        options: tuple[str, ...],
        *,
        others: Mapping[str, int],
        their_order: Whole,
    ) -> Side:
        """Return this side in `order`; `others` are the other side's arrivals."""
        ids = list(self.ids)
        ids = [ids[row] for row in order]
        rank, their_rank = _ranks(order), _ranks(their_order)
        wishes, wish_places = _pointers(self.wishes, rank, others, their_rank)
        refuses, _ = _pointers(self.refuses, rank, others, their_rank)
        return Side(
            ids=tuple(ids),
            index={each: row for row, each in enumerate(ids)},
            options=options,
            fields={
                name: _answered(column, self.options, rank)
                for name, column in sorted(self.columns.items())
            },
            wishes=wishes,
            wish_places=wish_places,
            refuses=refuses,
        )


def _answered(column: _Column, options: Mapping[str, int], rank: Whole) -> Answered:
    given = np.full(len(rank), -1, dtype=np.int32)
    given[rank[_whole(column.rows)]] = _whole(column.given)
    distinct = list(column.distinct)
    flags: Flags = np.array([isinstance(each, int) for each in distinct], dtype=bool)
    return Answered(
        given=given,
        options=_rows(
            [
                () if isinstance(each, int) else sorted(options[option] for option in each)
                for each in distinct
            ]
        ),
        numbers=np.array([each if isinstance(each, int) else 0 for each in distinct], np.int64),
        is_number=flags,
    )


def _rows(lists: Sequence[Sequence[int]]) -> Rows:
    starts = np.zeros(len(lists) + 1, dtype=np.int64)
    np.cumsum([len(each) for each in lists], out=starts[1:])
    items = np.fromiter((item for each in lists for item in each), np.int32, int(starts[-1]))
    return Rows(starts=starts, items=items)


def _pointers(
    named: _Named, rank: Whole, others: Mapping[str, int], their_rank: Whole
) -> tuple[Rows, Places]:
    """Return whom each named, unknown ones and repetitions left out, and in which place."""
    target = np.array([others.get(each, -1) for each in named.ids], dtype=np.int64)
    known = target >= 0
    rows = rank[_whole(named.rows)[known]]
    items = their_rank[target[known]].astype(np.int32)
    places = _whole(named.places)[known].astype(np.int32)
    by_item = np.lexsort((places, items, rows))
    rows, items, places = rows[by_item], items[by_item], places[by_item]
    first = np.ones(len(rows), dtype=bool)
    first[1:] = (rows[1:] != rows[:-1]) | (items[1:] != items[:-1])
    rows, items, places = rows[first], items[first], places[first]
    by_place = np.lexsort((places, rows))
    starts = np.searchsorted(rows, np.arange(len(rank) + 1)).astype(np.int64)
    return Rows(starts=starts, items=items[by_place]), places[by_place]


def _ranks(order: Whole) -> Whole:
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.arange(len(order))
    return ranks


def _whole(values: array[int]) -> Whole:
    return np.array(values, dtype=np.int64)


def _bounded(value: int) -> int:
    return max(-_MOST, min(value, _MOST))
