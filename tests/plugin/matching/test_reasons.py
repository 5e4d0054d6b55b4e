"""Why two people are a pair: what may be said of it, to whom, in which words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.foundation.i18n import Words
from plugin.matching.engine.people import Mentee, Mentor
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
from plugin.matching.engine.scoring import contributions
from plugin.matching.reasons import HAS_TIME, ONLY_ONE_FREE, Reason, in_words, reasons_of
from plugin.programmes.catalogue import BY_NAME, EVERY_QUESTION, PRIVATE
from plugin.programmes.model import Part
from plugin.programmes.questions import Questionnaire

ASKED = Questionnaire.asking(
    skills=["Giving feedback", "C++"], sites=["Berlin"], teams=["Sales", "Care"], ask=BY_NAME
)
FIELDS = ("talk", *(each.key for each in EVERY_QUESTION))
OPTIONS = {
    "talk": ["call", "in-person", "in-writing"],
    **{each.key: [option.id for option in ASKED.options(each.key)] for each in EVERY_QUESTION},
    "hours": ["mon-08", "mon-09", "tue-08"],
}
fields = st.sampled_from(FIELDS)
weights = st.integers(0, 9)
comparisons = st.one_of(
    *(
        st.builds(
            lambda field, weight, kind=kind: kind(mentee=field, mentor=field, weight=weight),
            fields,
            weights,
        )
        for kind in (Overlap, Same, Different)
    ),
    st.builds(lambda by: AtLeast(mentee="level", mentor="level", by=by, weight=3), weights),
)
rule_sets = st.lists(
    st.one_of(
        comparisons,
        st.builds(Wish, weight=weights, by=st.sampled_from(["mentee", "mentor"])),
        st.builds(Require, what=comparisons),
        st.builds(Forbid, what=comparisons),
    ),
    max_size=6,
).map(lambda rules: RuleSet(rules=tuple(rules)))


@st.composite
def answers(draw: st.DrawFn) -> dict[str, Any]:
    """Return some answers to some questions."""
    said: dict[str, Any] = {"level": draw(st.integers(1, 5))}
    for field in FIELDS:
        if field not in PRIVATE:
            said[field] = draw(st.frozensets(st.sampled_from(OPTIONS[field]), max_size=3))
    return said


mentees = st.builds(
    Mentee, id=st.just("1"), answers=answers(), wishes=st.sampled_from([(), ("2",)])
)
mentors = st.builds(
    Mentor, id=st.just("2"), answers=answers(), wishes=st.sampled_from([(), ("1",)])
)


def rules_about(*rules: Rule) -> RuleSet:
    return RuleSet(rules=rules)


def said(*reasons: Reason, to: Part | None = Part.MENTEE, language: str = "en") -> list[str]:
    return in_words(reasons, ASKED, Words(language), to)


# Making.


@given(rule_sets, mentees, mentors)
def test_a_reason_names_nothing_but_what_both_said(
    rules: RuleSet, mentee: Mentee, mentor: Mentor
) -> None:
    for reason in reasons_of(rules, mentee, mentor):
        field = reason.get("field")
        assert field not in PRIVATE
        for option in reason.get("options", ()):
            assert option in mentee.answers[field]  # type: ignore[index, operator]
            assert option in mentor.answers[field]  # type: ignore[index, operator]


@given(rule_sets, mentees, mentors)
def test_every_reason_counted_for_something_and_none_is_told_twice(
    rules: RuleSet, mentee: Mentee, mentor: Mentor
) -> None:
    reasons = reasons_of(rules, mentee, mentor)
    counted = [each for each in contributions(rules, mentee, mentor) if each.points > 0]
    assert len(reasons) <= len(counted)
    assert all(reasons.count(each) == 1 for each in reasons)


@given(rule_sets, mentees, mentors, st.sampled_from([Part.MENTEE, Part.MENTOR, None]))
def test_every_reason_can_be_said_to_everybody(
    rules: RuleSet, mentee: Mentee, mentor: Mentor, reader: Part | None
) -> None:
    for language in ("en", "de"):
        for sentence in said(*reasons_of(rules, mentee, mentor), to=reader, language=language):
            assert sentence.endswith(".")
            assert "%" not in sentence


def test_what_counts_most_is_told_first() -> None:
    mentee = Mentee(id="1", answers={"site": frozenset({"berlin"})}, wishes=("2",))
    mentor = Mentor(id="2", answers={"site": frozenset({"berlin"})})
    site = Same(mentee="site", mentor="site", weight=1)
    for wish, first in ((Wish(weight=5), "wish"), (Wish(weight=0), "same")):
        reasons = reasons_of(rules_about(site, wish), mentee, mentor)
        assert reasons[0]["kind"] == first


def test_of_hours_only_the_number_is_kept_and_of_teams_only_that_they_are_one() -> None:
    same = {"hours": frozenset({"mon-08", "mon-09"}), "team": frozenset({"sales"})}
    rules = rules_about(
        Overlap(mentee="hours", mentor="hours", weight=2),
        Same(mentee="team", mentor="team", weight=1),
    )
    assert reasons_of(rules, Mentee(id="1", answers=same), Mentor(id="2", answers=same)) == [
        {"kind": "overlap", "field": "hours", "count": 2},
        {"kind": "same", "field": "team"},
    ]


def test_a_private_question_gives_no_reason() -> None:
    rules = rules_about(
        AtLeast(mentee="level", mentor="level", by=1, weight=5),
        Same(mentee="level", mentor="level", weight=5),
        Different(mentee="level", mentor="level", weight=5),
    )
    beginner = Mentee(id="1", answers={"level": 1})
    for level in (1, 5):
        assert reasons_of(rules, beginner, Mentor(id="2", answers={"level": level})) == []


# Saying.


@pytest.mark.parametrize(
    ("reason", "mentee", "mentor", "instructor"),
    [
        (
            {"kind": "overlap", "field": "skill", "options": ["giving-feedback"]},
            "Offers “Giving feedback”, which you chose.",
            "Looks for “Giving feedback”, which you offer.",
            "Offers “Giving feedback”, which the learner chose.",
        ),
        (
            {"kind": "same", "field": "talk", "options": ["call", "in-person"]},
            "A way of talking that suits you both: “On a call” and “In person”.",
            "A way of talking that suits you both: “On a call” and “In person”.",
            "A way of talking that suits both: “On a call” and “In person”.",
        ),
        (
            {"kind": "overlap", "field": "language", "options": ["de", "en"]},
            "You can both talk about work in German and English.",
            "You can both talk about work in German and English.",
            "Both can talk about work in German and English.",
        ),
        (
            {"kind": "different", "field": "team"},
            "You are of different teams.",
            "You are of different teams.",
            "They are of different teams.",
        ),
        (
            {"kind": "wish", "by": "mentee"},
            "You named them.",
            "They named you.",
            "The learner named this mentor.",
        ),
        (
            {"kind": "wish", "by": "mentor"},
            "They named you.",
            "You named them.",
            "The mentor named this learner.",
        ),
        (
            HAS_TIME,
            "Nobody else was with them yet, so they have time for you.",
            "Nobody else was with you yet.",
            "Nobody else was with this mentor yet.",
        ),
        (
            ONLY_ONE_FREE,
            "They had a place free for you.",
            "You had a place free.",
            "Nobody else had a place free.",
        ),
        (
            {"kind": "talks-the-same-way"},
            "You two like to talk in the same way.",
            "You two like to talk in the same way.",
            "They like to talk in the same way.",
        ),
    ],
)
def test_each_of_the_two_and_their_instructor_read_it_from_their_side(
    reason: Reason, mentee: str, mentor: str, instructor: str
) -> None:
    assert said(reason, to=Part.MENTEE) == [mentee]
    assert said(reason, to=Part.MENTOR) == [mentor]
    assert said(reason, to=None) == [instructor]


def test_one_hour_is_not_several() -> None:
    one, four = ({"kind": "overlap", "field": "hours", "count": count} for count in (1, 4))
    assert said(one) == ["You have one hour a week in common."]
    assert said(four) == ["You have 4 hours a week in common."]
    assert said(four, to=None) == ["They have 4 hours a week in common."]


@pytest.mark.parametrize(
    "reason",
    [
        {"kind": "overlap", "field": "skill", "options": ["something-else"]},
        {"kind": "same", "field": "level", "options": ["3"]},
        {"kind": "at-least", "field": "level"},
        {"kind": "at-least", "field": "years"},
        {"kind": "different", "field": "colour"},
        {"kind": "overlap", "field": "colour", "options": ["red"]},
        {"kind": "of-another-version"},
        {},
    ],
)
def test_what_cannot_be_said_now_is_left_out(reason: Reason) -> None:
    for reader in (Part.MENTEE, Part.MENTOR, None):
        assert said(reason, HAS_TIME, to=reader) == said(HAS_TIME, to=reader)


def test_what_two_rules_found_is_said_once() -> None:
    found = {"field": "site", "options": ["berlin"]}
    assert said({"kind": "same", **found}, {"kind": "overlap", **found}) == [
        "You are both at “Berlin”."
    ]
