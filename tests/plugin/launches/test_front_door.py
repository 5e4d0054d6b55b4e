"""The front door: what is in order is answered alike; what is not, is handed on untouched."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import Client, TestResponse

from config.log import configure_logging
from lti import claims
from lti.registration import Registration
from plugin.app import Mentes
from plugin.foundation.tenancy import EVERYWHERE
from plugin.launches import front_door
from plugin.launches.front_door import LARGEST
from plugin.platforms.model import PendingLoginRow
from tests.conftest import MovableClock
from tests.plugin.launching import ADA, BEN, TEACHER, Browser, Campus

FORM = "application/x-www-form-urlencoded"
BY_PAGES = f"{FORM}; charset=utf-8"
"""No browser says so, and the pages answer it as they answer any other form."""


@dataclass
class Inside:
    """What stands behind the front door; it is noted whoever comes through."""

    application: WSGIApplication
    asked: list[str] = field(default_factory=list)

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        self.asked.append(environ["PATH_INFO"])
        return self.application(environ, start)


@pytest.fixture
def inside(app: Flask) -> Inside:
    door: Any = app.wsgi_app
    door._application = Inside(door._application)
    return door._application  # type: ignore[no-any-return]


@pytest.fixture
def browser(campus: Campus, inside: Inside) -> Browser:
    """A browser of Ada's, who has been here before."""
    campus.launched(ADA)
    inside.asked.clear()
    return campus.browser()


def logged_in(browser: Browser, content_type: str = FORM, **params: str) -> TestResponse:
    campus = browser.campus
    begun = campus.platform.login_initiation(campus.tool, ADA, campus.link)
    form = {**begun.params, **params}
    return browser.client.post("/lti/login", data=form, content_type=content_type)


def launched(browser: Browser, content_type: str = FORM) -> TestResponse:
    state, nonce = browser.begin(ADA)
    form = {"state": state, "id_token": browser.token(nonce, browser.claims(ADA))}
    return browser.client.post("/lti/launch", data=form, content_type=content_type)


def logged(act: Callable[..., object], *arguments: object) -> list[dict[str, Any]]:
    """Return the log of what somebody does."""
    stream = io.StringIO()
    configure_logging("info", stream=stream)
    act(*arguments)
    configure_logging("error")
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def shared(line: dict[str, Any]) -> dict[str, Any]:
    """Return a line of the log without what is different each time."""
    own = {"duration_ms", "launch_id", "request_id", "timestamp"}
    return {name: said for name, said in line.items() if name not in own}


def logins(mentes: Mentes) -> int:
    with mentes.database.reading(EVERYWHERE) as session:
        return session.scalars(select(func.count()).select_from(PendingLoginRow)).one()


def shape(answer: TestResponse) -> dict[str, list[str]]:
    """Return status and headers, with what is different each time taken out."""
    drawn = re.compile(
        r"[0-9A-Za-z_-]{43}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|login-\w{12}"
        r"|launchid%22%3A%22[\w-]+"  # the platform's hint
    )
    said = [("Status", answer.status), *answer.headers]
    found: dict[str, list[str]] = {}
    for name, text in said:
        if name not in ("Content-Type", "Content-Length"):  # of a text for browsers of 1995
            found.setdefault(name, []).append(drawn.sub("…", text))
    return found


# What is in order.


def test_a_login_and_a_launch_need_no_page(browser: Browser, inside: Inside) -> None:
    assert browser.launch(ADA).status_code == 303
    assert inside.asked == []
    assert browser.get("choices").status_code == 200


def test_news_is_kept_at_the_front_door(browser: Browser, inside: Inside) -> None:
    for somebody in (BEN, TEACHER):
        assert browser.launch(somebody).status_code == 303
    assert inside.asked == []


def test_a_login_is_answered_as_the_page_answers_it(browser: Browser, inside: Inside) -> None:
    answers = [shape(logged_in(browser, each)) for each in (FORM, BY_PAGES)]
    assert inside.asked == ["/lti/login"]
    assert answers[0] == answers[1]


def test_a_launch_is_answered_as_the_page_answers_it(browser: Browser, inside: Inside) -> None:
    answers = [shape(launched(browser, each)) for each in (FORM, BY_PAGES)]
    assert inside.asked == ["/lti/launch"]
    assert answers[0] == answers[1]


def test_the_log_says_the_same_of_both(browser: Browser) -> None:
    one, other = (logged(launched, browser, each) for each in (FORM, BY_PAGES))
    assert [line["event"] for line in one] == ["request", "launch.accepted", "request"]
    assert [shared(line) for line in one] == [shared(line) for line in other]
    for lines in (one, other):
        assert len({line["request_id"] for line in lines}) == 2


def test_a_login_url_of_one_registration_is_known(browser: Browser, inside: Inside) -> None:
    campus = browser.campus
    begun = campus.platform.login_initiation(campus.tool, ADA, campus.link)
    path = f"/lti/login/{campus.registration_id}"
    assert browser.client.post(path, data=begun.params).status_code == 302
    assert inside.asked == []


def test_below_a_path_a_launch_leads_below_it(browser: Browser, app: Flask) -> None:
    state, nonce = browser.begin(ADA)
    form = {"state": state, "id_token": browser.token(nonce, browser.claims(ADA))}
    answer = browser.client.post(
        "/lti/launch", data=form, environ_overrides={"SCRIPT_NAME": "/mentes"}
    )
    assert answer.headers["Location"].startswith("/mentes/l/")


# What is not.


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://nobody.example"},
        {"client_id": "somebody-elses"},
        {"target_link_uri": "https://elsewhere.example/"},
        {"login_hint": ""},
        {"login_hint": "x" * 9000},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_login_that_is_refused_is_refused_by_the_page(
    browser: Browser, inside: Inside, mentes: Mentes, changed: dict[str, str]
) -> None:
    before = logins(mentes)
    answer = logged_in(browser, **changed)
    assert answer.status_code == 400
    assert answer.headers["X-Request-Id"] in answer.text
    assert inside.asked == ["/lti/login"]
    assert logins(mentes) == before


@pytest.mark.parametrize(
    "posted",
    [
        b"",
        b"login_hint=%ff",
        b"\xff\xfe=1",
        b"iss=a&iss=b&login_hint=1&target_link_uri=c",
        b"x" * (LARGEST + 1),
    ],
    ids=["nothing", "no UTF-8, escaped", "no UTF-8", "twice", "large"],
)
@pytest.mark.parametrize("path", ["/lti/login", "/lti/launch"])
def test_whatever_is_posted_reaches_the_page_whole(
    app: Flask, inside: Inside, path: str, posted: bytes
) -> None:
    seen: list[bytes] = []

    def reading(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        seen.append(environ["wsgi.input"].read(len(posted)))
        start("204 NO CONTENT", [])
        return ()

    inside.application = reading
    Client(app.wsgi_app).post(path, data=posted, content_type=FORM)
    assert seen == [posted]


@pytest.mark.parametrize("length", ["", "-1", "x", "١٢", "9" * 5000])
def test_a_length_that_is_none_reaches_the_page(app: Flask, inside: Inside, length: str) -> None:
    Client(app.wsgi_app).post(
        "/lti/launch", content_type=FORM, environ_overrides={"CONTENT_LENGTH": length}
    )
    assert inside.asked == ["/lti/launch"]


@pytest.mark.parametrize(
    ("changed", "status"),
    [({"nonce": "another"}, 401), ({claims.VERSION: "1.1"}, 400), ({"aud": "another"}, 401)],
    ids=["nonce", "version", "audience"],
)
def test_a_launch_that_is_refused_spends_nothing(
    browser: Browser, inside: Inside, changed: dict[str, str], status: int
) -> None:
    state, nonce = browser.begin(ADA)
    bad = browser.campus.platform.id_token(
        browser.campus.tool, nonce, {**browser.claims(ADA), **changed}
    )
    assert browser.post(state, bad).status_code == status
    assert browser.post(state, browser.token(nonce, browser.claims(ADA))).status_code == 303
    assert inside.asked == ["/lti/launch"]


def test_a_launch_that_was_let_in_is_no_second_time(browser: Browser, inside: Inside) -> None:
    state, nonce = browser.begin(ADA)
    token = browser.token(nonce, browser.claims(ADA))
    cookies = browser.client.get_cookie(front_door.login_cookie(state))
    assert browser.post(state, token).status_code == 303
    assert cookies is not None
    browser.client.set_cookie(cookies.key, cookies.value, secure=True)
    assert browser.post(state, token).status_code == 401
    assert inside.asked == ["/lti/launch"]


def test_the_front_door_asks_no_platform(
    browser: Browser, inside: Inside, clock: MovableClock
) -> None:
    """Keys that are no longer fresh may be long in coming: the page waits for them."""
    clock.forward(hours=13)
    assert browser.launch(ADA).status_code == 303
    assert inside.asked == ["/lti/launch"]
    assert browser.launch(ADA).status_code == 303
    assert inside.asked == ["/lti/launch"]


def test_a_frame_that_may_keep_no_cookie_is_looked_at_by_the_page(
    browser: Browser, inside: Inside
) -> None:
    campus = browser.campus
    begun = campus.platform.login_initiation(campus.tool, ADA, campus.link)
    answer = browser.client.post(
        "/lti/login", data=begun.params, headers={"Sec-Fetch-Dest": "iframe"}
    )
    assert answer.headers["Location"].startswith("/lti/login/frame/")
    assert inside.asked == ["/lti/login"]


def test_a_fault_at_the_front_door_keeps_nobody_out(
    browser: Browser, inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(_form: object) -> None:
        raise KeyError("what nobody has thought of")

    monkeypatch.setattr(front_door, "platform_refusal", faulty)
    lines = logged(browser.launch, ADA)
    assert [line["event"] for line in lines].count("front_door.failed") == 1
    assert browser.get("choices").status_code == 200
    assert inside.asked[0] == "/lti/launch"


def test_keys_of_a_platform_that_nobody_asked_are_not_at_hand(mentes: Mentes) -> None:
    registration = Registration(
        id="1",
        issuer="https://lms.example",
        client_id="1",
        authorization_endpoint="https://lms.example/auth",
        token_endpoint="https://lms.example/token",
        jwks_uri="https://lms.example/keys",
        deployment_ids=frozenset({"1"}),
    )
    kept = mentes.protocol.platform_keys.kept_for_token
    for token in ("", "a.b.c", "e30.e30.e30"):
        assert kept(registration, token, mentes.clock()) == ()
