"""Why something was refused, as admins and operators see it."""

from __future__ import annotations

import html
import json
from typing import Any
from uuid import uuid4

import pytest

from lrs_bridge.errors import XapiError
from lrs_bridge.lrs import refusals
from plugin.foundation.i18n import Words
from plugin.statements.advice import BY_SLUG, found_in_words
from tests.plugin.launching import Browser, Campus
from tests.plugin.statements.conftest import KEY, SECRET, Store, a_statement

VERSION = {"X-Experience-API-Version": "1.0.3"}
ID = "5f1c3a52-0d5c-4a4e-9a1a-6f0f4a3c2b1d"
INVALID = a_statement(actor={"mbox": "cora@lms.example"}, id=ID)


def sent(campus: Campus, statement: Any = INVALID, **options: Any) -> int:
    """Post a statement as a learning system does, and return the status."""
    options = {"auth": (KEY, SECRET), "headers": VERSION, **options}
    answer = campus.app.test_client().post(
        "/xapi/statements",
        data=json.dumps(statement),
        content_type="application/json",
        buffered=True,
        **options,
    )
    return int(answer.status_code)


def test_when_nothing_was_refused_it_says_what_else_may_be(admin: Browser) -> None:
    assert "Nothing was refused" in admin.get("refused").text


def test_a_refusal_is_listed_with_its_sender_and_counted(
    admin: Browser, campus: Campus, held: Store
) -> None:
    agent = {**VERSION, "User-Agent": "Rise/3.2 <script>alert(1)</script>"}
    assert [sent(campus, [INVALID], headers=agent) for _ in range(3)] == [400] * 3
    page = admin.get("refused").text
    for words in ("A statement breaks a rule of xAPI", "/0/actor/mbox", KEY, "<div>3</div>"):
        assert words in page, words
    with held.mentes.database.reading(held.organisation_id) as session:
        (counted,) = refusals.newest(session, held.organisation_id)
    page = admin.get(f"refused/{counted.id}").text
    assert "<script>alert" not in page
    page = html.unescape(page)
    for words in (
        "/0/actor/mbox must be a mail address that begins with mailto:.",
        "a text of 16 characters",
        ID,
        "Rise/3.2",
        "Mend it where the statement is made",
        "400 statement-invalid",
    ):
        assert words in page, words
    assert "cora" not in page


def test_a_wrong_secret_is_said_not_to_be_proved(
    admin: Browser, campus: Campus, held: Store
) -> None:
    assert sent(campus, auth=(KEY, "wrong")) == 401
    page = admin.get("refused").text
    assert "The key or the secret is wrong" in page
    assert "not proved" in page


def test_nothing_of_what_was_sent_is_kept(campus: Campus, held: Store) -> None:
    sent(campus, a_statement(verb=None))
    sent(campus, {**a_statement(), "cora@lms.example": 1})
    with held.mentes.database.reading(held.organisation_id) as session:
        kept = refusals.newest(session, held.organisation_id)
    assert {one.refusal.pointer for one in kept} == {"/verb", "/cora@lms.example"}
    assert "Cora Completes" not in repr(kept)


def test_every_refusal_of_the_store_has_plain_words() -> None:
    waiting, slugs = [XapiError], set()
    while waiting:
        error = waiting.pop()
        waiting += error.__subclasses__()
        if error is not XapiError and error.__module__.startswith("lrs_bridge"):
            slugs |= {error.slug} if error.status < 500 else set()
    assert slugs == set(BY_SLUG)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ("string 1", "a text of one character"),
        ("list 3", "a list of 3"),
        ("object 2", "an object"),
        ("number", "a number"),
        ("boolean", "true or false"),
        ("null", "null"),
        (None, ""),
        ("else", ""),
    ],
)
def test_what_stood_there_is_said_by_its_kind(found: str | None, words: str) -> None:
    assert found_in_words(found, Words("en")) == words


def test_a_refusal_that_is_no_longer_kept_says_so(admin: Browser) -> None:
    answer = admin.get(f"refused/{uuid4()}")
    assert answer.status_code == 404
    assert "no longer kept" in answer.text
