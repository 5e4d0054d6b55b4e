"""The OpenAPI document: true of every route, method, parameter and scope."""

from __future__ import annotations

import re

import pytest
from jsonschema_rs import Draft202012Validator

from lrs_bridge.lrs.access.credentials import Scope
from lrs_bridge.lrs.http.openapi import document
from lrs_bridge.lrs.http.operations import OPERATIONS
from lrs_bridge.lrs.http.schemas import SCHEMAS
from lrs_bridge.testing import a_statement, an_agent

NAMED = [pytest.param(one, id=f"{one.method} {one.path}") for one in OPERATIONS]
NOT_DESCRIBED = {"/xapi/oauth/token", "/xapi/<path:rest>"}  # OAuth's own, and everything else
GIVEN = {
    "statementId": "0a6f7c1e-55a3-4d1c-9a53-7c2f0f000001",
    "activityId": "https://a.example",
    "agent": an_agent(),
    "stateId": "place",
    "profileId": "place",
}


def asked(lrs, one, **query):
    """Do an operation with what it needs, and more."""
    needed = {name: GIVEN[name] for name in one.required}
    options = {"json": a_statement()} if one.content else {}
    return lrs.ask(one.method, f"/xapi{one.path}", query={**needed, **query}, **options)


def test_anyone_may_read_it(lrs):
    answer = lrs.client.get("/xapi/openapi.json")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert answer.json == document("/xapi")
    assert answer.json["servers"] == [{"url": "/xapi"}]
    assert lrs.client.get("/xapi/openapi.json?a=b").status_code == 400


def test_every_reference_leads_somewhere():
    named = set(re.findall(r"'#/components/schemas/(\w+)'", str(document(""))))
    assert named <= SCHEMAS.keys()


def test_every_schema_is_one():
    for name, schema in SCHEMAS.items():
        Draft202012Validator({**schema, "components": {"schemas": SCHEMAS}}), name


def test_every_route_is_described_with_its_methods(lrs):
    rules = [rule.rule for rule in lrs.client.application.url_map.iter_rules()]
    routes = {rule for rule in rules if rule.startswith("/xapi")} - NOT_DESCRIBED
    described = {}
    for one in OPERATIONS:
        described.setdefault(f"/xapi{one.path}", set()).add(one.method)
    assert described.keys() == routes
    for path, methods in described.items():
        allowed = lrs.client.options(path).headers["Allow"].split(", ")
        assert methods == set(allowed) - {"HEAD", "OPTIONS"}


@pytest.mark.parametrize("one", NAMED)
def test_every_parameter_is_described_and_no_other(lrs, one):
    known = {"cursor"} if "cursor" in one.parameters else set()
    for id in (None, *(name for name in one.parameters if name in ("stateId", "profileId"))):
        answer = asked(lrs, one, unknown="x", **({id: "place"} if id else {}))
        assert answer.status_code == 400
        (error,) = answer.json["errors"]
        assert error["parameter"] == "unknown"
        known |= set(error["detail"].partition("it has ")[2].split(", ")) - {"none", ""}
    assert set(one.parameters) == known


@pytest.mark.parametrize("one", NAMED)
def test_every_parameter_that_is_required_is_missed(lrs, one):
    assert asked(lrs, one).status_code in (200, 204, 404, 400 if one.method == "PUT" else 200)
    for name in one.required:
        answer = asked(lrs, one, **{name: None})
        assert (answer.status_code, answer.json["errors"][0]["parameter"]) == (400, name)


@pytest.mark.parametrize("scope", list(Scope))
@pytest.mark.parametrize("one", NAMED)
def test_every_scope_that_lets_in_is_described(open_lrs, one, scope):
    refused = asked(open_lrs(scope.value), one).status_code == 403
    assert refused == (one.scopes is not None and scope not in one.scopes)


@pytest.mark.parametrize("one", NAMED)
def test_who_needs_no_credential_is_described(lrs, one):
    answer = lrs.client.open(f"/xapi{one.path}", method=one.method, headers=lrs.headers)
    assert (answer.status_code == 401) == (one.scopes is not None)
