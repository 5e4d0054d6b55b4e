"""What a pair is worth, rule by rule, and what keeps two people apart."""

from __future__ import annotations

import pytest
from hypothesis import given

from plugin.matching.engine import scoring
from plugin.matching.engine.people import Mentee, Mentor
from plugin.matching.engine.rules import (
    FULL_FOCUS,
    POINTS,
    AtLeast,
    Comparison,
    Different,
    Forbid,
    Overlap,
    Require,
    Rule,
    RuleSet,
    Same,
    Wish,
)
from plugin.matching.engine.scoring import Contribution, Exclusion, extra
from tests.plugin.matching.engine.strategies import (
    a_mentee,
    a_mentor,
    comparisons,
    mentees,
    mentors,
    rule_sets,
    unhurried,
)


def points(rule: Rule, mentee: object = None, mentor: object = None) -> int:
    """What `rule` is worth where the two answered so to `field`."""
    one = a_mentee() if mentee is None else a_mentee(answers={"field": mentee})
    other = a_mentor() if mentor is None else a_mentor(answers={"field": mentor})
    return scoring.contribution(rule, one, other)


def overlap(weight: int = 16, **more: object) -> Overlap:
    return Overlap(mentee="field", mentor="field", weight=weight, **more)  # type: ignore[arg-type]


def same(weight: int = 3) -> Same:
    return Same(mentee="field", mentor="field", weight=weight)


def different(weight: int = 3) -> Different:
    return Different(mentee="field", mentor="field", weight=weight)


def at_least(by: int = 1, **more: object) -> AtLeast:
    return AtLeast(mentee="field", mentor="field", by=by, weight=2, **more)  # type: ignore[arg-type]


def test_all_that_the_mentee_chose_is_worth_the_whole_weight() -> None:
    assert points(overlap(), "a b", "a b c") == 16 * POINTS


def test_the_weight_is_shared_out_among_what_the_mentee_chose() -> None:
    assert points(overlap(), "a b", "b c") == 8 * POINTS


def test_a_share_is_rounded_to_whole_points_for_each_option() -> None:
    assert points(overlap(weight=1), "a b c", "a") == 17 * 20
    assert points(overlap(weight=1), "a b c", "a b") == 2 * 17 * 20


def test_up_to_full_focus_a_mentor_may_offer_at_full_worth() -> None:
    full = " ".join("abcdefghij"[:FULL_FOCUS])
    assert points(overlap(), "a", full) == 16 * POINTS
    assert points(overlap(), "a", f"{full} z") == 16 * POINTS * 16 // 20


def test_listing_everything_does_not_win() -> None:
    everything = " ".join(f"option-{number}" for number in range(200))
    assert points(overlap(), "option-1", "option-1") == 16 * POINTS
    assert points(overlap(), "option-1", everything) == 16 * POINTS // 20


def test_without_share_every_common_option_counts_in_full_up_to_the_most() -> None:
    assert points(overlap(weight=2, share=False), "a b c d", "a b c") == 6 * POINTS
    assert points(overlap(weight=2, share=False, most=2), "a b c d", "a b c") == 4 * POINTS


def test_same_is_all_or_nothing() -> None:
    assert points(same(), "a b", "b c") == 3 * POINTS
    assert points(same(), "a", "b") == 0


def test_different_needs_both_answers() -> None:
    assert points(different(), "a", "b c") == 3 * POINTS
    assert points(different(), "a b", "b") == 0
    assert points(different(), "a") == 0
    assert points(different(), "", "b") == 0


@pytest.mark.parametrize(
    ("mentee", "mentor", "by", "reverse", "worth"),
    [
        (1, 2, 1, False, True),
        (1, 2, 2, False, False),
        (2, 1, 1, True, True),
        (2, 1, 1, False, False),
        (0, 0, 0, False, True),
    ],
)
def test_at_least_compares_numbers(
    mentee: int, mentor: int, by: int, reverse: bool, worth: bool
) -> None:
    assert points(at_least(by, reverse=reverse), mentee, mentor) == (2 * POINTS if worth else 0)


def test_a_number_counts_as_one_option() -> None:
    assert points(overlap(), 3, 3) == 16 * POINTS
    assert points(same(), 0, 0) == 3 * POINTS
    assert points(different(), 3, 4) == 3 * POINTS


def test_a_number_beside_options_says_nothing() -> None:
    rules: tuple[Comparison, ...] = (overlap(), same(), different(), at_least())
    assert [points(rule, 3, "a") for rule in rules] == [0, 0, 0, 0]
    assert [points(rule, "3", 3) for rule in rules] == [0, 0, 0, 0]


def test_the_first_wish_is_worth_the_weight_the_next_ones_less() -> None:
    mentee = a_mentee(wishes=("mo", "max", "mia"))
    worth = [
        scoring.contribution(Wish(weight=10), mentee, a_mentor(name))
        for name in ("mo", "max", "mia", "mel")
    ]
    assert worth == [10_000, 5_000, 3_333, 0]


def test_a_mentors_wish_counts_where_the_rule_says_so() -> None:
    mentor = a_mentor(wishes=("ada",))
    assert scoring.contribution(Wish(weight=10), a_mentee(), mentor) == 0
    assert scoring.contribution(Wish(weight=10, by="mentor"), a_mentee(), mentor) == 10_000


def test_contributions_tell_what_was_found() -> None:
    rules = RuleSet(rules=(same(), overlap(), Wish(weight=4), different(), overlap(weight=0)))
    mentee = a_mentee(answers={"field": "d b a"}, wishes=("max", "mo"))
    mentor = a_mentor(answers={"field": "a b"})
    assert scoring.contributions(rules, mentee, mentor) == (
        Contribution(rule=0, points=3_000, common=("a", "b")),
        Contribution(rule=1, points=2 * 267 * 20, common=("a", "b")),
        Contribution(rule=2, points=2_000, place=2),
        Contribution(rule=4, points=0, common=("a", "b")),
    )


@unhurried
@given(rule_sets, mentees, mentors)
def test_contributions_sum_exactly_to_the_score(
    rules: RuleSet, mentee: Mentee, mentor: Mentor
) -> None:
    parts = scoring.contributions(rules, mentee, mentor)
    assert sum(each.points for each in parts) == scoring.score(rules, mentee, mentor)
    assert all(each.points >= 0 for each in parts)


@unhurried
@given(comparisons, mentees, mentors)
def test_a_soft_rule_finds_something_exactly_where_it_holds(
    rule: Comparison, mentee: Mentee, mentor: Mentor
) -> None:
    found = scoring.contributions(RuleSet(rules=(rule,)), mentee, mentor)
    assert bool(found) == bool(scoring.holds(rule, mentee, mentor))


def test_waiting_is_worth_something_to_the_mentee_after_so_many_days() -> None:
    rules = RuleSet(never_matched=10, waiting=5, waiting_after=14)
    assert extra(rules, a_mentee(waiting_days=14)) == 0
    assert extra(rules, a_mentee(waiting_days=15)) == 5_000
    assert extra(rules, a_mentee(waiting_days=15, never_matched=True)) == 15_000


def excluded(rule: Rule, mentee: object = None, mentor: object = None) -> bool:
    one = a_mentee() if mentee is None else a_mentee(answers={"field": mentee})
    other = a_mentor() if mentor is None else a_mentor(answers={"field": mentor})
    found = scoring.exclusion(RuleSet(rules=(rule,)), one, other)
    assert found in (None, Exclusion(rule=0))
    return found is not None


def test_what_is_required_excludes_those_who_answered_otherwise() -> None:
    assert excluded(Require(what=same()), "a", "b")
    assert not excluded(Require(what=same()), "a b", "b")
    assert excluded(Require(what=at_least()), 2, 2)


@pytest.mark.parametrize(("mentee", "mentor"), [(None, "a"), ("a", None), ("", "a"), (3, "a")])
def test_who_did_not_answer_is_excluded_by_strict_requirements_only(
    mentee: object, mentor: object
) -> None:
    for what in (same(), different(), overlap(), at_least()):
        assert not excluded(Require(what=what), mentee, mentor)
        assert excluded(Require(what=what, strict=True), mentee, mentor)
        assert not excluded(Forbid(what=what), mentee, mentor)


def test_what_is_forbidden_excludes() -> None:
    assert excluded(Forbid(what=same()), "a b", "b")
    assert not excluded(Forbid(what=same()), "a", "b")
    assert excluded(Forbid(what=different()), "a", "b")


def test_soft_rules_exclude_nobody() -> None:
    assert not excluded(same(), "a", "b")


def test_nobody_mentors_themselves_and_refusals_go_both_ways() -> None:
    block = Exclusion(rule=None)
    assert scoring.exclusion(RuleSet(), a_mentee("ada"), a_mentor("ada")) == block
    assert scoring.exclusion(RuleSet(), a_mentee(refuses=frozenset({"mo"})), a_mentor()) == block
    assert scoring.exclusion(RuleSet(), a_mentee(), a_mentor(refuses=frozenset({"ada"}))) == block
    assert scoring.exclusion(RuleSet(), a_mentee(), a_mentor()) is None


def test_a_block_hides_behind_every_rule_that_excludes_as_well() -> None:
    mentee = a_mentee(answers={"field": "a"}, refuses=frozenset({"mo"}))
    mentor = a_mentor(answers={"field": "b"})
    rules = RuleSet(rules=(same(), Require(what=same()), Forbid(what=different())))
    assert scoring.exclusions(rules, mentee, mentor) == (Exclusion(rule=1), Exclusion(rule=2))
    assert scoring.exclusion(rules, mentee, mentor) == Exclusion(rule=1)
