"""The worst pair as good as it can be: found by trial, with pairs that have to be looked for."""

from __future__ import annotations

import pytest

from plugin.matching.engine.match import match
from plugin.matching.engine.results import Objective
from plugin.matching.engine.rules import Overlap, Require, RuleSet, Same
from tests.plugin.matching.engine.strategies import a_mentee, a_mentor

SKILL = Overlap(mentee="skill", mentor="skill", weight=10, share=False)
RULES = RuleSet(rules=(SKILL,))


def test_the_worst_off_counts_before_the_total() -> None:
    ada = a_mentee("ada", answers={"skill": "a b c d e"})
    ben = a_mentee("ben", answers={"skill": "a"})
    best = a_mentor("best", answers={"skill": "a b c d e"})
    other = a_mentor("other", answers={"skill": "b c d"})
    plain = match([ada, ben], [best, other], RULES, floor=False)
    fair = match([ada, ben], [best, other], RULES)
    assert sorted(each.score for each in plain.pairs) == [0, 50_000]
    assert sorted(each.score for each in fair.pairs) == [10_000, 30_000]
    assert (fair.floor, plain.floor) == (10_000, None)


def test_nobody_loses_a_mentor_for_it() -> None:
    ada = a_mentee("ada", answers={"skill": "a"})
    ben = a_mentee("ben")
    found = match([ada, ben], [a_mentor(answers={"skill": "a"}, capacity=2)], RULES)
    assert sorted(each.score for each in found.pairs) == [0, 10_000]
    assert found.floor == 0


def test_where_places_are_short_the_floor_says_who_gets_them() -> None:
    """Waiting is worth more than the pair's score, but the floor is about scores."""
    rules = RuleSet(rules=(SKILL,), never_matched=100)
    ada = a_mentee("ada", answers={"skill": "a"})
    ben = a_mentee("ben", never_matched=True)
    mo = a_mentor(answers={"skill": "a"})
    assert [each.mentee for each in match([ada, ben], [mo], rules).pairs] == ["ada"]
    assert [each.mentee for each in match([ada, ben], [mo], rules, floor=False).pairs] == ["ben"]


def test_two_parts_have_one_floor() -> None:
    """English has places to spare, French too few; the lower of their floors is everybody's."""
    speaking = Require(what=Same(mentee="language", mentor="language", weight=0))
    rules = RuleSet(rules=(SKILL, speaking))
    learning = [
        a_mentee("en1", answers={"skill": "a b", "language": "en"}),
        a_mentee("fr1", answers={"skill": "a", "language": "fr"}),
        a_mentee("fr2", answers={"skill": "a b c", "language": "fr"}),
    ]
    teaching = [
        a_mentor("en", answers={"skill": "a", "language": "en"}, capacity=3),
        a_mentor("fr", answers={"skill": "a b c", "language": "fr"}),
    ]
    found = match(learning, teaching, rules)
    assert {(each.mentee, each.mentor, each.score) for each in found.pairs} == {
        ("en1", "en", 10_000),
        ("fr2", "fr", 30_000),
    }
    assert found.floor == 10_000


@pytest.mark.parametrize("objective", [Objective.SCORE, Objective.STABLE])
def test_only_coverage_has_a_floor(objective: Objective) -> None:
    found = match([a_mentee()], [a_mentor()], RULES, objective=objective)
    assert found.floor is None
