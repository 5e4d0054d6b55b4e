"""Query parameters."""

import json

import pytest

from lrs_bridge.errors import ParameterInvalid
from lrs_bridge.lrs import parameters
from lrs_bridge.testing import an_agent

READERS = {"activityId": parameters.iri, "since": parameters.time}


def refusal(*given, required=()):
    with pytest.raises(ParameterInvalid) as caught:
        parameters.read(given, READERS, *required)
    return caught.value.parameter, caught.value.requirement


def test_parameters_are_read_into_what_they_mean():
    found = parameters.read([("activityId", "https://a.example")], READERS, "activityId")
    assert found == {"activityId": "https://a.example"}


@pytest.mark.parametrize("name", ["activityid", "ActivityId", "x", ""])
def test_an_unknown_one_or_a_known_one_in_another_case_is_refused(name):
    known = "is not a parameter of this request; it has activityId, since"
    assert refusal((name, "x")) == (name, known)


def test_each_is_given_once():
    twice = ("activityId", "https://a.example")
    assert refusal(twice, twice) == ("activityId", "must not be given twice")


def test_one_that_is_needed_is_missed():
    assert refusal(required=["activityId"]) == ("activityId", "is required")


def test_what_no_database_can_hold_is_refused():
    given = ("activityId", "https://a.example/\x00")
    assert refusal(given) == ("activityId", "must not hold NUL characters")


@pytest.mark.parametrize("text", ["{", "true", "[]", json.dumps({"objectType": "Group"})])
def test_an_agent_is_json_and_identified(text):
    """XAPI-00249."""
    with pytest.raises(ParameterInvalid):
        parameters.value("agent", text, parameters.agent)


def test_a_group_is_no_agent_but_is_identified():
    group = json.dumps({**an_agent(), "objectType": "Group"})
    assert parameters.value("agent", group, parameters.identified)["objectType"] == "Group"
    with pytest.raises(ParameterInvalid):
        parameters.value("agent", group, parameters.agent)
