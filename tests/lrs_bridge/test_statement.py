"""When two statements are the same."""

import copy
import json
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs_bridge.statement import equivalent, in_utc, parsed_timestamp
from lrs_bridge.testing import a_statement, an_agent, assert_equivalent
from lrs_bridge.validation.rules import timestamp
from lrs_bridge.version import Version

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


def test_1_0_is_1_0_0():
    assert_equivalent({**FULL, "version": "1.0"}, {**FULL, "version": "1.0.0"})


@pytest.mark.parametrize(
    ("one", "other", "same_in_2_0"),
    [
        ("P1DT12H36M0.1237S", "P1DT12H36M0.12S", True),
        ("P1DT12H36M0.129S", "P1DT12H36M0.13S", False),
        ("PT1.000S", "PT1S", True),
        ("PT1,5S", "PT1.50S", True),
        ("PT1.5S", "PT1.51S", False),
        ("PT0.5H", "PT0.501H", False),
        ("PT60S", "PT1M", False),
    ],
)
def test_durations_count_to_hundredths_in_2_0_and_letter_by_letter_in_1_0(one, other, same_in_2_0):
    first, second = changed("result", "duration", to=one), changed("result", "duration", to=other)
    assert equivalent(first, second, Version.V2_0) is same_in_2_0
    assert not equivalent(first, second, Version.V1_0)


def context_agent(agent, **more):
    return {"objectType": "contextAgent", "agent": agent, **more}


def test_context_agents_and_groups_are_compared_as_actors():
    def with_group(*members):
        team = {"objectType": "contextGroup", "group": {"objectType": "Group", "member": members}}
        return {**FULL, "context": {"contextGroups": [team]}}

    assert equivalent(with_group(ADA, BEN), with_group(BEN, ADA), Version.V2_0)
    assert not equivalent(with_group(ADA, BEN), with_group(ADA), Version.V2_0)
    as_player = {**FULL, "context": {"contextAgents": [context_agent(ADA)]}}
    as_coach = context_agent(ADA, relevantTypes=["https://t.example/coach"])
    assert not equivalent(
        as_player, {**FULL, "context": {"contextAgents": [as_coach]}}, Version.V2_0
    )


# Times


@pytest.mark.parametrize(
    ("sent", "returned"),
    [
        ("2026-11-22T10:00:00Z", "2026-11-22T10:00:00Z"),
        ("2026-11-22T10:00:00.1200Z", "2026-11-22T10:00:00.1200Z"),
        ("2023-05-04T12:00:00-05:00", "2023-05-04T17:00:00Z"),
        ("2026-11-22T00:30:00.123456789+05:30", "2026-11-21T19:00:00.123456789Z"),
        ("2024-02-29T23:59:59,5-05", "2024-03-01T04:59:59.5Z"),
        ("2026-11-22T10:00+0100", "2026-11-22T09:00:00Z"),
        ("2026-11-22 10:00:00z", "2026-11-22T10:00:00Z"),
        ("2026-11-22T10:00:00", "2026-11-22T10:00:00"),
        ("2026-11-22T10:00", "2026-11-22T10:00"),
    ],
)
def test_a_time_is_returned_in_utc_with_the_digits_that_it_came_with(sent, returned):
    assert in_utc(sent) == returned


@given(
    st.datetimes(datetime.fromisoformat("0002-01-03"), datetime.fromisoformat("9998-12-29")),
    st.sampled_from(["Z", "+00:00", "-11:59", "+14:00", "+0530", "-03"]),
    st.sampled_from(["seconds", "milliseconds", "microseconds"]),
)
def test_the_moment_stays_the_same_in_utc(at, offset, digits):
    sent = at.isoformat(timespec=digits) + offset
    timestamp(in_utc(sent))
    assert in_utc(sent).endswith("Z")
    assert parsed_timestamp(in_utc(sent)) == parsed_timestamp(sent)


# Actors


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
