"""The same rules with other weights."""

from __future__ import annotations

import pytest
from hypothesis import given

from plugin.matching.engine.errors import RulesInvalid
from plugin.matching.engine.people import Mentee, Mentor
from plugin.matching.engine.rules import Overlap, Require, RuleSet, Same, Wish
from plugin.matching.engine.scoring import contributions, score
from plugin.matching.engine.weighing import reweighted
from tests.plugin.matching.engine.strategies import mentees, mentors, rule_sets, unhurried

SITE = Same(mentee="site", mentor="site", weight=10)
SKILL = Overlap(mentee="skill", mentor="skill", weight=45)
RULES = RuleSet(rules=(SKILL, Require(what=SITE), Wish(weight=5)), waiting=3)


def test_some_rules_weigh_otherwise_and_nothing_else_changes() -> None:
    assert reweighted(RULES, {0: 90, 2: 0}) == RuleSet(
        rules=(
            Overlap(mentee="skill", mentor="skill", weight=90),
            Require(what=SITE),
            Wish(weight=0),
        ),
        waiting=3,
    )
    assert reweighted(RULES, {}) == RULES


@pytest.mark.parametrize(
    ("weights", "slugs"),
    [
        ({3: 1, -1: 1}, ["unknown-rule", "unknown-rule"]),
        ({1: 5}, ["no-weight"]),
        ({0: -1}, ["weight-out-of-range"]),
        ({0: 10**9, 2: 0.5}, ["weight-out-of-range", "wrong-type"]),
    ],
)
def test_what_cannot_be_weighed_is_refused(weights: dict[int, int], slugs: list[str]) -> None:
    with pytest.raises(RulesInvalid) as refused:
        reweighted(RULES, weights)
    assert [each.slug for each in refused.value.problems] == slugs


@unhurried
@given(rule_sets, mentees, mentors)
def test_without_its_weight_a_rule_takes_just_its_points_away(
    rules: RuleSet, mentee: Mentee, mentor: Mentor
) -> None:
    for part in contributions(rules, mentee, mentor):
        without = reweighted(rules, {part.rule: 0})
        assert score(without, mentee, mentor) == score(rules, mentee, mentor) - part.points
