"""Best pair first: what greedy choice gives, one pair after another."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugin.matching.engine.laws import blocking_pairs
from plugin.matching.engine.match import match
from plugin.matching.engine.people import Mentee, Mentor
from plugin.matching.engine.results import Objective
from plugin.matching.engine.rules import Overlap, RuleSet, Wish
from tests.plugin.matching.engine.strategies import a_mentee, a_mentor, mentees, mentors

RULES = RuleSet(
    rules=(
        Overlap(mentee="skill", mentor="skill", weight=45),
        Overlap(mentee="help", mentor="help", weight=10, share=False),
        Wish(weight=7),
    ),
    never_matched=20,
)


@settings(max_examples=30)
@given(
    st.lists(mentees, max_size=25, unique_by=lambda each: each.id),
    st.lists(mentors, max_size=12, unique_by=lambda each: each.id),
    st.integers(0, 5),
)
def test_no_two_would_both_rather_have_each_other(
    learning: list[Mentee], teaching: list[Mentor], seed: int
) -> None:
    found = match(learning, teaching, RULES, objective=Objective.STABLE, seed=seed)
    assert blocking_pairs(found.outcome) == []
    assert (found.gap, found.floor, found.prices) == (0, None, {})


def test_the_best_pair_of_all_is_made_whatever_it_costs_the_others() -> None:
    ada = a_mentee("ada", answers={"skill": "a b"})
    ben = a_mentee("ben", answers={"skill": "a"})
    best = a_mentor("best", answers={"skill": "a b", "help": "x"})
    other = a_mentor("other", answers={"skill": "b"})
    found = match([ada, ben], [best, other], RULES, objective=Objective.STABLE)
    assert {(each.mentee, each.mentor) for each in found.pairs} in (
        {("ada", "best"), ("ben", "other")},
        {("ben", "best"), ("ada", "other")},
    )
    more = match(
        [ada, a_mentee("ben", answers={"skill": "a"}, wishes=("best",))],
        [best, other],
        RULES,
        objective=Objective.STABLE,
    )
    assert ("ben", "best") in {(each.mentee, each.mentor) for each in more.pairs}


@pytest.mark.parametrize("seed", range(4))
def test_lots_decide_between_equals(seed: int) -> None:
    learning = [a_mentee(f"e{each}") for each in range(40)]
    teaching = [a_mentor(f"m{each}") for each in range(30)]
    found = match(learning, teaching, RULES, objective=Objective.STABLE, seed=seed)
    again = match(learning[::-1], teaching[::-1], RULES, objective=Objective.STABLE, seed=seed)
    other = match(learning, teaching, RULES, objective=Objective.STABLE, seed=seed + 10)
    assert len(found.pairs) == 30
    assert found.pairs == again.pairs
    assert found.pairs != other.pairs
