"""Pairing at once: whoever waits is served in turn, by the best mentor with a place."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.app import Mentes
from plugin.matching.at_once import Choice, chosen, pair_waiting
from plugin.matching.engine.people import Mentee, Mentor
from plugin.matching.engine.presets import DEFAULT, PRESETS
from plugin.matching.engine.scoring import exclusion, score
from plugin.matching.reasons import HAS_TIME, ONLY_ONE_FREE
from plugin.matching.service import save_rules
from plugin.pairings.model import EndReason, Pairing
from plugin.pairings.service import of_mentor, open_pairing, waiting
from plugin.people.model import Person
from plugin.programmes import service as programmes
from plugin.programmes.model import PairsBy, Part, Programme
from tests.plugin.factories import (
    NOW,
    a_course,
    a_mentee,
    a_mentor,
    a_person,
    a_programme,
    at_once,
    every,
    later,
    statements_on,
)

RULES = PRESETS[DEFAULT]
ids = st.integers(1, 12).map(lambda number: str(UUID(int=number)))
ways = st.frozensets(st.sampled_from(["call", "in-person", "in-writing"]), min_size=1)
skills = st.frozensets(st.sampled_from(["a", "b", "c"]))
languages = st.frozensets(st.sampled_from(["de", "en", "fr"]))
answers = st.fixed_dictionaries({"talk": ways, "skill": skills, "language": languages})
blocks = st.frozensets(ids, max_size=2)
mentees = st.builds(Mentee, id=ids, answers=answers, refuses=blocks)
mentors = st.builds(Mentor, id=ids, answers=answers, refuses=blocks, capacity=st.integers(1, 5))
groups = st.lists(mentors, max_size=8, unique_by=lambda mentor: mentor.id)
loads = st.dictionaries(ids.map(UUID), st.integers(0, 4))


@given(mentees, groups, loads)
def test_somebody_is_chosen_if_and_only_if_rules_and_blocks_leave_somebody(
    mentee: Mentee, group: list[Mentor], has: dict[UUID, int]
) -> None:
    choice = chosen(RULES, mentee, group, has)
    left = [each for each in group if exclusion(RULES, mentee, each) is None]
    assert (choice is not None) == bool(left)
    assert choice is None or choice.mentor in left


@given(mentees, groups, loads)
def test_nobody_who_is_left_is_worth_more_or_worth_as_much_with_more_room(
    mentee: Mentee, group: list[Mentor], has: dict[UUID, int]
) -> None:
    choice = chosen(RULES, mentee, group, has)
    if choice is None:
        return

    def rank(mentor: Mentor) -> tuple[int, float]:
        return -score(RULES, mentee, mentor), has.get(UUID(mentor.id), 0) / mentor.capacity

    left = [each for each in group if exclusion(RULES, mentee, each) is None]
    assert rank(choice.mentor) == min(map(rank, left))
    equal = [each for each in left if rank(each) == rank(choice.mentor)]
    assert choice.mentor == equal[0]  # who has been there longest


@given(mentees, groups, loads, st.randoms(use_true_random=False))
def test_every_reason_is_true(
    mentee: Mentee, group: list[Mentor], has: dict[UUID, int], random: Random
) -> None:
    choice = chosen(RULES, mentee, random.sample(group, len(group)), has)
    if choice is None:
        return
    left = [each for each in group if exclusion(RULES, mentee, each) is None]
    assert (HAS_TIME in choice.reasons) == (not has.get(UUID(choice.mentor.id)))
    assert (ONLY_ONE_FREE in choice.reasons) == (len(left) == 1)
    for reason in choice.reasons:
        if "options" in reason:
            asked, offered = (who.answers[reason["field"]] for who in (mentee, choice.mentor))
            assert isinstance(asked, frozenset)
            assert isinstance(offered, frozenset)
            assert set(reason["options"]) == asked & offered


def a_choice(*group: Mentor, has: Sequence[int] = (), **said: Any) -> Choice:
    mentee = Mentee(id=str(UUID(int=99)), answers={"talk": frozenset({"call"})}, **said)
    loads = {UUID(each.id): load for each, load in zip(group, has, strict=False)}
    choice = chosen(RULES, mentee, group, loads)
    assert choice is not None
    return choice


def mentor(number: int, talk: str = "call", capacity: int = 2) -> Mentor:
    answers = {"talk": frozenset({talk})}
    return Mentor(id=str(UUID(int=number)), answers=answers, capacity=capacity)


def test_what_is_in_common_counts_more_than_room() -> None:
    assert a_choice(mentor(1), mentor(2, "in-person"), has=[1, 0]).mentor.id[-1] == "1"


def test_of_those_who_suit_the_one_with_most_room_is_chosen() -> None:
    assert a_choice(mentor(1), mentor(2, capacity=5), has=[1, 1]).mentor.capacity == 5


def test_of_those_with_the_same_room_who_is_there_longest_is_chosen() -> None:
    assert a_choice(mentor(2), mentor(1)).mentor.id[-1] == "2"


def test_the_reasons_are_told_in_a_fixed_order() -> None:
    assert a_choice(mentor(1)).reasons == [
        {"kind": "same", "field": "talk", "options": ["call"]},
        HAS_TIME,
        ONLY_ONE_FREE,
    ]


@pytest.fixture
def programme_id(mentes: Mentes, organisation_id: UUID) -> UUID:
    """A programme in which nobody takes part yet."""
    with mentes.database.transaction(organisation_id) as session:
        return a_programme(session).id


def join(mentes: Mentes, organisation_id: UUID, programme_id: UUID, subject: str) -> None:
    with mentes.database.transaction(organisation_id) as session:
        a_mentee(session, session.get_one(Programme, programme_id), subject)


def test_who_joins_is_paired_at_once_and_told_why(
    mentes: Mentes, organisation_id: UUID, programme_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = session.get_one(Programme, programme_id)
        mo = a_mentor(session, programme)
        ada = a_mentee(session, programme)
        pairing = open_pairing(session, programme_id, ada.id)
        assert pairing is not None
        assert pairing.mentor_id == mo.id
        assert [each["kind"] for each in pairing.reasons] == ["same", "has-time", "only-one-free"]


def test_nobody_is_paired_with_themselves(
    mentes: Mentes, organisation_id: UUID, programme_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = session.get_one(Programme, programme_id)
        a_mentor(session, programme, "6")
        both = a_mentee(session, programme, "6")
        assert open_pairing(session, programme_id, both.id) is None
        assert [each.person_id for each in waiting(session, programme_id)] == [both.id]


@pytest.mark.parametrize("learners", [2, 6])
def test_of_learners_who_race_for_the_last_place_one_wins_and_the_others_wait(
    mentes: Mentes, organisation_id: UUID, programme_id: UUID, learners: int
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        a_mentor(session, session.get_one(Programme, programme_id), capacity=1)
    answers = at_once(
        learners,
        lambda number: join(mentes, organisation_id, programme_id, f"learner-{number}"),
    )
    assert answers == [None] * learners
    with mentes.database.reading(organisation_id) as session:
        assert len(every(session, Pairing)) == 1
        assert len(waiting(session, programme_id)) == learners - 1


def test_learners_and_places_that_come_at_the_same_moment_find_each_other(
    mentes: Mentes, organisation_id: UUID, programme_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        mo = a_mentor(session, session.get_one(Programme, programme_id), "6", capacity=1)

    def work(number: int) -> None:
        if number % 2:
            return join(mentes, organisation_id, programme_id, f"learner-{number}")
        with mentes.database.transaction(organisation_id) as session:
            programmes.mentor_settings(
                session,
                session.get_one(Programme, programme_id),
                mo.id,
                capacity=5,
                talk=[],
                recorded=False,
                now=NOW,
            )
        return None

    assert at_once(8, work) == [None] * 8
    with mentes.database.reading(organisation_id) as session:
        assert len(of_mentor(session, programme_id, mo.id)) == 4
        assert waiting(session, programme_id) == []


def test_learners_who_leave_and_join_at_the_same_moment_do_not_block_each_other(
    mentes: Mentes, organisation_id: UUID, programme_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = session.get_one(Programme, programme_id)
        a_mentor(session, programme, capacity=2)
        leaving = [a_mentee(session, programme, f"leaving-{number}").id for number in range(4)]

    def work(number: int) -> None:
        if number % 2:
            return join(mentes, organisation_id, programme_id, f"joining-{number}")
        with mentes.database.transaction(organisation_id) as session:
            programme = session.get_one(Programme, programme_id)
            programmes.leave(session, programme, leaving[number // 2], now=later(hours=1))
        return None

    assert at_once(8, work) == [None] * 8
    with mentes.database.reading(organisation_id) as session:
        assert len(every(session, Pairing, Pairing.closed_at.is_(None))) == 2
        assert len(waiting(session, programme_id)) == 2


def test_whoever_waited_longest_gets_the_place_that_comes(
    mentes: Mentes, organisation_id: UUID, programme_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = session.get_one(Programme, programme_id)
        third, first, second = (
            a_mentee(session, programme, f"learner-{day}", now=later(days=day)).id
            for day in (3, 1, 2)
        )
        assert [each.person_id for each in waiting(session, programme_id)] == [first, second, third]
        a_mentor(session, programme, "6", capacity=2, now=later(days=4))
        assert [each.person_id for each in waiting(session, programme_id)] == [third]
        a_mentor(session, programme, "6", capacity=3, now=later(days=5))
        assert waiting(session, programme_id) == []


def test_who_leaves_closes_their_pairing_and_makes_room(
    mentes: Mentes, organisation_id: UUID, programme_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = session.get_one(Programme, programme_id)
        a_mentor(session, programme, capacity=1)
        ada, ben = (
            a_mentee(session, programme, subject, now=later(hours=hour))
            for hour, subject in enumerate(("4", "5"))
        )
        first = open_pairing(session, programme_id, ada.id)
        assert first is not None
        assert open_pairing(session, programme_id, ben.id) is None
        programmes.leave(session, programme, ada.id, now=later(days=1))
        assert (first.closed_at, first.end_reason) == (later(days=1), EndReason.WITHDRAWN)
        assert open_pairing(session, programme_id, ada.id) is None
        assert open_pairing(session, programme_id, ben.id) is not None


def test_two_programmes_do_not_share_places(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        one = a_programme(session)
        other = a_programme(session, a_course(session, context=None))
        a_mentor(session, one)
        assert open_pairing(session, other.id, a_mentee(session, other).id) is None


def test_looking_for_who_waits_costs_the_same_for_many_as_for_few(
    mentes: Mentes, organisation_id: UUID, programme_id: UUID
) -> None:
    costs = []
    for number in (2, 20):
        with mentes.database.transaction(organisation_id) as session:
            programme = session.get_one(Programme, programme_id)
            for _ in range(number):
                a_mentee(session, programme)
            session.flush()
            with statements_on(mentes.database.engine) as seen:
                assert pair_waiting(session, programme_id, now=NOW) == 0
            costs.append(len(seen))
    assert costs[0] == costs[1] <= 5


def test_pairing_many_costs_a_bounded_number_of_statements_each(
    mentes: Mentes, organisation_id: UUID, programme_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = session.get_one(Programme, programme_id)
        for _ in range(20):
            a_mentee(session, programme)
        mentors = [a_person(session, a_course(session)) for _ in range(4)]
        assert all(isinstance(each, Person) for each in mentors)
        with statements_on(mentes.database.engine) as seen:
            for mentor in mentors:
                programmes.attach_mentor(
                    session, programme, mentor.id, capacity=5, by=mentor.id, now=NOW
                )
        assert waiting(session, programme_id) == []
        assert len(seen) <= 20 * 20


def test_where_the_instructor_makes_drafts_nobody_is_paired_at_once(
    mentes: Mentes, organisation_id: UUID, programme_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = session.get_one(Programme, programme_id)
        programme.pairs_by = PairsBy.DRAFT
        session.flush()
        a_mentor(session, programme)
        ada = a_mentee(session, programme)
        assert open_pairing(session, programme_id, ada.id) is None
        assert pair_waiting(session, programme_id, now=NOW) == 0


def test_who_refuses_somebody_gets_somebody_else_or_waits(
    mentes: Mentes, organisation_id: UUID, programme_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = session.get_one(Programme, programme_id)
        mo, una = a_mentor(session, programme, "6"), a_mentor(session, programme, "7")
        refused = programmes.participation(session, programme_id, una.id, Part.MENTOR)
        assert refused is not None
        ben = a_person(session, a_course(session), "5")
        refused.refuses = [str(ben.id)]  # the mentor's own word counts as much
        a_mentee(session, programme, "5")
        pairing = open_pairing(session, programme_id, ben.id)
        assert pairing is not None
        assert pairing.mentor_id == mo.id


def test_other_rules_find_a_mentor_for_who_waits(
    mentes: Mentes, organisation_id: UUID, programme_id: UUID
) -> None:
    strict = {"version": 1, "rules": [a_requirement(strict=True)]}
    with mentes.database.transaction(organisation_id) as session:
        programme = session.get_one(Programme, programme_id)
        mo = a_mentor(session, programme)
        save_rules(session, programme, strict, by=mo.id, now=NOW)
        ada = a_mentee(session, programme)
        assert open_pairing(session, programme_id, ada.id) is None
        loose = {"version": 1, "rules": [a_requirement(strict=False)]}
        save_rules(session, programme, loose, by=mo.id, now=NOW)
        assert open_pairing(session, programme_id, ada.id) is not None


def a_requirement(*, strict: bool) -> dict[str, Any]:
    same = {"kind": "same", "mentee": "language", "mentor": "language"}
    return {"kind": "require", "what": same, "strict": strict}


def test_nobody_mentors_their_own_mentor_where_rules_do_not_want_that(
    mentes: Mentes, organisation_id: UUID, programme_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = session.get_one(Programme, programme_id)
        mo = a_mentor(session, programme, "6")
        save_rules(
            session,
            programme,
            {"version": 1, "rules": [], "reciprocal": False},
            by=mo.id,
            now=NOW,
        )
        ada = a_mentee(session, programme, "4")
        assert open_pairing(session, programme_id, ada.id) is not None
        a_mentor(session, programme, "4")
        a_mentee(session, programme, "6")
        assert open_pairing(session, programme_id, mo.id) is None
        una = a_mentor(session, programme, "7")
        pairing = open_pairing(session, programme_id, mo.id)
        assert pairing is not None
        assert pairing.mentor_id == una.id
