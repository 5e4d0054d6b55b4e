"""Whom somebody could have, best first."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from plugin.matching.engine.people import Mentee, Mentor
from plugin.matching.engine.rules import Forbid, Overlap, RuleSet, Same
from plugin.matching.engine.scoring import exclusion, score
from plugin.matching.engine.suggesting import suggestions
from tests.plugin.matching.engine.strategies import (
    a_mentee,
    a_mentor,
    groups_of_mentors,
    mentees,
    rule_sets,
    unhurried,
)

SKILL = RuleSet(rules=(Overlap(mentee="skill", mentor="skill", weight=10),))
FULL = {"skill": "a b"}
HALF = {"skill": "a c"}


def names(mentors: list[Mentor], free: dict[str, int], **more: int) -> list[str]:
    found = suggestions(a_mentee(answers=FULL), mentors, SKILL, free=free, **more)
    return [each.mentor for each in found]


def test_the_best_come_first_and_say_why() -> None:
    mentors = [a_mentor("half", answers=HALF), a_mentor("full", answers=FULL), a_mentor("none")]
    found = suggestions(
        a_mentee(answers=FULL), mentors, SKILL, free={"half": 1, "full": 2, "none": 3}, n=2
    )
    assert [(each.mentor, each.score, each.free) for each in found] == [
        ("full", 10_000, 2),
        ("half", 5_000, 1),
    ]
    assert found[0].contributions[0].common == ("a", "b")


def test_who_has_no_place_or_is_excluded_is_left_out() -> None:
    forbidden = RuleSet(rules=(Forbid(what=Same(mentee="team", mentor="team", weight=0)),))
    mentors = [
        a_mentor("full"),
        a_mentor("unknown"),
        a_mentor("team", answers={"team": "x"}),
        a_mentor("refused"),
        a_mentor("ada"),
        a_mentor("free"),
    ]
    mentee = a_mentee("ada", answers={"team": "x"}, refuses=frozenset({"refused"}))
    places = {"full": 0, "team": 1, "refused": 1, "ada": 1, "free": 1}
    found = suggestions(mentee, mentors, forbidden, free=places)
    assert [each.mentor for each in found] == ["free"]


def test_of_equals_the_one_with_more_places_comes_first() -> None:
    mentors = [a_mentor(name) for name in ("one", "three", "two")]
    assert names(mentors, {"one": 1, "two": 2, "three": 3}) == ["three", "two", "one"]


def test_chance_decides_between_equals_and_the_seed_decides_chance() -> None:
    mentors = [a_mentor(f"mentor-{number}") for number in range(30)]
    free = {each.id: 1 for each in mentors}
    assert names(mentors, free, seed=1) == names(mentors, free, seed=1)
    assert len({tuple(names(mentors, free, seed=seed)) for seed in range(5)}) == 5


def test_chance_is_not_the_same_for_every_mentee() -> None:
    mentors = [a_mentor(f"mentor-{number}") for number in range(30)]
    free = {each.id: 1 for each in mentors}
    first = {
        suggestions(a_mentee(f"mentee-{number}"), mentors, SKILL, free=free)[0].mentor
        for number in range(20)
    }
    assert len(first) > 5


def test_nobody_is_suggested_where_nobody_is_or_nobody_is_wanted() -> None:
    assert names([], {}) == []
    assert names([a_mentor()], {"mo": 1}, n=0) == []


@unhurried
@given(mentees, groups_of_mentors, rule_sets, st.integers(0, 8), st.randoms(use_true_random=False))
def test_suggestions_are_the_best_that_are_possible_in_whatever_order(
    mentee: Mentee, mentors: list[Mentor], rules: RuleSet, n: int, random: Random
) -> None:
    free = {each.id: each.capacity for each in mentors}
    found = suggestions(mentee, mentors, rules, free=free, n=n)
    possible = [
        score(rules, mentee, each)
        for each in mentors
        if each.capacity and exclusion(rules, mentee, each) is None
    ]
    assert [each.score for each in found] == sorted(possible, reverse=True)[:n]
    assert all(sum(part.points for part in each.contributions) == each.score for each in found)
    shuffled = random.sample(mentors, len(mentors))
    assert suggestions(mentee, shuffled, rules, free=free, n=n) == found
