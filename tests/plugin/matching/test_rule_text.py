"""The rules as text: each fault is found by the line on which it stands."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.foundation.i18n import Words
from plugin.matching import rule_text
from plugin.matching.engine.errors import RulesInvalid
from plugin.matching.engine.presets import PRESETS
from plugin.matching.engine.reading import rules_from_json, rules_to_json

WORDS = Words("en")
DOCUMENT = rules_to_json(PRESETS["balanced"])

documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(documents)
def test_every_place_is_on_the_line_that_it_is_laid_out_on(document: object) -> None:
    lines = rule_text.laid_out(document).split("\n")
    for pointer, value in places(document, ""):
        line = lines[rule_text.line_of(document, pointer) - 1]
        beginning = rule_text.laid_out(value).split("\n")[0].removesuffix(",")
        assert beginning in line, (pointer, line)


def places(value: object, pointer: str) -> list[tuple[str, object]]:
    found = [(pointer, value)]
    items = value.items() if isinstance(value, dict) else []
    if isinstance(value, list):
        items = ((str(index), each) for index, each in enumerate(value))
    for key, each in items:
        found += places(each, f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}")
    return found


def faults(text: str) -> list[rule_text.Fault]:
    with pytest.raises(RulesInvalid) as refused:
        rules_from_json(rule_text.parsed(text))
    return rule_text.faults(text, refused.value.problems, WORDS)[1]


def test_a_wrong_weight_is_told_with_its_line_and_what_stands_there() -> None:
    document = json.loads(json.dumps(DOCUMENT))
    document["rules"][1]["weight"] = "heavy"
    text = rule_text.laid_out(document)
    (fault,) = faults(text)
    assert text.splitlines()[fault.line - 1].strip() == fault.excerpt == '"weight": "heavy",'
    assert fault.where == "/rules/1/weight"


def test_every_fault_is_told_at_once_from_the_top_down() -> None:
    text = '{"version": 1, "rules": [{"kind": "same"}, {"kind": "nothing"}], "waiting": -1}'
    lines = [fault.line for fault in faults(text)]
    assert len(lines) == 5
    assert lines == sorted(lines)


@pytest.mark.parametrize(
    "text",
    ["", "{", '{"version": 1,}', "[" * 100_000, "9" * 5000, '{"version": 1}{', "\ud800", "null x"],
)
def test_what_is_no_json_is_told_as_such(text: str) -> None:
    (fault,) = faults(text)
    assert fault.line == 1
    assert fault.where == ""
    assert fault.text


@pytest.mark.parametrize("text", ["null", "[]", "3", '"rules"', "NaN", '{"version": 1e999}'])
def test_json_that_is_no_rules_is_told_as_such(text: str) -> None:
    assert faults(text)


def test_the_line_of_broken_json_is_the_line_that_was_typed() -> None:
    assert faults('{\n  "version": 1\n  "rules": []\n}')[0].line == 3
