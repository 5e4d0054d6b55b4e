"""Keeping ahead: bounded, in order, and whatever goes wrong is told of where it belongs."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Barrier, Event

import pytest

from plugin.foundation.ahead import kept_ahead

PATIENCE = 10  # s; nobody waits so long unless something is wrong


class Broken(Exception):
    """Something went wrong."""


def itself(number: int) -> set[int]:
    return {number}


def numbers(most: int, *, asked: list[int] | None = None) -> Iterator[int]:
    for number in range(most):
        if asked is not None:
            asked.append(number)
        yield number


def failing_after(most: int) -> Iterator[int]:
    yield from range(most)
    raise Broken("the portions")


def test_each_is_kept_and_told_of_in_order() -> None:
    kept = kept_ahead(numbers(50), lambda number: number * 2, hands=3, about=itself)
    assert list(kept) == [number * 2 for number in range(50)]


def test_the_next_is_asked_for_while_one_is_kept() -> None:
    second_is_asked_for = Event()

    def portions() -> Iterator[int]:
        yield 0
        second_is_asked_for.set()
        yield 1

    def keep(number: int) -> bool:
        return second_is_asked_for.wait(PATIENCE)

    assert list(kept_ahead(portions(), keep, hands=1, about=itself)) == [True, True]


def test_as_many_are_kept_at_once_as_there_are_hands() -> None:
    together = Barrier(2)

    def keep(number: int) -> int:
        together.wait(PATIENCE)
        return number

    assert list(kept_ahead(numbers(4), keep, hands=2, about=itself)) == [0, 1, 2, 3]


def test_no_more_are_asked_for_than_are_soon_kept() -> None:
    asked: list[int] = []
    kept = kept_ahead(numbers(50, asked=asked), lambda number: number, hands=1, about=itself)
    assert next(kept) == 0
    assert len(asked) == 3  # one was kept, one is or waits, and one is held
    assert next(kept) == 1
    assert len(asked) == 4


def test_two_about_the_same_are_kept_one_after_the_other() -> None:
    under_way: set[int] = set()

    def keep(number: int) -> bool:
        alone = not under_way
        under_way.add(number)
        under_way.discard(number)
        return alone

    kept = kept_ahead(numbers(40), keep, hands=4, about=lambda _: {"the same"})
    assert list(kept) == [True] * 40


def test_what_came_before_a_portion_that_fails_is_kept() -> None:
    kept: list[int] = []
    with pytest.raises(Broken, match="the portions"):
        list(kept_ahead(failing_after(3), kept.append, hands=2, about=itself))
    assert sorted(kept) == [0, 1, 2]


def test_of_two_faults_the_earlier_portions_is_told() -> None:
    def keep(number: int) -> None:
        if number == 1:
            raise Broken("kept badly")

    with pytest.raises(Broken, match="kept badly"):
        list(kept_ahead(failing_after(2), keep, hands=1, about=itself))


def test_nothing_is_begun_after_one_could_not_be_kept() -> None:
    begun: list[int] = []

    def keep(number: int) -> None:
        begun.append(number)
        raise Broken("kept badly")

    with pytest.raises(Broken):
        list(kept_ahead(numbers(50), keep, hands=1, about=itself))
    assert begun[0] == 0
    assert len(begun) <= 3
