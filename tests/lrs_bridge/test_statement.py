"""When two statements are the same."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs_bridge.statement import equivalent
from lrs_bridge.testing import a_statement, an_agent, assert_equivalent

ADA, BEN = an_agent("ada"), an_agent("ben")
COURSE = {"id": "https://lms.example/course"}
FULL = a_statement(
    actor={"objectType": "Group", "member": [ADA, BEN]},
    object={"objectType": "Activity", **COURSE, "definition": {"name": {"en": "Course"}}},
    result={
        "score": {"raw": 1},
        "duration": "PT60S",
        "extensions": {"https://x.example": [1, True]},
    },
    context={
        "registration": "0a6f7c1e-55a3-4d1c-9a53-7c2f0f000001",
        "language": "en-GB",
        "contextActivities": {"parent": [COURSE]},
        "statement": {"objectType": "StatementRef", "id": "0a6f7c1e-55a3-4d1c-9a53-7c2f0f000002"},
    },
)


def changed(*path, to):
    statement = copy.deepcopy(FULL)
    place = statement
    for name in path[:-1]:
        place = place[name]
    if to is None:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return statement


@pytest.mark.parametrize(
    "other",
    [
        FULL,
        changed("id", to="0a6f7c1e-55a3-4d1c-9a53-7c2f0f000009"),
        changed("stored", to="2026-11-22T10:00:01Z"),
        changed("authority", to=ADA),
        changed("version", to="1.0.0"),
        changed("timestamp", to="2026-11-22T11:00:00+01:00"),
        changed("timestamp", to=None),
        changed("attachments", to=[]),
        changed("verb", "display", to={"de": "abgeschlossen"}),
        changed("verb", "display", to=None),
        changed("object", "definition", to=None),
        changed("object", "objectType", to=None),
        changed("actor", "member", to=[BEN, ADA]),
        changed("context", "registration", to="0A6F7C1E-55A3-4D1C-9A53-7C2F0F000001"),
        changed("context", "language", to="en-gb"),
        changed("context", "contextActivities", "parent", to=COURSE),
        changed(
            "context",
            "contextActivities",
            "parent",
            0,
            "definition",
            to={"type": "https://t.example"},
        ),
        changed("result", "score", "raw", to=1.0),
    ],
)
def test_the_same_in_other_words(other):
    assert_equivalent(FULL, other)
    assert_equivalent(other, FULL)


@pytest.mark.parametrize(
    "other",
    [
        changed("timestamp", to="2026-11-22T10:00:01Z"),
        changed("actor", "member", to=[ADA]),
        changed("verb", "id", to="https://v.example/other"),
        changed("object", "id", to="https://lms.example/Course"),
        changed("result", to=None),
        changed("result", "score", "raw", to=1.1),
        changed("result", "duration", to="PT1M"),
        changed("result", "extensions", to={"https://x.example": [1, 1]}),
        changed("result", "extensions", to={"https://x.example": [True, 1]}),
        changed("context", "registration", to="0a6f7c1e-55a3-4d1c-9a53-7c2f0f000003"),
        changed("context", "contextActivities", "parent", to=[]),
        changed("context", "statement", "id", to="0a6f7c1e-55a3-4d1c-9a53-7c2f0f000003"),
    ],
)
def test_not_the_same(other):
    assert not equivalent(FULL, other)
    assert not equivalent(other, FULL)


def test_versions_differ_only_if_both_are_given():
    assert not equivalent({**FULL, "version": "1.0.0"}, {**FULL, "version": "1.0.3"})


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"mbox": "mailto:ada@LMS.example"}, {"mbox": "mailto:ada@lms.example"}, True),
        ({"mbox": "mailto:Ada@lms.example"}, {"mbox": "mailto:ada@lms.example"}, False),
        ({"mbox_sha1sum": "AB" * 20}, {"mbox_sha1sum": "ab" * 20}, True),
        (ADA, {k: v for k, v in ADA.items() if k != "objectType"}, True),
        (ADA, {**ADA, "name": "Ada"}, False),
        (ADA, BEN, False),
    ],
)
def test_actors_are_the_same_by_identifier_and_name(one, other, same):
    assert equivalent({**FULL, "actor": one}, {**FULL, "actor": other}) is same


def test_substatements_are_compared_as_statements():
    inner = {"objectType": "SubStatement", **FULL}
    other = {**inner, "verb": {"id": FULL["verb"]["id"]}, "timestamp": "2026-11-22T10:00:00Z"}
    assert_equivalent({**FULL, "object": inner}, {**FULL, "object": other})
    another = {**inner, "timestamp": "2026-11-22T10:00:01Z"}
    assert not equivalent({**FULL, "object": inner}, {**FULL, "object": another})


@given(
    st.dictionaries(
        st.just("https://x.example"),
        st.lists(st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()),
    )
)
def test_a_round_trip_through_json_changes_nothing(extensions):
    statement = {**FULL, "result": {"extensions": extensions}}
    assert_equivalent(statement, json.loads(json.dumps(statement)))


def test_the_assertion_shows_both():
    with pytest.raises(AssertionError, match="Not equivalent"):
        assert_equivalent(FULL, a_statement())
