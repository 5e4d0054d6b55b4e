"""Rules from JSON and back: nothing is lost, everything wrong is said, nothing crashes."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.matching.engine.errors import RulesInvalid
from plugin.matching.engine.reading import (
    KINDS,
    LONGEST_FIELD,
    checked,
    rules_from_json,
    rules_to_json,
)
from plugin.matching.engine.rules import (
    HEAVIEST,
    MOST_RULES,
    AtLeast,
    Overlap,
    Require,
    RuleSet,
    Same,
    Wish,
)
from tests.plugin.matching.engine.strategies import rule_sets, unhurried

DOCUMENT: dict[str, Any] = {
    "version": 1,
    "rules": [
        {"kind": "overlap", "mentee": "skill", "mentor": "offer", "weight": 45, "share": True},
        {"kind": "at-least", "mentee": "level", "mentor": "level", "by": 1, "weight": 3},
        {"kind": "wish", "weight": 10, "by": "mentee"},
        {
            "kind": "require",
            "what": {"kind": "same", "mentee": "language", "mentor": "language"},
            "strict": False,
        },
    ],
    "never_matched": 10,
    "waiting": 5,
    "waiting_after": 21,
    "reciprocal": False,
}


def problems(value: object) -> list[tuple[str, str]]:
    with pytest.raises(RulesInvalid) as refused:
        rules_from_json(value)
    assert all(each.text.endswith(".") for each in refused.value.problems)
    return [(each.slug, each.where) for each in refused.value.problems]


def of_one_rule(**said: object) -> list[tuple[str, str]]:
    rule = {"kind": "overlap", "mentee": "skill", "mentor": "skill", "weight": 1, **said}
    return problems({"version": 1, "rules": [rule]})


def test_a_document_is_read() -> None:
    assert rules_from_json(DOCUMENT) == RuleSet(
        rules=(
            Overlap(mentee="skill", mentor="offer", weight=45),
            AtLeast(mentee="level", mentor="level", by=1, weight=3),
            Wish(weight=10),
            Require(what=Same(mentee="language", mentor="language", weight=0)),
        ),
        never_matched=10,
        waiting=5,
        waiting_after=21,
        reciprocal=False,
    )


def test_what_is_not_said_has_the_defaults_of_the_rules() -> None:
    assert rules_from_json({"version": 1}) == RuleSet()
    assert rules_from_json({"version": 1, "rules": []}) == RuleSet()


@unhurried
@given(rule_sets)
def test_what_is_written_is_read_back_the_same(rules: RuleSet) -> None:
    document = json.loads(json.dumps(rules_to_json(rules), allow_nan=False))
    assert rules_from_json(document) == rules
    assert checked(rules) == rules


def test_every_problem_is_found_at_once() -> None:
    document = {
        "version": 1,
        "rules": [
            {"kind": "overlap", "mentee": "", "mentor": 7, "weight": -1, "share": "yes"},
            {"kind": "telepathy"},
            {"kind": "require", "what": {"kind": "wish", "weight": 1}, "strikt": True},
            "overlap",
            {"kind": "at-least", "mentee": "level", "mentor": "level", "weight": 1},
        ],
        "never_matched": "ten",
        "waiting_after": -1,
        "reciprocal": 1,
        "a/b~c": None,
    }
    assert set(problems(document)) == {
        ("field-unreadable", "/rules/0/mentee"),
        ("wrong-type", "/rules/0/mentor"),
        ("weight-out-of-range", "/rules/0/weight"),
        ("wrong-type", "/rules/0/share"),
        ("unknown-kind", "/rules/1/kind"),
        ("unknown-kind", "/rules/2/what/kind"),
        ("unknown-key", "/rules/2/strikt"),
        ("wrong-type", "/rules/3"),
        ("missing", "/rules/4/by"),
        ("wrong-type", "/never_matched"),
        ("days-out-of-range", "/waiting_after"),
        ("wrong-type", "/reciprocal"),
        ("unknown-key", "/a~1b~0c"),
    }


@pytest.mark.parametrize(
    ("weight", "slug"),
    [
        (-1, "weight-out-of-range"),
        (HEAVIEST + 1, "weight-out-of-range"),
        (10**9, "weight-out-of-range"),
        (10**400, "weight-out-of-range"),
        (1.0, "wrong-type"),
        (float("nan"), "wrong-type"),
        (float("inf"), "wrong-type"),
        ("45", "wrong-type"),
        (True, "wrong-type"),
        (None, "wrong-type"),
        ([45], "wrong-type"),
    ],
)
def test_a_weight_is_a_whole_number_that_can_be_counted(weight: object, slug: str) -> None:
    assert of_one_rule(weight=weight) == [(slug, "/rules/0/weight")]


def test_weights_of_nothing_and_the_heaviest_are_read() -> None:
    for weight in (0, HEAVIEST):
        rules = RuleSet(rules=(Wish(weight=weight),))
        assert rules_from_json(rules_to_json(rules)) == rules


@pytest.mark.parametrize("version", [None, 0, 2, 1.0, "1", True, [1]])
def test_another_version_is_refused_before_anything_is_read(version: object) -> None:
    assert problems({**DOCUMENT, "version": version, "rules": 5}) == [
        ("unknown-version", "/version")
    ]


@pytest.mark.parametrize("value", [None, [], "rules", 1, [DOCUMENT], RuleSet()])
def test_what_is_no_object_is_refused(value: object) -> None:
    assert problems(value) == [("wrong-type", "")]


def test_too_many_rules_are_refused_without_reading_them() -> None:
    rule = {"kind": "wish", "weight": 1}
    assert len(rules_from_json({"version": 1, "rules": [rule] * MOST_RULES}).rules) == MOST_RULES
    refused = problems({"version": 1, "rules": [{"kind": "?"}] * 1_000_000})
    assert refused == [("too-many-rules", "/rules")]


def test_most_goes_only_without_share() -> None:
    assert of_one_rule(share=True, most=3) == [("most-with-share", "/rules/0/most")]
    assert of_one_rule(share=False, most=0) == [("most-out-of-range", "/rules/0/most")]
    rule = {"kind": "overlap", "mentee": "h", "mentor": "h", "weight": 1, "share": False}
    for most in (None, 3):
        read = rules_from_json({"version": 1, "rules": [{**rule, "most": most}]}).rules[0]
        assert read == Overlap(mentee="h", mentor="h", weight=1, share=False, most=most)


def test_a_field_is_a_short_printable_name() -> None:
    for name in ("", "x" * (LONGEST_FIELD + 1), "line\nbreak", "\ud800", "x" * 1_000_000):
        assert of_one_rule(mentee=name) == [("field-unreadable", "/rules/0/mentee")]


def test_a_message_never_repeats_what_was_long() -> None:
    huge = "é" * 1_000_000
    document = {**DOCUMENT, huge: 1, "rules": [{"kind": huge}, {"kind": "wish", huge: huge}]}
    with pytest.raises(RulesInvalid) as refused:
        rules_from_json(document)
    assert len(str(refused.value)) < 2_000


def test_a_thousand_unknown_keys_are_a_few_problems() -> None:
    assert len(problems({"version": 1, **{f"key-{number}": 1 for number in range(1000)}})) == 10


def test_requirements_are_not_nested() -> None:
    condition: dict[str, Any] = {"kind": "same", "mentee": "a", "mentor": "a"}
    for _ in range(10_000):
        condition = {"kind": "require", "what": condition}
    assert problems({"version": 1, "rules": [condition]}) == [
        ("unknown-kind", "/rules/0/what/kind")
    ]


def test_what_contains_itself_is_refused() -> None:
    loop: dict[str, Any] = {"version": 1, "kind": "require"}
    loop["what"] = loop
    loop["rules"] = [loop]
    assert ("unknown-kind", "/rules/0/what/kind") in problems(loop)


def test_rules_built_in_python_are_checked_alike() -> None:
    loop = Require(what=Same(mentee="a", mentor="a", weight=0))
    built: list[tuple[Any, list[tuple[str, str]]]] = [
        ((Wish(weight=-1),), [("weight-out-of-range", "/rules/0/weight")]),
        ((Wish(weight=1.5),), [("wrong-type", "/rules/0/weight")]),  # type: ignore[arg-type]
        ((Require(what=Wish(weight=1)),), [("unknown-kind", "/rules/0/what/kind")]),  # type: ignore[arg-type]
        ((Require(what=loop),), [("unknown-kind", "/rules/0/what/kind")]),  # type: ignore[arg-type]
        ((Require(what=None),), [("wrong-type", "/rules/0/what")]),  # type: ignore[arg-type]
        (("same",), [("wrong-type", "/rules/0")]),
        (None, [("wrong-type", "/rules")]),
        (7, [("wrong-type", "/rules")]),
    ]
    for rules, found in built:
        with pytest.raises(RulesInvalid) as refused:
            checked(RuleSet(rules=rules))
        assert [(each.slug, each.where) for each in refused.value.problems] == found


def test_every_kind_of_rule_has_a_name() -> None:
    assert set(KINDS) == {"overlap", "same", "different", "at-least", "wish", "require", "forbid"}


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
words = st.sampled_from(
    ["version", "rules", "kind", "what", "weight", "mentee", "mentor", "by", "share", "most"]
)
anything = st.recursive(
    scalars | st.sampled_from([*KINDS, 1, "mentee"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(words | st.text() | st.integers(), inner, max_size=6)
    ),
    max_leaves=30,
)


@unhurried
@given(anything)
def test_anything_at_all_is_read_or_refused(value: object) -> None:
    with suppress(RulesInvalid):
        assert isinstance(rules_from_json(value), RuleSet)


@unhurried
@given(rule_sets, anything, st.randoms(use_true_random=False))
def test_a_document_with_one_thing_exchanged_is_read_or_refused(
    rules: RuleSet, other: object, random: Any
) -> None:
    document = rules_to_json(rules)
    exchange = random.choice(list(_places(document)))
    exchange(other)
    with suppress(RulesInvalid):
        read = rules_from_json(document)
        assert rules_from_json(rules_to_json(read)) == read


def _places(value: object) -> list[Callable[[object], None]]:
    """Everything in a document that can be exchanged, as what exchanges it."""
    entries: list[tuple[Any, Any, Any]] = []
    if isinstance(value, dict):
        entries = [(value, key, each) for key, each in value.items()]
    elif isinstance(value, list):
        entries = [(value, index, each) for index, each in enumerate(value)]
    return [
        *((lambda new, at=at, key=key: at.__setitem__(key, new)) for at, key, _ in entries),
        *(place for _, _, each in entries for place in _places(each)),
    ]
