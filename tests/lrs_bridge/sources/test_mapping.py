"""Paths and mappings: what can be pointed at, and what is said of one that cannot be used."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs_bridge.sources import mapping, paths, webhooks
from lrs_bridge.sources.errors import MappingInvalid
from tests.lrs_bridge.sources.anything import json_values, places, replaced

EVENT = {
    "user_id": 7,
    "empty": "",
    "learner": {"email": "ada@example.com"},
    "courses": [{"code": "A"}, {"code": "B"}],
    "data": {"course-name": {"title": "T"}, "with space": 1, "plain-word": 2},
}
MESSAGE = {"message_id": "m-1", "items": [EVENT]}
GOOD = webhooks.docebo("https://acme.docebosaas.com")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("user_id", 7),
        ("learner.email", "ada@example.com"),
        ("courses[1].code", "B"),
        ('data["course-name"].title', "T"),
        ('data["with space"]', 1),
        ("data.plain-word", 2),
        ("$.message_id", "m-1"),
        ("$.items[0].user_id", 7),
        ("nothing | empty | user_id", 7),
        ("courses[9].code", None),
        ("user_id.email", None),
        ("learner[0]", None),
        ("courses.code", None),
        ("$", MESSAGE),
    ],
)
def test_a_path_leads_to_what_it_points_at(path, value):
    assert paths.parsed(path, "x").leads_to(EVENT, MESSAGE) == value


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("", "must be a path"),
        ("a | ", "must be a path"),
        ("a..b", "cannot be followed from “..b”"),
        (".a", "cannot be followed from “.a”"),
        ("$a", "cannot be followed from “a”"),
        ("a[*]", "cannot be followed from “[*]”"),
        ("a[-1]", "cannot be followed from “[-1]”"),
        ("a[?(@.b)]", "cannot be followed from"),
        ("$..a", "cannot be followed from"),
        ("a b", "cannot be followed from “ b”"),
        ("a()", "cannot be followed from “()”"),
        (".".join("a" * 11), "at most 10 steps"),
        ("|".join("a" * 6), "at most 5 places"),
        ("a" * 301, "at most 300 characters"),
    ],
)
def test_a_path_that_does_more_than_point_is_refused(path, said):
    with pytest.raises(MappingInvalid) as refused:
        paths.parsed(path, "course")
    assert said in str(refused.value)
    assert str(refused.value).startswith("course ")


@given(st.text(), json_values)
def test_any_text_is_a_path_or_refused(written, value):
    try:
        path = paths.parsed(written, "x")
    except MappingInvalid:
        return
    path.leads_to(value, value)


@pytest.mark.parametrize("name", webhooks.PRESETS)
def test_the_worked_examples_are_valid(name):
    assert mapping.parsed(webhooks.PRESETS[name]("https://x.example")).source == name


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"source": "Docebo!"}, "source"),
        ({"home": "acme"}, "home"),
        ({"home": "http://["}, "home"),
        ({"home": None}, "home"),
        ({"zone": "Middle/Earth"}, "zone"),
        ({"zone": "../../etc/passwd"}, "zone"),
        ({"states": {}}, "states"),
        ({"states": {"x": "finished"}}, "states"),
        ({"event": None}, "event"),
        ({"course": "a..b"}, "course"),
        ({"course": 7}, "course"),
        ({"course": None}, "course"),
        ({"account": None, "username": None, "email": ""}, "account"),
        ({"script": "import os"}, "script"),
    ],
)
def test_a_fault_is_said_of_the_part_that_has_it(changes, name):
    document = {**GOOD, **changes}
    assert name in [fault.name for fault in mapping.faults(document)]
    with pytest.raises(MappingInvalid):
        mapping.parsed(document)


def test_all_faults_are_said_at_once():
    document = {**GOOD, "source": "", "zone": "x", "at": "a..b"}
    assert [it.name for it in mapping.faults(document)] == ["source", "zone", "at"]


@given(data=st.data(), by=json_values)
def test_any_document_is_a_mapping_or_refused(data, by):
    document = replaced(GOOD, data.draw(st.sampled_from(places(GOOD))), by)
    for one in (document, by):
        if not mapping.faults(one):
            mapping.parsed(one)
