"""All resources together."""

import pytest

RESOURCES = {
    "/xapi/about": "GET, HEAD, OPTIONS",
    "/xapi/activities": "GET, HEAD, OPTIONS",
    "/xapi/activities/profile": "GET, PUT, POST, DELETE, HEAD, OPTIONS",
    "/xapi/activities/state": "GET, PUT, POST, DELETE, HEAD, OPTIONS",
    "/xapi/agents": "GET, HEAD, OPTIONS",
    "/xapi/agents/profile": "GET, PUT, POST, DELETE, HEAD, OPTIONS",
    "/xapi/statements": "GET, POST, PUT, HEAD, OPTIONS",
}


def test_a_view_says_what_it_requires(lrs):
    views = lrs.client.application.view_functions
    required = {name: view.requires for name, view in views.items() if name.startswith("xapi.")}
    anyone = {name for name, who in required.items() if who == "anyone"}
    assert anyone == {"xapi.about", "xapi.openapi_json", "xapi.unknown"}
    assert set(required.values()) == {"anyone", "lrs credential"}


@pytest.mark.parametrize("path", RESOURCES)
def test_a_resource_says_what_can_be_done_there(lrs, path):
    answer = lrs.ask("PATCH", path)
    assert (answer.status_code, answer.json["slug"]) == (405, "method-not-allowed")
    assert answer.headers["Allow"] == RESOURCES[path]
    assert lrs.client.options(path).headers["Allow"] == RESOURCES[path]


@pytest.mark.parametrize("method", ["PROPFIND", "LINK", "made-up"])
@pytest.mark.parametrize("path", [*RESOURCES, "/xapi/oauth/token"])
def test_a_method_that_nobody_knows_is_answered_as_one_that_is_not_there(lrs, path, method):
    answer = lrs.ask(method, path)
    assert (answer.status_code, answer.json["slug"]) == (405, "method-not-allowed")
    assert answer.content_type == "application/problem+json"
    assert answer.headers["Allow"] == RESOURCES.get(path, "POST, OPTIONS")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert lrs.ask(method, "/xapi/nothing").json["slug"] == "resource-unknown"


@pytest.mark.parametrize("path", sorted(RESOURCES.keys() - {"/xapi/about"}))
def test_every_resource_but_about_wants_a_version_and_a_credential(lrs, path):
    """XAPI-00321, XAPI-00331, XAPI-00335."""
    assert lrs.client.get(path, auth=lrs.auth).json["slug"] == "version-unsupported"
    assert lrs.client.get(path, headers=lrs.headers).json["slug"] == "unauthenticated"


@pytest.mark.parametrize("path", RESOURCES)
def test_no_resource_takes_a_parameter_that_it_does_not_have(lrs, path):
    """XAPI-00324, XAPI-00325."""
    for name in ("unknown", "Agent", "activityid", "STATEID", "Since", "Limit"):
        answer = lrs.ask("GET", path, query={name: "1"})
        assert (answer.status_code, answer.json["slug"]) == (400, "parameter-invalid")
        assert answer.json["errors"][0]["parameter"] == name


@pytest.mark.parametrize("method", ["GET", "PUT", "OPTIONS"])
@pytest.mark.parametrize("path", ["/xapi/Statements", "/xapi/statements/", "/xapi/a/b"])
def test_any_other_address_is_answered_in_the_same_manner(lrs, path, method):
    answer = lrs.ask(method, path)
    assert (answer.status_code, answer.json["slug"]) == (404, "resource-unknown")
    assert answer.headers["X-Experience-API-Version"] == "1.0.3"
