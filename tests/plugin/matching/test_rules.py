"""The choice of a mentor: laws that hold for any group of people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from plugin.matching.rules import Choice, Mentee, Mentor, Reason, chosen_mentor, suits

START = datetime(2026, 11, 1, tzinfo=UTC)
people = st.integers(1, 12).map(lambda number: UUID(int=number))
ways = st.frozensets(st.sampled_from(["call", "in-person", "in-writing"]))
mentees = st.builds(Mentee, person_id=people, talk=ways)
mentors = st.builds(
    Mentor,
    person_id=people,
    talk=ways,
    capacity=st.integers(0, 5),
    mentees=st.integers(0, 6),
    joined_at=st.integers(0, 3).map(lambda days: START + timedelta(days=days)),
)
groups = st.lists(mentors, max_size=8, unique_by=lambda mentor: mentor.person_id)


def a_mentor(number: int = 1, **said: object) -> Mentor:
    facts: dict[str, object] = {
        "person_id": UUID(int=number),
        "talk": frozenset(),
        "capacity": 2,
        "mentees": 0,
        "joined_at": START,
    }
    return Mentor(**{**facts, **said})  # type: ignore[arg-type]


def chosen(*group: Mentor, talk: str = "call") -> Choice:
    choice = chosen_mentor(Mentee(person_id=UUID(int=99), talk=frozenset({talk})), group)
    assert choice is not None
    return choice


@given(mentees, groups)
def test_nobody_takes_more_than_their_places_nor_mentors_themselves(
    mentee: Mentee, group: list[Mentor]
) -> None:
    choice = chosen_mentor(mentee, group)
    if choice is not None:
        assert choice.mentor in group
        assert choice.mentor.mentees < choice.mentor.capacity
        assert choice.mentor.person_id != mentee.person_id


@given(mentees, groups)
def test_somebody_is_chosen_whenever_there_is_a_place(mentee: Mentee, group: list[Mentor]) -> None:
    free = [each for each in group if each.places and each.person_id != mentee.person_id]
    assert (chosen_mentor(mentee, group) is not None) == bool(free)


@given(mentees, groups, st.randoms(use_true_random=False))
def test_the_order_in_which_mentors_are_named_changes_nothing(
    mentee: Mentee, group: list[Mentor], random: Random
) -> None:
    shuffled = random.sample(group, len(group))
    assert chosen_mentor(mentee, shuffled) == chosen_mentor(mentee, group)


@given(mentees, groups)
def test_who_suits_goes_before_who_does_not(mentee: Mentee, group: list[Mentor]) -> None:
    choice = chosen_mentor(mentee, group)
    if choice is not None and not suits(mentee, choice.mentor):
        assert not any(
            suits(mentee, each)
            for each in group
            if each.places and each.person_id != mentee.person_id
        )


@given(mentees, groups)
def test_every_reason_is_true(mentee: Mentee, group: list[Mentor]) -> None:
    choice = chosen_mentor(mentee, group)
    if choice is None:
        return
    free = [each for each in group if each.places and each.person_id != mentee.person_id]
    truths = {
        Reason.TALKS_THE_SAME_WAY: bool(mentee.talk & choice.mentor.talk),
        Reason.HAS_TIME: choice.mentor.mentees == 0,
        Reason.ONLY_ONE_FREE: len(free) == 1,
    }
    assert set(choice.reasons) == {reason for reason, holds in truths.items() if holds}


@given(groups, st.lists(mentees, max_size=20, unique_by=lambda mentee: mentee.person_id))
def test_filling_places_one_by_one_never_exceeds_them(
    group: list[Mentor], waiting: list[Mentee]
) -> None:
    taken = {mentor.person_id: mentor.mentees for mentor in group}
    for mentee in waiting:
        now = [
            a_mentor(
                person_id=each.person_id,
                talk=each.talk,
                capacity=each.capacity,
                mentees=taken[each.person_id],
            )
            for each in group
        ]
        choice = chosen_mentor(mentee, now)
        if choice is not None:
            taken[choice.mentor.person_id] += 1
    assert all(taken[each.person_id] <= max(each.capacity, each.mentees) for each in group)


def test_a_shared_way_of_talking_counts_more_than_room() -> None:
    busy = a_mentor(1, talk=frozenset({"call"}), mentees=1)
    idle = a_mentor(2, talk=frozenset({"in-person"}))
    assert chosen(busy, idle).mentor is busy


def test_of_those_who_suit_the_one_with_most_room_is_chosen() -> None:
    assert chosen(a_mentor(1, mentees=1), a_mentor(2, capacity=5, mentees=1)).mentor.capacity == 5


def test_of_those_with_the_same_room_who_waited_longest_is_chosen() -> None:
    late, early = a_mentor(1, joined_at=START + timedelta(days=1)), a_mentor(2)
    assert chosen(late, early).mentor is early


def test_the_reasons_are_told_in_a_fixed_order() -> None:
    assert chosen(a_mentor(1, talk=frozenset({"call"}))).reasons == (
        Reason.TALKS_THE_SAME_WAY,
        Reason.HAS_TIME,
        Reason.ONLY_ONE_FREE,
    )
