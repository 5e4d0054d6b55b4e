"""Launches through the front door: what is let in, and what everybody else is told."""

from __future__ import annotations

import re
import threading
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from lti import claims
from plugin.app import Mentes
from plugin.courses.model import Course, Membership, ResourceLink
from plugin.foundation.tenancy import EVERYWHERE
from plugin.launches.model import BrowserSession, Launch
from plugin.people.model import Person
from tests.conftest import MovableClock
from tests.plugin.launching import ADA, BEN, TEACHER, Campus, recorded_claims


def count(mentes: Mentes, table: type) -> int:
    with mentes.database.reading(EVERYWHERE) as session:
        return session.scalars(select(func.count()).select_from(table)).one()


def page(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def test_a_learner_is_let_in_and_kept(campus: Campus, mentes: Mentes) -> None:
    browser = campus.launched(ADA)
    assert browser.get("").headers["Location"].endswith("/mine")
    with mentes.database.reading(EVERYWHERE) as session:
        person = session.scalars(select(Person)).one()
        course = session.scalars(select(Course)).one()
        link = session.scalars(select(ResourceLink)).one()
    assert (person.name, person.email) == ("Ada One", "ada@lms.example")
    assert (course.context_id, course.title) == ("2", "Mentored Course 101")
    assert link.lineitem_url is not None


def test_an_instructor_lands_on_the_set_up(campus: Campus) -> None:
    assert campus.launched(TEACHER).get("").headers["Location"].endswith("/set-up")


def test_launching_again_makes_nothing_twice(campus: Campus, mentes: Mentes) -> None:
    browser = campus.launched(ADA)
    browser.launch(ADA)
    assert count(mentes, Person) == count(mentes, Course) == count(mentes, Membership) == 1
    assert count(mentes, BrowserSession) == 1
    assert count(mentes, Launch) == 2


def test_two_visits_in_two_tabs_both_work(campus: Campus) -> None:
    browser = campus.launched(ADA)
    first = browser.launch_id
    browser.launch(ADA)
    assert browser.launch_id != first
    for launch_id in (first, browser.launch_id):
        assert browser.client.get(f"/l/{launch_id}/choices").status_code == 200


def test_another_person_in_the_same_browser_leaves_the_first_ones_visit_behind(
    campus: Campus,
) -> None:
    browser = campus.launched(ADA)
    adas = browser.launch_id
    browser.launch(BEN)
    assert browser.client.get(f"/l/{adas}/choices").status_code == 401
    assert browser.get("choices").status_code == 200


def test_somebody_elses_launch_id_opens_nothing(campus: Campus) -> None:
    ada, ben = campus.launched(ADA), campus.launched(BEN)
    assert ben.client.get(f"/l/{ada.launch_id}/choices").status_code == 401
    assert ben.client.get(f"/l/{uuid4()}/choices").status_code == 401


def test_a_visit_ends(campus: Campus, clock: MovableClock) -> None:
    browser = campus.launched(ADA)
    clock.forward(hours=9)
    answer = browser.get("choices")
    assert answer.status_code == 401
    assert "Please open Mentes from your course" in page(answer)


@pytest.mark.parametrize(
    ("recording", "landing"),
    [
        ("launch_LtiResourceLinkRequest_4", "/mine"),
        ("launch_LtiResourceLinkRequest_3", "/set-up"),
        ("launch_LtiDeepLinkingRequest_3", "/items"),
    ],
)
def test_what_a_real_moodle_sent_is_let_in(campus: Campus, recording: str, landing: str) -> None:
    recorded = recorded_claims(recording)
    browser = campus.browser()
    state, nonce = browser.begin()
    own = {"iss", "aud", "iat", "exp", "nonce", claims.DEPLOYMENT_ID, claims.TARGET_LINK_URI}
    said = {name: value for name, value in recorded.items() if name not in own}
    said[claims.DEPLOYMENT_ID] = campus.tool.deployment_id
    if claims.TARGET_LINK_URI in recorded:
        said[claims.TARGET_LINK_URI] = campus.link.url
    answer = browser.post(state, browser.token(nonce, said))
    assert answer.status_code == 303, page(answer)
    home = browser.client.get(answer.headers["Location"])
    assert home.headers["Location"].endswith(landing)


@pytest.mark.parametrize(
    "missing",
    [
        "name",
        "email",
        "given_name",
        claims.CONTEXT,
        claims.LAUNCH_PRESENTATION,
        claims.AGS_ENDPOINT,
        claims.NRPS_ENDPOINT,
    ],
)
def test_whatever_a_platform_leaves_out_the_page_still_works(campus: Campus, missing: str) -> None:
    browser = campus.launched(ADA, **{missing: None})
    assert browser.get("choices").status_code == 200


def test_an_unknown_platform_is_told_calmly(campus: Campus) -> None:
    answer = campus.app.test_client().post(
        "/lti/login",
        data={
            "iss": "https://unknown.example",
            "login_hint": "1",
            "target_link_uri": campus.link.url,
        },
        headers={"Accept": "text/html"},
    )
    assert answer.status_code == 400
    assert "not registered" in page(answer)


def test_a_per_registration_login_url_needs_no_client_id(campus: Campus) -> None:
    initiation = campus.platform.login_initiation(campus.tool, ADA, campus.link)
    params = {name: value for name, value in initiation.params.items() if name != "client_id"}
    answer = campus.app.test_client().get(
        f"/lti/login/{campus.registration_id}", query_string=params
    )
    assert answer.status_code == 302


def refused(answer: TestResponse, status: int = 401) -> None:
    assert answer.status_code == status
    text = page(answer)
    assert "Traceback" not in text
    assert "reference" in text


def test_an_expired_launch_is_refused_with_the_way_back(
    campus: Campus, mentes: Mentes, clock: MovableClock
) -> None:
    browser = campus.browser()
    state, nonce = browser.begin()
    token = browser.token(nonce, browser.claims())
    clock.forward(minutes=5)
    answer = browser.post(state, token)
    refused(answer)
    assert "lti_errormsg=" in page(answer)
    assert count(mentes, Person) == 0


@pytest.mark.parametrize(
    ("return_url", "leads"),
    [
        ("https://lms.example/course?id=2#week-1", r"/course\?id=2&amp;lti_errormsg=[^#]+#week-1"),
        ("https://lms.example/course#week-1", r"/course\?lti_errormsg=[^#]+#week-1"),
    ],
)
def test_the_way_back_to_a_place_in_a_page_takes_the_reason_along(
    campus: Campus, return_url: str, leads: str
) -> None:
    said = {claims.LAUNCH_PRESENTATION: {"return_url": return_url}, claims.VERSION: "2.0"}
    answer = campus.browser().launch(ADA, **said)
    refused(answer, 400)
    assert re.search(rf'"https://lms\.example{leads}"', page(answer))


def test_a_forged_launch_is_refused_without_a_way_anywhere(campus: Campus, mentes: Mentes) -> None:
    browser = campus.browser()
    state, nonce = browser.begin()
    token = browser.token(nonce, browser.claims())
    header, body, signature = token.split(".")
    answer = browser.post(state, f"{header}.{body}.{signature[:-6]}AAAAAA")
    refused(answer)
    assert "lti_errormsg" not in page(answer)
    assert count(mentes, Person) == 0


def test_a_replayed_launch_is_refused(campus: Campus, mentes: Mentes) -> None:
    browser = campus.browser()
    state, nonce = browser.begin()
    token = browser.token(nonce, browser.claims())
    assert browser.post(state, token).status_code == 303
    refused(browser.post(state, token))
    assert count(mentes, Launch) == 1


@pytest.mark.parametrize("written", ["multipart", "json"])
def test_a_launch_that_is_not_written_as_a_form_is_refused_and_spends_nothing(
    campus: Campus, written: str
) -> None:
    browser = campus.browser()
    state, nonce = browser.begin()
    form = {"state": state, "id_token": browser.token(nonce, browser.claims())}
    body: dict[str, Any] = (
        {"json": form}
        if written == "json"
        else {"data": form, "content_type": "multipart/form-data"}
    )
    answer = browser.client.post("/lti/launch", headers={"Accept": "text/html"}, **body)
    refused(answer, 400)
    assert "another way than the standard asks for" in page(answer)
    assert browser.post(state, form["id_token"]).status_code == 303


def test_a_launch_in_another_browser_is_refused_and_spends_nothing(campus: Campus) -> None:
    browser, thief = campus.browser(), campus.browser()
    state, nonce = browser.begin()
    token = browser.token(nonce, browser.claims())
    refused(thief.post(state, token))
    assert browser.post(state, token).status_code == 303


def test_a_failed_launch_does_not_burn_the_login(campus: Campus) -> None:
    browser = campus.browser()
    state, nonce = browser.begin()
    refused(browser.post(state, browser.token("another nonce", browser.claims())))
    assert browser.post(state, browser.token(nonce, browser.claims())).status_code == 303


def test_of_two_frames_racing_with_one_state_one_wins(campus: Campus, mentes: Mentes) -> None:
    browser = campus.browser()
    state, nonce = browser.begin()
    token = browser.token(nonce, browser.claims())
    cookies = [(cookie.key, cookie.value) for cookie in browser.client._cookies.values()]
    answers: list[int] = []
    start = threading.Barrier(4)

    def race() -> None:
        client: FlaskClient = campus.app.test_client()
        for key, value in cookies:
            client.set_cookie(key, value)
        start.wait()
        answer = client.post("/lti/launch", data={"state": state, "id_token": token})
        answers.append(answer.status_code)

    threads = [threading.Thread(target=race) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, 401, 401, 401]
    assert count(mentes, Launch) == 1


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"state": "x"},
        {"id_token": "x"},
        {"state": "x", "id_token": "x"},
        {"state": "\x00", "id_token": "a.b.c"},
        {"state": "x" * 5000, "id_token": "y" * 300_000},
        {"error": "login_required", "state": "x"},
        {"error": "login_required", "state": "\x00"},
        {"error": "<script>alert(1)</script>"},
        {"error": "launch_no_longer_valid", "error_description": "<b>no</b>"},
    ],
    ids=[
        "nothing",
        "no token",
        "no state",
        "made up",
        "nul",
        "huge",
        "login required",
        "login required with nul",
        "script",
        "too late",
    ],
)
def test_a_broken_post_gets_a_calm_page(campus: Campus, form: dict[str, str]) -> None:
    answer = campus.app.test_client().post(
        "/lti/launch", data=form, headers={"Accept": "text/html"}
    )
    assert answer.status_code in (400, 401)
    assert "<script>alert" not in page(answer)
    assert "reference" in page(answer)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"a" * 10_000, b"%00=%00&&&==="])
def test_bytes_that_are_no_form_get_a_calm_page(campus: Campus, content: bytes) -> None:
    for path in ("/lti/login", "/lti/launch"):
        answer = campus.app.test_client().post(
            path, data=content, content_type="application/x-www-form-urlencoded"
        )
        assert answer.status_code in (400, 401)


def test_the_launch_url_itself_answers_politely(campus: Campus) -> None:
    answer = campus.app.test_client().get("/lti/launch")
    assert answer.status_code == 200
    assert "opens from a course" in page(answer)


def test_cookies_are_partitioned_and_for_this_host_alone(campus: Campus) -> None:
    browser = campus.browser()
    answer = browser.launch(ADA)
    (session,) = [
        value
        for value in answer.headers.getlist("Set-Cookie")
        if value.startswith("__Host-mentes=")
    ]
    for attribute in ("Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/"):
        assert attribute in session
    assert "Domain" not in session


def test_pages_may_be_framed_by_their_platform_alone(campus: Campus) -> None:
    policy = campus.launched(ADA).get("choices").headers["Content-Security-Policy"]
    (ancestors,) = [part for part in policy.split("; ") if part.startswith("frame-ancestors")]
    assert ancestors == f"frame-ancestors {campus.platform.issuer}"
    assert "unsafe" not in policy


def test_a_warm_launch_asks_nobody(campus: Campus) -> None:
    campus.launched(ADA)
    before = len(campus.platform.exchanges)
    campus.launched(BEN)
    assert len(campus.platform.exchanges) == before


def test_a_platform_that_is_down_says_so(campus: Campus) -> None:
    campus.server.stop()
    answer = campus.browser().launch(ADA)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"  # before, its keys are not asked for again
    assert "does not answer" in page(answer)


def test_the_locale_of_the_launch_decides_the_language(campus: Campus) -> None:
    said: dict[str, Any] = {claims.LAUNCH_PRESENTATION: {"locale": "de"}}
    assert '<html lang="' in page(campus.launched(ADA, **said).get("choices"))
