"""The shipped platform's token endpoint: what it does not grant a token for."""

from typing import Any

import pytest

from lti import claims
from lti.errors import ServiceRefused
from lti.http import Http
from tests.lti.conftest import Campus, ToolSite
from tests.lti.factories import NOW, signed, without

SECONDS = int(NOW.timestamp())


def assertion_claims(campus: Campus, **changes: Any) -> dict[str, Any]:
    return {
        "iss": campus.tool.client_id,
        "sub": campus.tool.client_id,
        "aud": campus.registration.token_endpoint,
        "iat": SECONDS,
        "exp": SECONDS + 300,
        "jti": "one",
        **changes,
    }


def form(assertion: str, **changes: str) -> dict[str, str]:
    return {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": assertion,
        "scope": f"{claims.SCOPE_SCORE} https://example.com/scope",
        **changes,
    }


def refused(campus: Campus, http: Http, sent: dict[str, str]) -> int | None:
    with pytest.raises(ServiceRefused) as refusal:
        http.post_form(campus.registration.token_endpoint, sent)
    return refusal.value.status


def test_registered_scopes_are_granted_and_others_left_out(
    campus: Campus, site: ToolSite, http: Http
) -> None:
    sent = form(site.ring.sign(assertion_claims(campus), NOW))
    answer = http.post_form(campus.registration.token_endpoint, sent)
    assert answer.headers["Content-Type"].startswith("text/html")  # as in Moodle
    assert answer.json()["scope"] == claims.SCOPE_SCORE


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "client-9"},
        {"sub": "somebody"},
        {"aud": "https://other.example/token"},
        {"aud": ["http://127.0.0.1/token"]},
        {"iat": SECONDS + 1},
        {"iat": "now"},
        {"exp": SECONDS},
        {"exp": SECONDS + 3601},
        {"jti": 7},
    ],
)
def test_an_assertion_that_is_not_right_is_refused(
    campus: Campus, site: ToolSite, http: Http, changes: dict[str, Any]
) -> None:
    assertion = site.ring.sign(assertion_claims(campus, **changes), NOW)
    assert refused(campus, http, form(assertion)) == 400


@pytest.mark.parametrize("missing", ["iss", "sub", "aud", "iat", "exp", "jti"])
def test_an_assertion_that_lacks_something_is_refused(
    campus: Campus, site: ToolSite, http: Http, missing: str
) -> None:
    assertion = site.ring.sign(without(assertion_claims(campus), missing), NOW)
    assert refused(campus, http, form(assertion)) == 400


def test_an_assertion_that_the_tool_did_not_sign_is_refused(campus: Campus, http: Http) -> None:
    assert refused(campus, http, form(signed(assertion_claims(campus), key="other"))) == 400
    assert refused(campus, http, form("not a token")) == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"grant_type": "authorization_code"},
        {"client_assertion_type": "password"},
        {"scope": ""},
        {"scope": "https://example.com/scope"},
    ],
)
def test_another_kind_of_request_is_refused(
    campus: Campus, site: ToolSite, http: Http, changes: dict[str, str]
) -> None:
    assertion = site.ring.sign(assertion_claims(campus), NOW)
    assert refused(campus, http, form(assertion, **changes)) == 400
