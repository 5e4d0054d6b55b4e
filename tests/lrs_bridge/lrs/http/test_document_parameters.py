"""Parameters of state and profiles, over HTTP: the numbered requirements, and the rest."""

import json
from uuid import uuid4

import pytest

from lrs_bridge.testing import an_agent
from tests.lrs_bridge.lrs.http.test_documents import ACTIVITY, AGENT, STATE, query

NO_JSON, NOBODY, NO_UUID, NO_TIME = "{", {"name": "Ada"}, "true", "yesterday"

REFUSED = {
    "XAPI-00196": ("DELETE", STATE, {"agent": NO_JSON}),
    "XAPI-00197": ("GET", STATE, {"agent": NO_JSON}),
    "XAPI-00198": ("POST", STATE, {"agent": NO_JSON}),
    "XAPI-00199": ("PUT", STATE, {"agent": NO_JSON}),
    "XAPI-00200": ("DELETE", STATE, {"registration": NO_UUID}),
    "XAPI-00201": ("GET", STATE, {"registration": NO_UUID}),
    "XAPI-00202": ("POST", STATE, {"registration": NO_UUID}),
    "XAPI-00203": ("PUT", STATE, {"registration": NO_UUID}),
    "XAPI-00204": ("GET", STATE, {"since": NO_TIME, "stateId": None}),
    "XAPI-00206": ("PUT", STATE, {"stateId": None}),
    "XAPI-00207": ("DELETE", STATE, {"activityId": None}),
    "XAPI-00208": ("GET", STATE, {"activityId": None}),
    "XAPI-00209": ("POST", STATE, {"activityId": None}),
    "XAPI-00210": ("PUT", STATE, {"activityId": None}),
    "XAPI-00211": ("POST", STATE, {"stateId": None}),
    "XAPI-00212": ("DELETE", STATE, {"agent": None}),
    "XAPI-00213": ("GET", STATE, {"agent": None}),
    "XAPI-00214": ("POST", STATE, {"agent": None}),
    "XAPI-00215": ("PUT", STATE, {"agent": None}),
    "XAPI-00255": ("DELETE", AGENT, {"agent": NOBODY}),
    "XAPI-00256": ("POST", AGENT, {"agent": NOBODY}),
    "XAPI-00257": ("PUT", AGENT, {"agent": NOBODY}),
    "XAPI-00258": ("GET", AGENT, {"agent": NOBODY}),
    "XAPI-00260": ("GET", AGENT, {"since": NO_TIME, "profileId": None}),
    "XAPI-00261": ("GET", AGENT, {"agent": None}),
    "XAPI-00262": ("DELETE", AGENT, {"agent": None}),
    "XAPI-00263": ("POST", AGENT, {"agent": None}),
    "XAPI-00264": ("PUT", AGENT, {"agent": None}),
    "XAPI-00265": ("DELETE", AGENT, {"profileId": None}),
    "XAPI-00266": ("POST", AGENT, {"profileId": None}),
    "XAPI-00267": ("PUT", AGENT, {"profileId": None}),
    "XAPI-00295": ("GET", ACTIVITY, {"since": NO_TIME, "profileId": None}),
    "XAPI-00296": ("GET", ACTIVITY, {"activityId": None}),
    "XAPI-00297": ("DELETE", ACTIVITY, {"activityId": None}),
    "XAPI-00298": ("POST", ACTIVITY, {"activityId": None}),
    "XAPI-00299": ("PUT", ACTIVITY, {"activityId": None}),
    "XAPI-00300": ("DELETE", ACTIVITY, {"profileId": None}),
    "XAPI-00301": ("POST", ACTIVITY, {"profileId": None}),
    "XAPI-00302": ("PUT", ACTIVITY, {"profileId": None}),
}
"""Method, resource, and what is wrong with an otherwise good query; None leaves it out."""


def refused(lrs, method, path, wrong):
    """Ask for it, and see that what is wrong is named."""
    good = query(path)
    headers = {"If-None-Match": "*"} if method == "PUT" else None
    answer = lrs.ask(method, path, headers, query={**good, **wrong}, data="{}")
    assert (answer.status_code, answer.json["slug"]) == (400, "parameter-invalid")
    (error,) = answer.json["errors"]
    assert error["parameter"] in wrong


@pytest.mark.parametrize("number", REFUSED)
def test_a_parameter_that_is_missing_or_wrong_is_named(lrs, number):
    refused(lrs, *REFUSED[number])


EVERY = ("GET", "PUT", "POST", "DELETE")


def test_parameters_of_state_are_there_known_and_right(lrs):
    for methods, wrong in (
        (EVERY, {"activityId": "no IRI"}),
        (EVERY, {"agent": "{"}),
        (EVERY, {"agent": {"name": "Ada"}}),
        (EVERY, {"registration": "true"}),
        (EVERY, {"activityId": None}),
        (EVERY, {"agent": None}),
        (("PUT", "POST"), {"stateId": None}),
        (EVERY, {"stateId": ""}),
        (("GET",), {"stateId": None, "since": "yesterday"}),
        (("GET", "PUT", "DELETE"), {"since": "2026-11-22T10:00:00Z"}),
        (EVERY, {"stateid": "1"}),
        (EVERY, {"profileId": "1"}),
    ):
        for method in methods:
            refused(lrs, method, STATE, wrong)


@pytest.mark.parametrize(
    ("path", "holder", "bad"),
    [(ACTIVITY, "activityId", ["true", ""]), (AGENT, "agent", ["true", "{", '{"name":"Ada"}'])],
)
def test_parameters_of_profiles_are_there_known_and_right(lrs, path, holder, bad):
    for methods, wrong in (
        (EVERY, {holder: None}),
        *((EVERY, {holder: value}) for value in bad),
        (("PUT", "POST", "DELETE"), {"profileId": None}),
        (EVERY, {"profileId": ""}),
        (("GET",), {"profileId": None, "since": "true"}),
        (EVERY, {"registration": str(uuid4())}),
        (EVERY, {"stateId": "1"}),
    ):
        for method in methods:
            refused(lrs, method, path, wrong)


@pytest.mark.parametrize("path", [STATE, AGENT])
def test_what_is_wrongly_encoded_is_refused(lrs, path):
    """XAPI-00235, XAPI-00284."""
    agent = json.dumps(an_agent()).replace(":", '"', 1)
    answer = lrs.ask("POST", path, query={**query(path), "agent": agent}, json={})
    assert answer.json["errors"] == [{"parameter": "agent", "detail": "must be JSON"}]
