"""Everybody read once: in which order they stand, what stays of them, and how little that is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.matching.engine import gathering
from plugin.matching.engine.gathering import gathered
from plugin.matching.engine.people import Mentee, Mentor
from tests.plugin.matching.engine.strategies import (
    a_mentee,
    a_mentor,
    groups_of_mentees,
    groups_of_mentors,
)


@given(groups_of_mentees, groups_of_mentors, st.integers(1, 3))
def test_people_can_be_built_again_as_they_came(
    mentees: list[Mentee], mentors: list[Mentor], at_a_time: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gathering, "AT_A_TIME", at_a_time)
        roster = gathered(mentees, mentors, seed=1)
    for mentee in mentees:
        again = roster.mentee(roster.mentees.index[mentee.id])
        assert again == as_known(mentee, {each.id for each in mentors})
    for mentor in mentors:
        known = roster.mentor(roster.mentors.index[mentor.id])
        assert known == as_known(mentor, {each.id for each in mentees})


def as_known(person: Mentee | Mentor, others: set[str]) -> Mentee | Mentor:
    """What stays: no empty answers, nobody who is not here, the places of wishes as they were."""
    wishes = [each if each in others else "" for each in person.wishes]
    while wishes and not wishes[-1]:
        wishes.pop()
    return replace(
        person,
        answers={name: each for name, each in person.answers.items() if each != frozenset()},
        wishes=tuple(wishes),
        refuses=person.refuses & others,
    )


@given(groups_of_mentees, st.randoms(use_true_random=False))
def test_the_order_of_arrival_is_forgotten(mentees: list[Mentee], random: Random) -> None:
    shuffled = random.sample(mentees, len(mentees))
    assert gathered(mentees, [], seed=3).mentees.ids == gathered(shuffled, [], seed=3).mentees.ids


def test_the_seed_decides_the_order() -> None:
    people = [a_mentee(f"e{each}") for each in range(50)]
    one, other = (gathered(people, [], seed=seed).mentees.ids for seed in (1, 2))
    assert sorted(one) == sorted(other)
    assert one != other


def test_who_comes_or_goes_leaves_the_order_of_the_others() -> None:
    people = [a_mentee(f"e{each}") for each in range(50)]
    all_of_them = gathered(people, [], seed=1).mentees.ids
    most = gathered(people[5:], [], seed=1).mentees.ids
    assert [each for each in all_of_them if each in most] == list(most)


def test_people_are_taken_from_a_stream_once() -> None:
    def stream() -> Iterator[Mentee]:
        yield from (a_mentee(f"e{each}", answers={"skill": "a b"}) for each in range(10_000))

    roster = gathered(stream(), iter([a_mentor()]), seed=1)
    assert len(roster.mentees.ids) == 10_000
    assert len(roster.mentees.fields["skill"]) == 1


def test_a_wish_said_twice_counts_where_it_is_dearest() -> None:
    mentee = a_mentee(wishes=("gone", "mo", "nia", "mo"))
    roster = gathered([mentee], [a_mentor("mo"), a_mentor("nia")], seed=1)
    assert roster.mentee(0).wishes == ("", "mo", "nia")


def test_numbers_may_be_large_but_not_beyond_what_others_can_read() -> None:
    large = a_mentor(answers={"staff": 2**53}, capacity=10**30)
    roster = gathered([a_mentee(waiting_days=10**30)], [large], seed=1)
    assert roster.mentor(0).answers == {"staff": 2**53}
    assert roster.capacity[0] == roster.waiting_days[0] == 2**31 - 1
