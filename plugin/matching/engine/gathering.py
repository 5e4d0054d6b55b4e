"""People read once, from any iterable, into a roster.

The order of arrival plays no part: people stand in the order of a keyed hash of their ids, so that
the seed decides ties, and who comes or goes leaves the order of all others as it was.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import chain, islice
from typing import Generic, TypeVar

import numpy as np

from plugin.matching.engine.errors import PeopleInvalid, Problem
from plugin.matching.engine.people import Answer, Answers, Mentee, Mentor
from plugin.matching.engine.roster import Answered, Places, Roster, Rows, Side, Whole

LARGEST_NUMBER = 2**53
"""Of an answer; beyond it a number is no whole number to most of the world's JSON readers."""
NOT_ANSWERED = -1
UNREADABLE = -2
AT_A_TIME = 4096
"""People in memory as they came."""
Person = TypeVar("Person", Mentee, Mentor)
_MOST = 2**31 - 1
"""Capacities and days above it mean no more than it."""


def gathered(mentees: Iterable[Mentee], mentors: Iterable[Mentor], *, seed: int) -> Roster:
    """Return everybody, each looked at once.

    Raises:
        PeopleInvalid: naming everybody whose id is empty or another's, whose capacity is below
            zero, or one of whose answers is neither options nor a whole number.
    """
    options: dict[str, int] = {}
    takers, seekers = _Reading(mentors, options), _Reading(mentees, options)
    capacity, never_matched, waiting_days, wants = (array("q") for _ in range(4))
    for some in takers.some():
        capacity.extend([_bounded(each.capacity) for each in some])
    for others in seekers.some():
        never_matched.extend([each.never_matched for each in others])
        waiting_days.extend([_bounded(each.waiting_days) for each in others])
        wants.extend([_bounded(each.wants) for each in others])
    teaching, learning = takers.arrivals(), seekers.arrivals()
    problems = takers.problems + _below_zero(takers.ids, capacity) + seekers.problems
    if problems:
        raise PeopleInvalid(problems)
    takers_order, seekers_order = takers.order(seed), seekers.order(seed)
    words = tuple(options)
    return Roster(
        mentees=seekers.side(seekers_order, words, others=teaching, their_order=takers_order),
        mentors=takers.side(takers_order, words, others=learning, their_order=seekers_order),
        never_matched=_whole(never_matched)[seekers_order].astype(bool),
        waiting_days=_whole(waiting_days)[seekers_order],
        wants=_whole(wants)[seekers_order],
        capacity=_whole(capacity)[takers_order],
    )


def _below_zero(ids: Sequence[str], capacity: Sequence[int]) -> list[Problem]:
    text = "Give a number of places that is 0 or more."
    return [
        Problem(slug="capacity-below-zero", where=id, text=text)
        for id, places in zip(ids, capacity, strict=True)
        if places < 0
    ]


class _Column:
    """One field while it is read."""

    def __init__(self) -> None:
        self.places: dict[object, int] = {None: NOT_ANSWERED, frozenset(): NOT_ANSWERED}
        """Of every answer that was seen, among the distinct ones."""
        self.distinct: list[Answer] = []
        self.given: list[tuple[int, Places]] = []
        """First row, and the places of the answers of the rows from there."""

    def add(self, answer: object, options: dict[str, int]) -> None:
        """Give a place to an answer that has none."""
        self.places[answer] = UNREADABLE
        if isinstance(answer, frozenset):
            if not answer <= options.keys():
                new = answer - options.keys()
                if not all(isinstance(each, str) for each in new):
                    return
                for each in new:
                    options[each] = len(options)
        elif not isinstance(answer, int) or abs(answer) > LARGEST_NUMBER:
            return
        self.places[answer] = len(self.distinct)
        self.distinct.append(answer)


class _Named:
    """Names of others while they are read: wishes, or refusals."""

    def __init__(self) -> None:
        self.rows = array("i")
        self.places = array("i")
        self.ids: list[str] = []

    def add(self, row: int, named: Collection[str]) -> None:
        self.rows.extend([row] * len(named))
        self.places.extend(range(1, len(named) + 1))
        self.ids.extend(named)


class _Reading(Generic[Person]):
    """One side while it is read, in the order of arrival, some thousand people at a time."""

    def __init__(self, people: Iterable[Person], options: dict[str, int]) -> None:
        self.people: Iterator[Person] = iter(people)
        self.options = options
        self.ids: list[str] = []
        self.columns: dict[str, _Column] = {}
        self.wishes = _Named()
        self.refuses = _Named()
        self.problems: list[Problem] = []

    def some(self) -> Iterator[list[Person]]:
        """Read some people, and yield them for what only their side has."""
        while chunk := list(islice(self.people, AT_A_TIME)):
            first = len(self.ids)
            self.ids.extend([each.id for each in chunk])
            self._read_answers([each.answers for each in chunk], first)
            for row, each in enumerate(chunk, start=first):
                if each.wishes:
                    self.wishes.add(row, each.wishes)
                if each.refuses:
                    self.refuses.add(row, sorted(each.refuses))
            yield chunk

    def arrivals(self) -> dict[str, int]:
        """Return id → row; whoever has no id of their own is a problem."""
        index = {each: row for row, each in enumerate(self.ids)}
        if len(index) < len(self.ids) or "" in index:
            text = "Give everybody on one side an id of their own."
            for id, times in Counter(self.ids).items():
                if times > 1 or not id:
                    slug = "duplicate-id" if id else "id-missing"
                    self.problems.append(Problem(slug=slug, where=id, text=text))
        return index

    def _read_answers(self, answers: list[Answers], first: int) -> None:
        for name in set().union(*answers):
            column = self.columns.setdefault(name, _Column())
            given: list[object] = [each.get(name) for each in answers]
            try:
                new = dict.fromkeys(given)
            except TypeError:  # somebody gave a list; no answer is …
                given = [each if isinstance(each, Hashable) else ... for each in given]
                new = dict.fromkeys(given)
            for each in new:
                if each not in column.places:
                    column.add(each, self.options)
            places = [column.places[each] for each in given]
            if UNREADABLE in places:
                self._refuse(name, first, places)
            column.given.append((first, np.array(places, dtype=np.int32)))

    def _refuse(self, name: str, first: int, places: list[int]) -> None:
        text = f"Give the answer to “{name}” as a set of options or as a whole number."
        self.problems += [
            Problem(slug="answer-unreadable", where=self.ids[row], text=text)
            for row, place in enumerate(places, start=first)
            if place == UNREADABLE
        ]

    def order(self, seed: int) -> Whole:
        """Return the arrivals in the order in which they shall stand."""
        key = blake2b(str(seed).encode(), digest_size=16).digest()
        hashed = b"".join(
            [
                blake2b(each.encode("utf-8", "surrogatepass"), digest_size=16, key=key).digest()
                for each in self.ids
            ]
        )
        halves = np.frombuffer(hashed, dtype=">u8").reshape(-1, 2)
        return np.lexsort((halves[:, 1], halves[:, 0]))

    def side(
        self,
        order: Whole,
        options: tuple[str, ...],
        *,
        others: Mapping[str, int],
        their_order: Whole,
    ) -> Side:
        """Return this side in `order`; `others` are the other side's arrivals."""
        ids = [self.ids[row] for row in order.tolist()]
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
    given = np.full(len(rank), NOT_ANSWERED, dtype=np.int32)
    for first, places in column.given:
        given[rank[first : first + len(places)]] = places
    numbers = [each if isinstance(each, int) else None for each in column.distinct]
    chosen = [each if isinstance(each, frozenset) else () for each in column.distinct]
    starts = np.zeros(len(chosen) + 1, dtype=np.int64)
    np.cumsum(list(map(len, chosen)), out=starts[1:])
    every = map(options.__getitem__, chain.from_iterable(chosen))
    return Answered(
        given=given,
        options=Rows(starts=starts, items=np.fromiter(every, np.int32, int(starts[-1]))),
        numbers=np.array([each or 0 for each in numbers], dtype=np.int64),
        is_number=np.array([each is not None for each in numbers], dtype=bool),
    )


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
