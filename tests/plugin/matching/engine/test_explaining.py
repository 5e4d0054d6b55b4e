"""Why somebody has this mentor, not another, or none."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest
from hypothesis import given, settings

from plugin.matching.engine.explaining import Better, Why, explain, why_not, why_unmatched
from plugin.matching.engine.match import match
from plugin.matching.engine.matching import Matching
from plugin.matching.engine.outcome import Outcome
from plugin.matching.engine.people import Mentee, Mentor
from plugin.matching.engine.results import Objective, Origin, Pair, RuledOut, Unmatched, WhyNot
from plugin.matching.engine.rules import Overlap, Require, RuleSet, Same
from plugin.matching.engine.scoring import exclusion, exclusions, score
from tests.plugin.matching.engine.strategies import (
    a_mentee,
    a_mentor,
    groups_of_mentees,
    groups_of_mentors,
    outcomes,
    rule_sets,
    unhurried,
)

SKILL = Overlap(mentee="skill", mentor="skill", weight=10)
LANGUAGE = Require(what=Same(mentee="language", mentor="language", weight=0))
TEAM = Require(what=Same(mentee="team", mentor="team", weight=0))
RULES = RuleSet(rules=(SKILL, LANGUAGE, TEAM), never_matched=2)
FULL = {"skill": "a b", "language": "de"}
HALF = {"skill": "a c", "language": "de"}
NONE = {"skill": "c", "language": "de"}


def an_outcome(
    mentees: list[Mentee],
    mentors: list[Mentor],
    *pairs: tuple[str, str] | tuple[str, str, Origin],
    rules: RuleSet = RULES,
    prices: dict[str, int] | None = None,
) -> Outcome:
    learning, teaching = {each.id: each for each in mentees}, {each.id: each for each in mentors}
    return Outcome(
        rules=rules,
        mentees=learning,
        mentors=teaching,
        pairs=[
            Pair(
                mentee=mentee,
                mentor=mentor,
                score=score(rules, learning[mentee], teaching[mentor]),
                origin=origin[0] if origin else Origin.NEW,
            )
            for mentee, mentor, *origin in pairs
        ],
        prices=prices or {},
    )


ADA = a_mentee("ada", answers=FULL, never_matched=True)
BEN = a_mentee("ben", answers=FULL)
BEST = a_mentor("best", answers=FULL)
NEXT = a_mentor("next", answers=HALF)
LAST = a_mentor("last", answers=NONE)


def test_an_explanation_adds_up_and_ranks_the_mentor() -> None:
    found = explain(an_outcome([ADA], [LAST, NEXT, BEST], ("ada", "next")), "ada")
    assert (found.mentor, found.score, found.extra) == ("next", 5_000, 2_000)
    assert sum(each.points for each in found.contributions) == found.score
    assert (found.rank, found.possible) == (2, 3)
    assert found.unmatched is None


def test_equals_share_a_place() -> None:
    mentors = [a_mentor(name, answers=FULL) for name in ("one", "two", "three")]
    assert explain(an_outcome([ADA], mentors, ("ada", "three")), "ada").rank == 1


def better(outcome: Outcome) -> list[tuple[str, Why]]:
    return [(each.mentor, each.why) for each in explain(outcome, "ada").better]


def test_a_better_mentor_whose_places_are_taken_names_the_pairs_that_took_them() -> None:
    outcome = an_outcome(
        [ADA, BEN], [BEST, NEXT], ("ada", "next"), ("ben", "best"), prices={"best": 7, "next": 1}
    )
    (only,) = explain(outcome, "ada").better
    assert only == Better(
        mentor="best",
        score=10_000,
        more=5_000,
        why=Why.TAKEN,
        taken_by=(outcome.pairs[1],),
        others_lose=None,
    )


def test_prices_prove_what_the_others_would_lose() -> None:
    prices = {"best": 6_000, "next": 500}
    pairs = ("ada", "next"), ("ben", "best")
    (proved,) = explain(an_outcome([ADA, BEN], [BEST, NEXT], *pairs, prices=prices), "ada").better
    assert (proved.more, proved.others_lose) == (5_000, 5_500)


def test_places_with_pairs_that_stood_are_full() -> None:
    outcome = an_outcome(
        [ADA, BEN], [BEST, NEXT], ("ada", "next"), ("ben", "best", Origin.ACCEPTED)
    )
    assert better(outcome) == [("best", Why.FULL)]


def test_a_pair_that_stood_stays() -> None:
    assert better(an_outcome([ADA], [BEST, NEXT], ("ada", "next", Origin.ACCEPTED))) == [
        ("best", Why.STAYS)
    ]


def test_a_rule_against_a_better_mentor_is_named() -> None:
    foreign = a_mentor("foreign", answers={"skill": "a b", "language": "fr"})
    (only,) = explain(an_outcome([ADA], [foreign, NEXT], ("ada", "next")), "ada").better
    assert (only.mentor, only.why, only.rule) == ("foreign", Why.EXCLUDED, 1)


def test_who_takes_nobody_and_who_was_passed_over_are_told_apart() -> None:
    resting = a_mentor("resting", answers=FULL, capacity=0)
    assert better(an_outcome([ADA], [resting, BEST, NEXT], ("ada", "next"))) == [
        ("best", Why.OTHER_AIMS),
        ("resting", Why.TAKES_NOBODY),
    ]


def test_two_do_not_mentor_each_other_where_that_is_not_to_be() -> None:
    both = a_mentee("both", answers=FULL)
    mentors = [a_mentor("both", answers=FULL), a_mentor("ada", answers=FULL), NEXT]
    pairs = ("both", "ada"), ("ada", "next")
    one_way = RuleSet(rules=RULES.rules, reciprocal=False)
    assert better(an_outcome([ADA, both], mentors, *pairs, rules=one_way)) == [
        ("both", Why.MENTORS_THEM)
    ]
    assert better(an_outcome([ADA, both], mentors, *pairs)) == [("both", Why.OTHER_AIMS)]


def test_a_block_shows_nowhere() -> None:
    shy = a_mentee("ada", answers=FULL, refuses=frozenset({"best"}))
    outcome = an_outcome([shy], [BEST, NEXT], ("ada", "next"))
    found = explain(outcome, "ada")
    assert (found.rank, found.possible, found.better) == (1, 1, ())
    assert why_not(outcome, "ada", "best") is None


def test_any_single_mentor_can_be_asked_about() -> None:
    outcome = an_outcome([ADA, BEN], [BEST, NEXT, LAST], ("ada", "next"), ("ben", "best"))
    answer = why_not(outcome, "ada", "last")
    assert answer is not None
    assert (answer.why, answer.more) == (Why.OTHER_AIMS, -5_000)
    assert why_not(outcome, "ada", "next") is None


def test_of_many_better_mentors_the_best_are_listed() -> None:
    mentors = [a_mentor(f"mentor-{number:02}", answers=FULL) for number in range(20)]
    excluded = [
        a_mentor(f"foreign-{number:02}", answers={"skill": "a b", "language": "fr"})
        for number in range(20)
    ]
    found = explain(an_outcome([ADA], [*excluded, *mentors, NEXT], ("ada", "next")), "ada")
    assert found.rank == 21
    assert [each.why for each in found.better] == [Why.EXCLUDED] * 5 + [Why.OTHER_AIMS] * 5


def test_one_of_several_mentors_can_be_explained() -> None:
    outcome = an_outcome([ADA], [BEST, NEXT, LAST], ("ada", "last"), ("ada", "best"))
    assert explain(outcome, "ada").mentor == "best"
    found = explain(outcome, "ada", "last")
    assert (found.mentor, found.rank) == ("last", 3)
    assert [each.mentor for each in found.better] == ["next"]
    with pytest.raises(KeyError):
        explain(outcome, "ada", "next")


def test_somebody_without_a_mentor_sees_who_would_have_suited() -> None:
    outcome = an_outcome([ADA, BEN], [BEST], ("ben", "best"))
    found = explain(outcome, "ada")
    assert (found.mentor, found.score, found.rank, found.contributions) == (None, None, None, ())
    assert found.unmatched == Unmatched(mentee="ada", why=WhyNot.PLACES_TAKEN)
    assert [(each.mentor, each.more, each.why) for each in found.better] == [
        ("best", 10_000, Why.TAKEN)
    ]


def test_every_rule_counts_whom_it_excludes() -> None:
    mentee = a_mentee("ada", answers={**FULL, "team": "x"}, refuses=frozenset({"refused"}))
    mentors = [
        a_mentor("one", answers={"language": "fr", "team": "y"}),
        a_mentor("two", answers={"language": "de", "team": "y"}),
        a_mentor("refused"),
        a_mentor("resting", answers={"language": "fr"}, capacity=0),
    ]
    assert why_unmatched(an_outcome([mentee], mentors), "ada") == Unmatched(
        mentee="ada",
        why=WhyNot.RULED_OUT,
        ruled_out=(
            RuledOut(rule=2, mentors=2),
            RuledOut(rule=1, mentors=1),
            RuledOut(rule=None, mentors=1),
        ),
    )


def test_where_nobody_takes_mentees_nobody_is_to_blame() -> None:
    resting = a_mentor("resting", capacity=0)
    assert why_unmatched(an_outcome([ADA], []), "ada").why is WhyNot.NO_MENTORS
    assert why_unmatched(an_outcome([ADA], [resting]), "ada").why is WhyNot.NO_MENTORS


def test_a_place_left_free_was_not_worth_taking() -> None:
    assert why_unmatched(an_outcome([ADA], [BEST]), "ada").why is WhyNot.BELOW_FLOOR


@unhurried
@given(outcomes)
def test_every_explanation_is_true(outcome: Outcome) -> None:
    for mentee in outcome.mentees.values():
        found = explain(outcome, mentee.id)
        possible = [
            score(outcome.rules, mentee, each)
            for each in outcome.mentors.values()
            if each.capacity and exclusion(outcome.rules, mentee, each) is None
        ]
        assert found.possible == len(possible)
        assert (found.mentor is None) == (found.unmatched is not None)
        if found.mentor is not None and found.score is not None:
            mentor = outcome.mentors[found.mentor]
            assert found.score == score(outcome.rules, mentee, mentor)
            assert sum(each.points for each in found.contributions) == found.score
            assert found.rank == 1 + sum(each > found.score for each in possible)
        for each in found.better:
            _is_true(outcome, mentee, each, found.score)


def _is_true(outcome: Outcome, mentee: Mentee, better: Better, had: int | None) -> None:
    mentor = outcome.mentors[better.mentor]
    against = exclusions(outcome.rules, mentee, mentor)
    assert better.score == score(outcome.rules, mentee, mentor)
    assert better.more == better.score - (had or 0)
    assert better.more > 0 or had is None
    assert (better.why is Why.EXCLUDED) == bool(against)
    assert all(each.rule is not None for each in against)
    if better.why in (Why.TAKEN, Why.FULL):
        assert len(better.taken_by) >= mentor.capacity > 0
    else:
        assert better.taken_by == ()


@unhurried
@given(outcomes)
def test_why_not_agrees_with_the_explanation(outcome: Outcome) -> None:
    for mentee_id, mentor_id in product(outcome.mentees, outcome.mentors):
        found = {each.mentor: each for each in explain(outcome, mentee_id).better}
        if mentor_id in found:
            assert why_not(outcome, mentee_id, mentor_id) == found[mentor_id]


@settings(unhurried, max_examples=40)
@given(groups_of_mentees, groups_of_mentors, rule_sets)
def test_the_engine_finds_for_all_why_they_have_nobody(
    learning: list[Mentee], teaching: list[Mentor], rules: RuleSet
) -> None:
    matching = match(learning, teaching, rules)
    one_by_one = [why_unmatched(matching.outcome, each.mentee) for each in matching.unmatched]
    assert list(matching.unmatched) == one_by_one


@pytest.mark.parametrize("seed", range(5))
def test_what_the_others_would_lose_is_no_less_than_said(seed: int) -> None:
    matching = _crowded(Random(seed))  # noqa: S311 # people, not secrets
    proved = 0
    for pair in matching.pairs:
        for each in matching.explain(pair.mentee).better:
            if each.others_lose is not None:
                forced = matching.what_if(accepted=((pair.mentee, each.mentor),))
                lost = _of_others(matching, pair.mentee) - _of_others(forced, pair.mentee)
                assert lost >= each.others_lose >= each.more > 0
                proved += 1
    assert proved


def _crowded(random: Random) -> Matching:
    """A score-only matching of thirty mentees for about twenty places."""

    def skills() -> dict[str, str]:
        return {"skill": " ".join(random.sample("abcdefgh", random.randint(1, 3)))}

    mentees = [a_mentee(f"mentee-{number}", answers=skills()) for number in range(30)]
    mentors = [
        a_mentor(f"mentor-{number}", answers=skills(), capacity=random.randint(1, 3))
        for number in range(10)
    ]
    return match(mentees, mentors, RuleSet(rules=(SKILL,)), objective=Objective.SCORE)


def _of_others(matching: Matching, mentee_id: str) -> int:
    return sum(pair.score for pair in matching.pairs if pair.mentee != mentee_id)
