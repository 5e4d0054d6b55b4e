"""Reverse mentoring: people change sides, and the rules with them."""

from __future__ import annotations

from hypothesis import assume, given

from plugin.matching.engine.match import match
from plugin.matching.engine.people import Mentee, Mentor
from plugin.matching.engine.reverse import exchanged, reversed_rules
from plugin.matching.engine.rules import AtLeast, Forbid, Overlap, Require, RuleSet, Same, Wish
from plugin.matching.engine.scoring import exclusion, score
from tests.plugin.matching.engine import strategies
from tests.plugin.matching.engine.strategies import a_mentee, a_mentor

AHEAD = AtLeast(mentee="level", mentor="level", by=2, weight=5)


@given(strategies.rule_sets)
def test_rules_turned_twice_are_what_they_were(rules: RuleSet) -> None:
    assert reversed_rules(reversed_rules(rules)) == rules
    assert reversed_rules(reversed_rules(rules, by_role=True), by_role=True) == rules


@given(strategies.mentees, strategies.mentors, strategies.rule_sets)
def test_two_people_are_worth_to_each_other_what_they_were(
    mentee: Mentee, mentor: Mentor, rules: RuleSet
) -> None:
    assume(not any(isinstance(each, Overlap) and each.share for each in rules.rules))
    (now_mentee,), (now_mentor,) = exchanged([mentee], [mentor])

    turned = reversed_rules(rules)

    assert score(turned, now_mentee, now_mentor) == score(rules, mentee, mentor)
    assert exclusion(turned, now_mentee, now_mentor) == exclusion(rules, mentee, mentor)


def test_who_must_be_ahead_turns() -> None:
    turned = reversed_rules(RuleSet(rules=(AHEAD, Require(what=AHEAD))))

    junior, senior = {"level": 1}, {"level": 4}
    possible = a_mentee(answers=senior), a_mentor(answers=junior)
    excluded = a_mentee(answers=junior), a_mentor(answers=senior)
    assert exclusion(turned, *possible) is None
    assert score(turned, *possible) == 5000
    assert exclusion(turned, *excluded) is not None


def test_fields_change_sides_with_the_people() -> None:
    rules = RuleSet(rules=(Forbid(what=Same(mentee="boss", mentor="name", weight=0)),))

    turned = reversed_rules(rules)

    assert turned.rules == (Forbid(what=Same(mentee="name", mentor="boss", weight=0)),)


def test_who_answers_anew_by_role_keeps_the_fields() -> None:
    wanted = Overlap(mentee="wants", mentor="offers", weight=3)
    rules = RuleSet(rules=(wanted, Wish(weight=2), AHEAD))

    turned = reversed_rules(rules, by_role=True)

    assert turned.rules[:2] == rules.rules[:2]
    assert turned.rules[2] == AtLeast(mentee="level", mentor="level", by=2, weight=5, reverse=True)


def test_those_who_mentor_now_take_as_many_as_said() -> None:
    senior = a_mentor("senior", capacity=3, wishes=("junior",), refuses=frozenset({"other"}))

    mentees, mentors = exchanged([a_mentee("junior", wants=2)], [senior], capacity=2)

    assert mentees == [
        Mentee(id="senior", wishes=("junior",), refuses=frozenset({"other"})),
    ]
    assert mentors == [Mentor(id="junior", capacity=2)]


def test_the_same_two_people_meet_the_other_way_round() -> None:
    rules = RuleSet(rules=(Require(what=AHEAD), Same(mentee="site", mentor="site", weight=1)))
    juniors = [a_mentee(f"junior-{site}", answers={"level": 1, "site": site}) for site in "ab"]
    seniors = [a_mentor(f"senior-{site}", answers={"level": 5, "site": site}) for site in "ab"]

    before = match(juniors, seniors, rules)
    after = match(*exchanged(juniors, seniors), reversed_rules(rules))

    assert {(each.mentor, each.mentee) for each in after.pairs} == {
        (each.mentee, each.mentor) for each in before.pairs
    }
    assert len(after.pairs) == 2


def test_nobody_in_both_roles_mentors_themselves() -> None:
    everybody = [("ada", "x"), ("bo", "x")]
    mentees = [a_mentee(id, answers={"site": site}) for id, site in everybody]
    mentors = [a_mentor(id, answers={"site": site}) for id, site in everybody]
    rules = RuleSet(rules=(Same(mentee="site", mentor="site", weight=1),))

    assert {(each.mentee, each.mentor) for each in match(mentees, mentors, rules).pairs} == {
        ("ada", "bo"),
        ("bo", "ada"),
    }
    one_way = RuleSet(rules=rules.rules, reciprocal=False)
    assert len(match(mentees, mentors, one_way).pairs) == 1
