"""Scripts of other origins."""

import pytest


def test_a_preflight_needs_no_credential(lrs):
    answer = lrs.client.options(
        "/xapi/statements",
        headers={
            "Origin": "https://content.example",
            "Access-Control-Request-Method": "PUT",
            "Access-Control-Request-Headers": "authorization,x-experience-api-version,if-match",
        },
    )
    assert (answer.status_code, answer.data) == (204, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, POST, PUT, HEAD, OPTIONS"
    allowed = answer.headers["Access-Control-Allow-Headers"]
    assert allowed == "authorization,x-experience-api-version,if-match"


def test_options_says_what_the_resource_can_do(lrs):
    answer = lrs.client.options("/xapi/about")
    assert (answer.status_code, answer.headers["Allow"]) == (204, "GET, HEAD, OPTIONS")


@pytest.mark.parametrize("path", ["/xapi/statements", "/xapi/about", "/xapi/statements?x=1"])
def test_a_script_may_read_every_answer_errors_too(lrs, path):
    answer = lrs.get(path)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    exposed = answer.headers["Access-Control-Expose-Headers"].split(", ")
    assert {
        "ETag",
        "Last-Modified",
        "X-Experience-API-Version",
        "X-Experience-API-Consistent-Through",
    } <= set(exposed)
