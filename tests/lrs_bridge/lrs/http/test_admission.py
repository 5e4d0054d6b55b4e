"""Who is let in, and how much they may send."""

import io
import json

import pytest

from lrs_bridge.lrs.access import proofs
from lrs_bridge.lrs.access.credentials import limit_credential
from lrs_bridge.lrs.access.limits import Limits
from lrs_bridge.testing import a_statement


def test_without_a_credential_nothing_is_shown(lrs):
    """XAPI-00334."""
    answer = lrs.client.get("/xapi/statements", headers=lrs.headers)
    assert answer.status_code == 401
    assert answer.headers.getlist("WWW-Authenticate") == [
        'Basic realm="xAPI", charset="UTF-8"',
        'Bearer realm="xAPI"',
    ]


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic",
        "Basic !!!",
        "Basic OnNlY3JldA==",
        "Basic /////w==",  # not UTF-8
        "Basic " + "QUFB" * 100_000,
        "Bearer",
        "Bearer abc",
        "Bearer " + "a" * 100_000,
        "Bearer eyJhbGciOiJub25lIn0.eyJzY29wZSI6ImFsbCJ9.",  # a token that says it is unsigned
        "Digest abc",
    ],
)
def test_a_broken_authorization_header_is_no_credential(lrs, header):
    headers = {**lrs.headers, "Authorization": header}
    assert lrs.client.get("/xapi/statements", headers=headers).status_code == 401


def test_a_key_that_no_database_could_hold_is_no_credential(lrs):
    answer = lrs.client.get("/xapi/statements", auth=("a\x00b", "x"), headers=lrs.headers)
    assert answer.status_code == 401


def test_a_key_ends_at_the_first_colon(open_lrs):
    lrs = open_lrs()
    answer = lrs.client.get("/xapi/statements", auth=(f"{lrs.key}:", "x"), headers=lrs.headers)
    assert answer.status_code == 401


@pytest.mark.parametrize("known", [True, False])
def test_who_guesses_is_told_to_wait_whether_or_not_there_is_such_a_key(lrs, known, monkeypatch):
    monkeypatch.setattr(proofs, "TRIES", 2)
    key = lrs.key if known else "nobody"
    for guess in range(3):
        answer = lrs.client.get("/xapi/statements", auth=(key, f"{guess}"), headers=lrs.headers)
        assert answer.status_code == (401 if guess < 2 else 429)
    assert answer.json["slug"] == "too-many-requests"
    assert answer.headers["Retry-After"] == "6"
    assert "X-Experience-API-Consistent-Through" in answer.headers


def limited(lrs, **limits):
    with lrs.database.transaction() as session:
        assert limit_credential(session, lrs.organisation_id, lrs.key, Limits(**limits))
    return lrs


def test_requests_above_the_limit_are_to_come_later(lrs):
    limited(lrs, requests_per_minute=3)
    answers = [lrs.get(), lrs.get("/xapi/agents"), lrs.post(a_statement()), lrs.get()]
    assert [answer.status_code for answer in answers] == [200, 400, 200, 429]
    assert answers[-1].headers["Retry-After"] == "60"
    assert "3 requests a minute" in answers[-1].json["detail"]
    lrs.clock.forward(minutes=1)
    assert lrs.get().status_code == 200


def test_statements_above_the_limit_are_not_stored(lrs):
    limited(lrs, statements_per_minute=5)
    assert lrs.post([a_statement(), a_statement(), a_statement()]).status_code == 200
    assert lrs.post([{}, {}, {}]).status_code == 400  # what is not valid does not count
    assert lrs.post([a_statement(), a_statement(), a_statement()]).status_code == 429
    assert lrs.post([a_statement(), a_statement()]).status_code == 200
    assert lrs.put("12345678-1234-5678-1234-567812345678", a_statement()).status_code == 429
    assert len(lrs.found()) == 5


def test_a_batch_above_the_limit_is_too_large(lrs):
    limited(lrs, largest_batch=2)
    answer = lrs.post([a_statement()] * 3)
    assert (answer.status_code, answer.json["slug"]) == (413, "too-large")
    assert "2 statements at once" in answer.json["detail"]
    assert lrs.post([a_statement()] * 2).status_code == 200


def test_a_body_above_the_limit_is_too_large_whether_or_not_it_says_its_length(lrs):
    limited(lrs, largest_body=500)
    large, small = (json.dumps(a_statement(result={"response": "x" * n})) for n in (600, 6))
    assert lrs.post(large).status_code == 413
    assert lrs.post(small).status_code == 200
    for body, status in ((large, 413), (small, 200)):
        answer = lrs.client.post(
            "/xapi/statements",
            auth=lrs.auth,
            headers=lrs.headers,
            content_type="application/json",
            input_stream=io.BytesIO(body.encode()),
            environ_overrides={"wsgi.input_terminated": True},
        )
        assert answer.status_code == status
    form = {"Content-Type": "application/json", "X-Experience-API-Version": "1.0.3"}
    answer = lrs.client.post(
        "/xapi/statements?method=POST", auth=lrs.auth, data={**form, "content": large}
    )
    assert answer.status_code == 413


@pytest.mark.parametrize("given", ["Basic \xff", "Basic ====", "Basic", "Bearer", "\xff \xff", ""])
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/xapi/statements", 401),
        ("POST", "/xapi/statements", 401),
        ("PUT", "/xapi/agents/profile", 401),
        ("POST", "/xapi/nothing", 404),
    ],
)
def test_whatever_a_client_says_that_it_is_nothing_fails(lrs, given, method, path, status):
    headers = {**lrs.headers, "Authorization": given}
    answer = lrs.client.open(path, method=method, data=b"{}", headers=headers)
    assert answer.status_code == status
