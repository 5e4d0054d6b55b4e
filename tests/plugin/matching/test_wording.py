"""Rules in words, and what a draft is worth in words and numbers."""

from __future__ import annotations

from typing import Any

import pytest

from plugin.foundation.i18n import Words
from plugin.matching import outcome, wording
from plugin.matching.engine import doubts, reading
from plugin.matching.engine.rules import (
    POINTS,
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
from plugin.programmes.catalogue import EVERY_QUESTION

WORDS, GERMAN = Words("en"), Words("de")


def skill(weight: int = 45, **said: Any) -> Overlap:
    return Overlap(mentee="skill", mentor="skill", weight=weight, **said)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (skill(), "Counts most: Skill they want ↔ Skill offered"),
        (Same(mentee="site", mentor="site", weight=5), "Counts a little: Site: the same"),
        (Different(mentee="team", mentor="team", weight=0), "Counts nothing: Team: different"),
        (
            Overlap(mentee="hours", mentor="hours", weight=10, share=False, most=3),
            "Counts a lot: Free times: each thing in common, up to 3",
        ),
        (Wish(weight=15), "Counts: The mentor whom the learner named"),
        (
            Require(what=Same(mentee="language", mentor="language", weight=0), strict=True),
            "Must be: Language: the same (who did not answer is left out)",
        ),
        (
            Forbid(what=AtLeast(mentee="level", mentor="level", by=2, weight=0, reverse=True)),
            "Never together: How sure they feel: the learner at least 2 higher",
        ),
    ],
)
def test_a_rule_is_one_line(rule: Rule, said: str) -> None:
    assert wording.sentence(rule, 45, WORDS) == said


def test_what_counts_most_stands_after_what_must_be_and_before_the_rest() -> None:
    must, never = Require(what=skill(0)), Forbid(what=Same(mentee="team", mentor="team", weight=0))
    rules = RuleSet(rules=(Wish(weight=5), skill(), never, must))
    groups = wording.grouped(rules, WORDS)
    assert [group.label for group in groups] == [
        "Must be",
        "Never together",
        "Counts most",
        "Counts a little",
    ]


def test_two_rule_sets_differ_in_what_only_one_of_them_has() -> None:
    site = Same(mentee="site", mentor="site", weight=9)
    left = RuleSet(rules=(skill(45), site), waiting=5)
    right = RuleSet(rules=(skill(50), site))
    assert wording.differences(left, right, WORDS) == {
        "left": [
            "Skill they want ↔ Skill offered (weight 45)",
            "Who has waited for more than 14 days comes first where places are few.",
        ],
        "right": ["Skill they want ↔ Skill offered (weight 50)"],
    }


def test_every_question_has_a_name_on_both_sides_in_every_language() -> None:
    for question in EVERY_QUESTION:
        for called in (wording.asked_of_mentees, wording.asked_of_mentors):
            for words in (WORDS, GERMAN):
                assert called(question.key, words) != question.key


def test_every_doubt_has_words_of_ours() -> None:
    named = (line.split()[0] for line in (doubts.__doc__ or "").splitlines() if "   " in line)
    assert {slug for slug in named if "-" in slug or slug == "contradiction"} <= set(
        wording.PROBLEMS
    )
    assert reading.VERSION == 1  # as the words say


@pytest.mark.parametrize(
    ("points", "said"),
    [
        (None, "–"),
        (0, "Suits little: 0% of what counts"),
        (45 * POINTS, "Suits well: 50% of what counts"),
        (90 * POINTS, "Suits very well: 100% of what counts"),
        (900 * POINTS, "Suits very well: 100% of what counts"),
    ],
)
def test_a_pair_is_told_as_a_share_of_what_counts(points: int | None, said: str) -> None:
    rules = RuleSet(rules=(skill(45), Wish(weight=45), Require(what=skill(7))))
    assert outcome.share_in_words(points, outcome.attainable(rules), WORDS) == said


def test_where_nothing_counts_there_is_no_share() -> None:
    assert outcome.share_in_words(0, outcome.attainable(RuleSet()), WORDS) == "–"


def test_points_are_told_exactly_on_the_scale_of_the_weights() -> None:
    told = [outcome.weight_in_words(points, WORDS) for points in (67_500, 5_000, 1, 1_234_567)]
    assert told == ["67.5", "5", "0.001", "1,234.567"]
    assert outcome.weight_in_words(67_500, GERMAN) == "67,5"


@pytest.mark.parametrize(
    ("gap", "objective", "said"),
    [
        (0, "coverage", "Proved"),
        (5, "coverage", "At most 5.00 % below"),
        (5, "stable", "No two who are apart"),
        (None, "coverage", ""),
    ],
)
def test_how_good_it_is_is_said_honestly(gap: int | None, objective: str, said: str) -> None:
    statistics = {"gap": gap, "after": {"total": 95}}
    told = outcome.proof(statistics, {"objective": objective}, WORDS)
    assert told.startswith(said)
    assert bool(told) == bool(said)
