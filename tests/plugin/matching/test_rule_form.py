"""The rules as a form has them: whatever rules there are come out of it as they went in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.matching import rule_form
from plugin.matching.engine.errors import RulesInvalid
from plugin.matching.engine.presets import PRESETS
from plugin.matching.engine.reading import rules_from_json
from plugin.matching.engine.rules import Forbid, Require, Rule, RuleSet
from plugin.matching.rule_form import EXTRAS, Places, Row, RulesForm
from tests.plugin.matching.engine.strategies import rule_sets

FIELDS = {"mentee": "skill", "mentor": "skill"}


def posted(form: RulesForm) -> dict[str, str]:
    """Return what a browser sends of a form."""
    sent = {name: getattr(form, name) for name in EXTRAS}
    if form.reciprocal:
        sent["reciprocal"] = "yes"
    for number, row in enumerate(form.rows):
        for part in ("mentee", "how", "mentor", "by", "much", "number"):
            sent[f"rule-{number}-{part}"] = getattr(row, part)
        if row.strict:
            sent[f"rule-{number}-strict"] = "on"
    return sent


def bare(rule: Rule) -> Rule:
    """Return a rule without a weight where it plays no part."""
    if isinstance(rule, Require | Forbid):
        return replace(rule, what=replace(rule.what, weight=0))
    return rule


@given(rule_sets)
def test_rules_come_out_of_the_form_as_they_went_in(rules: RuleSet) -> None:
    form = rule_form.read(posted(rule_form.written(rules)))
    expected = replace(rules, rules=tuple(bare(rule) for rule in rules.rules))
    assert rules_from_json(form.as_json()) == expected


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_come_out_of_the_form_as_they_went_in(preset: str) -> None:
    rules = PRESETS[preset]
    assert rules_from_json(rule_form.written(rules).as_json()) == rules


@given(
    st.dictionaries(
        st.one_of(
            st.text(),
            st.builds(
                "rule-{}-{}".format,
                st.integers(0, 99999),
                st.sampled_from(["mentee", "how", "mentor", "by", "much", "number", "strict"]),
            ),
            st.sampled_from(EXTRAS),
        ),
        st.one_of(st.text(), st.sampled_from(["must", "share", "skill", "number", "9" * 5000])),
    )
)
def test_whatever_is_sent_is_rules_or_refused_with_a_place_in_the_form(
    sent: dict[str, str],
) -> None:
    form = rule_form.read(sent)
    try:
        rules_from_json(form.as_json())
    except RulesInvalid as error:
        places = Places(form)
        for problem in error.problems:
            place = places.input_of(problem.where)
            known = {"rules", *EXTRAS} | {
                f"rule-{number}-{part}"
                for number in range(len(form.rows))
                for part in ("mentee", "how", "mentor", "by", "much", "number")
            }
            assert place in known, (problem.where, place)


def test_an_empty_row_is_no_rule_and_rows_are_taken_away_by_number() -> None:
    form = RulesForm(rows=(Row(**FIELDS, how="same", much="low"),)).with_another()
    assert len(form.rows) == 2
    assert len(rules_from_json(form.as_json()).rules) == 1
    assert form.without(0).rows == (Row(),)
    assert form.without(7) == form


def test_gaps_in_the_numbers_of_rows_close_and_their_order_stays() -> None:
    form = rule_form.read(
        {"rule-12-mentee": "late", "rule-3-mentee": "early", "rule-3-how": "same"}
    )
    assert [row.mentee for row in form.rows] == ["early", "late"]


def test_one_answer_named_is_compared_with_the_same() -> None:
    form = RulesForm(rows=(Row(mentee="site", how="same", much="high"),))
    assert form.as_json()["rules"] == [
        {"kind": "same", "mentee": "site", "mentor": "site", "weight": 45}
    ]


@pytest.mark.parametrize(
    ("row", "place"),
    [
        (Row(**FIELDS, how="same", much="number", number="many"), "rule-1-number"),
        (Row(**FIELDS, how="same", much=""), "rule-1-much"),
        (Row(**FIELDS, how="", much="low"), "rule-1-how"),
        (Row(**FIELDS, how="each", by="0", much="low"), "rule-1-by"),
        (Row(**FIELDS, how="higher", by="a lot", much="low"), "rule-1-by"),
        (Row(how="wished-by-mentee", much="must"), "rule-1-how"),
        (Row(mentee="", mentor="", how="same", much="low"), "rule-1-mentee"),
    ],
)
def test_what_is_wrong_points_to_its_input(row: Row, place: str) -> None:
    form = RulesForm(rows=(Row(), row))  # the empty one is no rule, and counts all the same
    with pytest.raises(RulesInvalid) as refused:
        rules_from_json(form.as_json())
    places = Places(form)
    assert place in [places.input_of(problem.where) for problem in refused.value.problems]


@pytest.mark.parametrize("name", EXTRAS)
def test_what_is_wrong_with_the_extras_points_to_their_input(name: str) -> None:
    form = replace(RulesForm(), **{name: "-3"})
    with pytest.raises(RulesInvalid) as refused:
        rules_from_json(form.as_json())
    assert [Places(form).input_of(each.where) for each in refused.value.problems] == [name]
