"""What an application is told of refused writes, through HTTP."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from werkzeug.test import TestResponse

from config.log import configure_logging
from lrs_bridge.lrs.refusals import Refusal
from lrs_bridge.testing import a_statement
from tests.lrs_bridge.conftest import Lrs, add_key

INVALID = {**a_statement(), "actor": {"mbox": "ada@lms.example"}}
ME = "sender/1.0 " + "x" * 500


@pytest.fixture
def told() -> list[Refusal]:
    """What the application was told."""
    return []


@pytest.fixture
def lrs(open_lrs: Callable[..., Lrs], told: list[Refusal]) -> Lrs:
    return open_lrs(config={"MAX_CONTENT_LENGTH": 20_000}, on_refused=told.append)


def sent(lrs: Lrs, method: str = "POST", path: str = "/xapi/statements", **options: Any):
    """Send a write and take the whole answer, as a server does."""
    options.setdefault("headers", {**lrs.headers, "User-Agent": ME})
    if "json" in options:
        options.setdefault("data", json.dumps(options.pop("json")))
        options.setdefault("content_type", "application/json")
    options.setdefault("auth", lrs.auth)
    answer: TestResponse = lrs.client.open(path, method=method, buffered=True, **options)
    return answer


def test_an_invalid_statement_of_a_batch(lrs: Lrs, told: list[Refusal]) -> None:
    id = str(uuid4())
    answer = sent(lrs, json=[a_statement(), {**INVALID, "id": id}])
    (refused,) = told
    assert answer.status_code == refused.status == 400
    assert (refused.slug, refused.pointer) == ("statement-invalid", "/1/actor/mbox")
    assert refused.reason == answer.json["detail"]
    assert (refused.found, str(refused.statement_id)) == ("string 15", id)
    assert (refused.method, refused.resource) == ("POST", "statements")
    assert refused.sender.proved
    assert refused.sender.organisation_id == lrs.organisation_id
    assert refused.size == len(json.dumps([a_statement(), {**INVALID, "id": id}]))
    assert refused.user_agent.startswith("sender/1.0")
    assert len(refused.user_agent) == 200
    assert "ada@" not in repr(refused)


def test_a_single_statement_under_an_id(lrs: Lrs, told: list[Refusal]) -> None:
    id = uuid4()
    sent(lrs, "PUT", json=INVALID, query_string={"statementId": str(id)})
    assert (told[0].method, told[0].pointer, told[0].statement_id) == ("PUT", "/actor/mbox", id)


def test_what_is_missing_is_found_nowhere(lrs: Lrs, told: list[Refusal]) -> None:
    statement = a_statement()
    del statement["verb"]
    sent(lrs, json=statement)
    assert (told[0].pointer, told[0].found) == ("/verb", None)


@pytest.mark.parametrize(
    ("options", "slug", "status"),
    [
        ({"data": b"{nope"}, "malformed", 400),
        ({"data": b"[" + b" " * 30_000 + b"]"}, "too-large", 413),
        ({"json": a_statement(), "query_string": {"limit": "1"}}, "parameter-invalid", 400),
    ],
)
def test_other_refusals_of_a_known_sender(
    lrs: Lrs, told: list[Refusal], options: dict[str, Any], slug: str, status: int
) -> None:
    answer = sent(lrs, content_type="application/json", **options)
    assert answer.status_code == status
    assert [(one.slug, one.status, one.sender.proved) for one in told] == [(slug, status, True)]


def test_a_conflict(lrs: Lrs, told: list[Refusal]) -> None:
    id = str(uuid4())
    sent(lrs, json={**a_statement(), "id": id})
    other = {**a_statement(), "id": id, "verb": {"id": "http://verbs.example/other"}}
    assert sent(lrs, json=other).status_code == 409
    assert told[0].slug == "statement-conflict"
    assert id in told[0].reason


def test_a_document_that_is_not_the_one_meant(lrs: Lrs, told: list[Refusal]) -> None:
    where = {
        "activityId": "http://course.example/1",
        "agent": '{"mbox":"mailto:ada@lms.example"}',
        "stateId": "bookmark",
    }
    headers = {**lrs.headers, "If-Match": '"' + "0" * 40 + '"'}
    sent(lrs, "PUT", "/xapi/activities/state", data=b"1", query_string=where, headers=headers)
    assert [(one.slug, one.resource) for one in told] == [("condition-failed", "activities_state")]
    assert "ada@" not in repr(told)


def test_a_wrong_secret_tells_whose_key_it_is_and_that_it_is_not_proved(
    lrs: Lrs, told: list[Refusal]
) -> None:
    assert sent(lrs, json=a_statement(), auth=(lrs.key, "wrong")).status_code == 401
    assert told[0].slug == "unauthenticated"
    assert told[0].sender.organisation_id == lrs.organisation_id
    assert not told[0].sender.proved


def test_a_missing_version_is_told_of_before_the_secret_is_looked_at(
    lrs: Lrs, told: list[Refusal]
) -> None:
    assert sent(lrs, json=a_statement(), headers={}).status_code == 400
    assert (told[0].slug, told[0].sender.proved) == ("version-unsupported", False)


def test_a_credential_that_may_not_write(open_lrs: Callable[..., Lrs]) -> None:
    told: list[Refusal] = []
    lrs = open_lrs("statements/read", on_refused=told.append)
    assert sent(lrs, json=a_statement()).status_code == 403
    assert [one.slug for one in told] == ["forbidden"]


@pytest.mark.parametrize("auth", [None, ("nobody", "x"), ("no\x00body", "x")])
def test_of_nobodys_requests_the_log_tells_alone(
    lrs: Lrs, told: list[Refusal], auth: tuple[str, str] | None
) -> None:
    said = io.StringIO()
    configure_logging("info", stream=said)
    assert sent(lrs, json=a_statement(), auth=auth).status_code == 401
    assert told == []
    (line,) = [json.loads(each) for each in said.getvalue().splitlines()]
    assert (line["event"], line["slug"], line["status"]) == (
        "xapi.refused",
        "unauthenticated",
        401,
    )


def test_reading_is_not_told_of(lrs: Lrs, told: list[Refusal]) -> None:
    assert sent(lrs, "GET", query_string={"limit": "nope"}).status_code == 400
    form = {"limit": "nope", "X-Experience-API-Version": "1.0.3"}
    answer = sent(lrs, query_string={"method": "GET"}, data=form)
    assert answer.status_code == 400
    assert told == []


def test_writing_in_the_alternate_syntax_is(lrs: Lrs, told: list[Refusal]) -> None:
    form = {"statementId": str(uuid4()), "content": json.dumps(INVALID)}
    assert sent(lrs, query_string={"method": "PUT"}, data=form).status_code == 400
    assert [(one.method, one.pointer) for one in told] == [("PUT", "/actor/mbox")]


def test_what_is_taken_is_not_told_of(lrs: Lrs, told: list[Refusal]) -> None:
    assert sent(lrs, json=a_statement()).status_code == 200
    assert told == []


def test_keeping_it_may_fail_and_the_sender_never_hears_of_it(open_lrs: Callable[..., Lrs]) -> None:
    def fails(_refusal: Refusal) -> None:
        raise RuntimeError("the disk is full")

    said = io.StringIO()
    configure_logging("info", stream=said)
    lrs = open_lrs(on_refused=fails)
    answer = sent(lrs, json=INVALID)
    assert (answer.status_code, answer.json["slug"]) == (400, "statement-invalid")
    assert json.loads(said.getvalue())["event"] == "xapi.refusal-lost"
    assert "disk" not in said.getvalue()


def test_organisations_are_told_apart_by_their_keys(
    open_lrs: Callable[..., Lrs], told: list[Refusal]
) -> None:
    ours, theirs = (open_lrs(on_refused=told.append, organisation_id=uuid4()) for _ in range(2))
    key = add_key(theirs.database, theirs.organisation_id, "all", theirs.clock)
    sent(ours, json=INVALID)
    sent(ours, json=INVALID, auth=(key, "wrong"))
    assert [one.sender.organisation_id for one in told] == [
        ours.organisation_id,
        theirs.organisation_id,
    ]
