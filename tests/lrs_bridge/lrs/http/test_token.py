"""The token resource: a key and secret for an access token."""

from base64 import b64encode
from urllib.parse import quote, urlencode
from uuid import uuid4

import pytest

from lrs_bridge.lrs.access import proofs
from lrs_bridge.lrs.access.credentials import limit_credential, revoke_credential
from lrs_bridge.lrs.access.limits import Limits
from lrs_bridge.testing import a_statement
from tests.lrs_bridge.conftest import SECRET

FORM = "application/x-www-form-urlencoded"


def basic(key, secret):
    return {"Authorization": "Basic " + b64encode(f"{key}:{secret}".encode()).decode()}


def ask(lrs, headers=None, **fields):
    """Ask for a token by the body, as LinkedIn Learning does."""
    form = {
        "grant_type": "client_credentials",
        "client_id": lrs.key,
        "client_secret": SECRET,
        **fields,
    }
    sent = {name: value for name, value in form.items() if value is not None}
    return lrs.client.post("/xapi/oauth/token", data=sent, headers=headers)


def bearing(token):
    return {"Authorization": f"Bearer {token}", "X-Experience-API-Version": "1.0.0"}


def test_linkedin_learning_gets_its_token_and_posts_with_it(open_lrs):
    lrs = open_lrs(scopes="statements/write")
    answer = ask(lrs, scope="xapi:write")
    assert answer.status_code == 200
    assert answer.content_type == "application/json"
    assert (answer.headers["Cache-Control"], answer.headers["Pragma"]) == ("no-store", "no-cache")
    token = answer.json.pop("access_token")
    assert answer.json | {"access_token": None} == {
        "access_token": None,
        "token_type": "Bearer",
        "expires_in": 3600,
        "scope": "xapi:write",
    }
    sent = {"json": a_statement(), "headers": bearing(token)}
    assert lrs.client.post("/xapi/statements", **sent).status_code == 200
    assert len(open_lrs().found()) == 1
    lrs.clock.forward(hours=1)
    answer = lrs.client.post("/xapi/statements", **sent)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="xAPI", error="invalid_token"'


def test_the_secret_may_come_by_basic_authentication_plain_or_encoded(open_lrs):
    lrs = open_lrs()
    for encode in (str, quote):
        headers = basic(encode(lrs.key), encode(SECRET))
        answer = ask(lrs, headers, client_id=None, client_secret=None)
        assert answer.status_code == 200, answer.text


def test_what_a_narrow_token_must_not_do_is_said(lrs):
    token = ask(lrs, scope="statements/read").json["access_token"]
    assert lrs.client.get("/xapi/statements", headers=bearing(token)).status_code == 200
    answer = lrs.client.post("/xapi/statements", json=a_statement(), headers=bearing(token))
    assert answer.status_code == 403
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="xAPI", error="insufficient_scope"'


def test_a_token_is_of_no_use_once_its_credential_is_revoked(lrs):
    token = ask(lrs).json["access_token"]
    assert lrs.client.get("/xapi/statements", headers=bearing(token)).status_code == 200
    with lrs.database.transaction() as session:
        revoke_credential(session, lrs.organisation_id, lrs.key, lrs.clock())
    assert lrs.client.get("/xapi/statements", headers=bearing(token)).status_code == 401
    assert ask(lrs).json["error"] == "invalid_client"


def test_a_token_shows_only_what_is_of_its_organisation(open_lrs):
    ours, theirs = open_lrs(), open_lrs(organisation_id=uuid4())
    theirs.post(a_statement())
    token = ask(ours).json["access_token"]
    for lrs in (ours, theirs):  # whichever application is asked
        answer = lrs.client.get("/xapi/statements", headers=bearing(token))
        assert answer.json["statements"] == []


@pytest.mark.parametrize(
    ("fields", "status", "error"),
    [
        ({"grant_type": None}, 400, "invalid_request"),
        ({"grant_type": ""}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"scope": "everything"}, 400, "invalid_scope"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_secret": None}, 401, "invalid_client"),
        ({"client_id": None}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"client_id": "no\x00body"}, 401, "invalid_client"),
    ],
)
def test_a_refusal_is_as_oauth_writes_it(lrs, fields, status, error):
    answer = ask(lrs, **fields)
    assert (answer.status_code, answer.json["error"]) == (status, error)
    assert answer.json["error_description"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert ("WWW-Authenticate" in answer.headers) is (status == 401)
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{}", "application/json"),
        (b"", ""),
        (b"grant_type=%ff", FORM),
        (b"\xff=1", FORM),
        (b"scope=all&scope=all", FORM),
        (b"&".join(b"a%d=1" % number for number in range(100)), FORM),
        (b"a=" + b"b" * 20_000, FORM),
    ],
)
def test_what_is_no_form_is_refused(lrs, body, content_type):
    answer = lrs.client.post("/xapi/oauth/token", data=body, content_type=content_type)
    assert answer.status_code in (400, 413)
    assert answer.json.get("error", "invalid_request") == "invalid_request"


def test_a_secret_in_the_url_is_refused_as_urls_are_logged(lrs):
    query = urlencode({"client_id": lrs.key, "client_secret": SECRET})
    answer = lrs.client.post(
        f"/xapi/oauth/token?{query}", data={"grant_type": "client_credentials"}
    )
    assert (answer.status_code, answer.json["error"]) == (400, "invalid_request")


def test_two_ways_at_once_are_refused(lrs):
    answer = ask(lrs, basic(lrs.key, SECRET))
    assert (answer.status_code, answer.json["error"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    "header", ["Bearer abc", "Basic", "Basic !!!", "Basic /////w==", "Basic OnNlY3JldA=="]
)
def test_a_broken_authorization_header_is_no_client(lrs, header):
    answer = ask(lrs, {"Authorization": header}, client_id=None, client_secret=None)
    assert (answer.status_code, answer.json["error"]) == (401, "invalid_client")


def test_other_methods_are_not_allowed(lrs):
    answer = lrs.client.get("/xapi/oauth/token")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST, OPTIONS")
    assert lrs.client.options("/xapi/oauth/token").status_code == 204


def test_who_guesses_is_told_to_wait(lrs, monkeypatch):
    monkeypatch.setattr(proofs, "TRIES", 2)
    for guess in range(2):
        assert ask(lrs, client_id="nobody", client_secret=f"{guess}").status_code == 401
    answer = ask(lrs, client_id="nobody", client_secret="another")
    assert (answer.status_code, answer.json["error"]) == (429, "temporarily_unavailable")
    assert answer.headers["Retry-After"] == "6"


def test_asking_for_tokens_counts_as_requests(lrs):
    with lrs.database.transaction() as session:
        limit_credential(session, lrs.organisation_id, lrs.key, Limits(requests_per_minute=2))
    assert [ask(lrs).status_code for _ in range(3)] == [200, 200, 429]
