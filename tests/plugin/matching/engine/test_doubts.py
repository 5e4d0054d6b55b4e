"""Rules that hardly anybody can have meant."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.matching.engine.doubts import warnings
from plugin.matching.engine.rules import (
    AtLeast,
    Different,
    Forbid,
    Overlap,
    Require,
    Rule,
    RuleSet,
    Same,
    Wish,
)
from plugin.matching.engine.scoring import exclusion
from tests.plugin.matching.engine.strategies import (
    a_mentee,
    a_mentor,
    hard_rules,
    rule_sets,
    unhurried,
)

SAME = Same(mentee="site", mentor="site", weight=1)
DIFFERENT = Different(mentee="site", mentor="site", weight=1)
OVERLAP = Overlap(mentee="site", mentor="site", weight=1)


def level(by: int, *, reverse: bool = False) -> AtLeast:
    return AtLeast(mentee="level", mentor="level", by=by, weight=1, reverse=reverse)


def found(*rules: Rule, weighed: bool = True) -> list[tuple[str, str]]:
    """What is doubtful in `rules`, after a rule that counts and is none of the matter."""
    before = (Wish(weight=1),) if weighed else ()
    return [(each.slug, each.where) for each in warnings(RuleSet(rules=(*before, *rules)))]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Require(what=SAME), Forbid(what=SAME)),
        (Require(what=SAME), Require(what=DIFFERENT)),
        (Require(what=OVERLAP, strict=True), Forbid(what=SAME)),
        (Forbid(what=SAME), Forbid(what=DIFFERENT)),
        (Require(what=level(2)), Forbid(what=level(1))),
        (Require(what=level(1)), Require(what=level(0, reverse=True))),
        (Forbid(what=level(-5)), Require(what=level(-5))),
        (Require(what=level(1)), Require(what=Same(mentee="level", mentor="level", weight=0))),
    ],
)
def test_what_nobody_can_meet_is_a_contradiction(one: Rule, other: Rule) -> None:
    assert found(one, other) == [("contradiction", "/rules/2")]
    assert found(other, one) == [("contradiction", "/rules/2")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Require(what=SAME), Forbid(what=DIFFERENT)),
        (Require(what=SAME), Forbid(what=Same(mentee="site", mentor="home", weight=0))),
        (Require(what=level(1)), Forbid(what=level(2))),
        (Require(what=level(1)), Require(what=level(-3, reverse=True))),
        (Require(what=level(1)), Require(what=DIFFERENT)),
    ],
)
def test_what_somebody_can_meet_is_none(one: Rule, other: Rule) -> None:
    assert found(one, other) == []


def test_a_contradiction_names_the_other_rules_as_people_count() -> None:
    rules = RuleSet(
        rules=(
            Wish(weight=1),
            Require(what=level(1)),
            Forbid(what=level(3)),
            Require(what=level(5)),
        )
    )
    (doubt,) = warnings(rules)
    assert doubt.where == "/rules/3"
    assert doubt.text == (
        "Change it or rules 2 and 3: no two people who answered can meet them all."
    )


def test_a_weight_that_the_hard_rules_make_idle_is_doubtful() -> None:
    assert found(Require(what=SAME), DIFFERENT) == [("counts-for-none", "/rules/2")]
    assert found(SAME, Require(what=SAME)) == [("counts-for-all", "/rules/1")]
    assert found(Require(what=level(2)), level(1)) == [("counts-for-all", "/rules/2")]
    assert found(Forbid(what=level(2)), level(2)) == [("counts-for-none", "/rules/2")]


def test_an_overlap_still_tells_much_from_little() -> None:
    assert found(OVERLAP, Require(what=SAME)) == []


def test_the_same_thing_twice_is_doubtful() -> None:
    assert found(OVERLAP, SAME) == [("counts-twice", "/rules/2")]
    assert found(Wish(weight=2)) == [("counts-twice", "/rules/1")]
    assert found(Wish(weight=2, by="mentor"), SAME, DIFFERENT, level(1), level(2)) == []
    assert found(SAME, Same(mentee="site", mentor="site", weight=0)) == []


def test_questions_that_nobody_is_asked_are_named() -> None:
    rules = RuleSet(rules=(Wish(weight=1), SAME, Require(what=level(1))))
    assert warnings(rules, asked={"site", "level"}) == ()
    doubts = warnings(rules, asked={"site"})
    assert [(each.slug, each.where) for each in doubts] == [("not-asked", "/rules/2")]


def test_rules_without_any_weight_are_doubtful() -> None:
    assert found(weighed=False) == [("nothing-counts", "/rules")]
    assert found(Require(what=SAME), Wish(weight=0), weighed=False) == [
        ("nothing-counts", "/rules")
    ]


@unhurried
@given(rule_sets)
def test_any_rules_can_be_asked_about(rules: RuleSet) -> None:
    places = [each.where for each in warnings(rules, asked=())]
    assert all(place.startswith("/rules") for place in places)


said = st.one_of(st.integers(-3, 3), st.sampled_from(["a", "a b", "c"]))


@unhurried
@given(st.lists(hard_rules, max_size=4), said, said)
def test_where_two_people_can_meet_there_is_no_contradiction(
    hard: list[Require | Forbid], one: object, other: object
) -> None:
    rules = RuleSet(rules=tuple(_about_one_question(each) for each in hard))
    mentee, mentor = a_mentee(answers={"skill": one}), a_mentor(answers={"skill": other})
    in_numbers = any(isinstance(each.what, AtLeast) for each in hard)
    both_fit = isinstance(one, int) == isinstance(other, int) == in_numbers
    if both_fit and exclusion(rules, mentee, mentor) is None:
        assert "contradiction" not in [each.slug for each in warnings(rules)]


def _about_one_question(rule: Require | Forbid) -> Rule:
    return replace(rule, what=replace(rule.what, mentee="skill", mentor="skill"))
