"""Requests that other sites made a browser send, and who may show us in a frame."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from config.settings import Settings
from plugin.app import compose, create_app
from plugin.foundation.web.security import origin
from tests.conftest import MovableClock

SOMEWHERE = "/l/00000000-0000-0000-0000-000000000001/leave"
OURS = "our own origin"


def posted(app: Flask, settings: Settings, **headers: str) -> str:
    """Return the slug with which a POST without a visit is answered."""
    said = {
        name.replace("_", "-"): settings.public_url if value == OURS else value
        for name, value in headers.items()
    }
    answer = app.test_client().post(
        SOMEWHERE, headers={"Accept": "application/problem+json", **said}
    )
    slug: str = answer.get_json()["type"].rpartition("/")[2]
    return slug


@pytest.mark.parametrize(
    ("headers", "is_let_in"),
    [
        ({"Sec_Fetch_Site": "same-origin"}, True),
        ({"Sec_Fetch_Site": "none"}, True),
        ({"Sec_Fetch_Site": "same-site"}, False),
        ({"Sec_Fetch_Site": "cross-site"}, False),
        ({"Sec_Fetch_Site": "anything"}, False),
        ({"Sec_Fetch_Site": ""}, False),
        ({"Origin": OURS}, True),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({}, False),
        ({"Sec_Fetch_Site": "cross-site", "Origin": OURS}, False),
        ({"Sec_Fetch_Site": "same-origin", "Origin": "https://evil.example"}, True),
        ({"Referer": OURS}, False),
    ],
)
def test_a_form_is_taken_from_our_own_pages_only(
    app: Flask, settings: Settings, headers: dict[str, str], is_let_in: bool
) -> None:
    expected = "sign-in-needed" if is_let_in else "cross-origin"
    assert posted(app, settings, **headers) == expected


def test_reading_needs_no_origin(app: Flask) -> None:
    answer = app.test_client().get("/healthz", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/lti/login", "/lti/launch"])
def test_platforms_may_post_where_state_protects(app: Flask, path: str) -> None:
    answer = app.test_client().post(
        path, headers={"Sec-Fetch-Site": "cross-site", "Accept": "application/json"}
    )
    assert not answer.get_json()["type"].endswith("/cross-origin")


def test_the_record_store_takes_credentials_from_anywhere(app: Flask) -> None:
    answer = app.test_client().post("/xapi/statements", json=[])
    assert answer.status_code in (400, 401)
    assert b"cross-origin" not in answer.data
    assert app.test_client().post("/xapi/about").status_code == 405


def test_every_view_that_other_sites_may_post_to_is_known(app: Flask) -> None:
    open_to_others = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], "cross_origin", False)
    }
    assert open_to_others == {
        *("/lti/login", "/lti/login/<uuid:registration_id>", "/lti/launch"),
        *("/lti/notices/<uuid:registration_id>", "/completions/<path>"),  # machines, with proofs
    }


def test_an_answer_says_what_a_browser_may_do_with_it(app: Flask) -> None:
    answer = app.test_client().get("/healthz")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in answer.headers


def test_over_tls_browsers_are_told_to_stay_there(settings: Settings, clock: MovableClock) -> None:
    mentes = compose(replace(settings, public_url="https://mentes.example.org"), clock=clock)
    answer = create_app(mentes.settings, mentes=mentes).test_client().get("/healthz")
    mentes.database.dispose()
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize(
    ("url", "source"),
    [
        ("https://lms.example/mod/lti/auth.php?x=1", "https://lms.example"),
        ("https://LMS.Example:8443/", "https://lms.example:8443"),
        ("http://[::1]:80/x", "http://[::1]:80"),
        ("https://user:secret@lms.example/", "https://lms.example"),
        ("javascript:alert(1)", None),
        ("https://", None),
        ("https://lms.example:port", None),
        ("https://[oops", None),
        ("https://lms.example;script-src *", None),
        ("https://lms.example 'unsafe-inline'", None),
        ("https://bücher.example", None),
        ("data:text/html,x", None),
        ("", None),
    ],
)
def test_the_origin_of_a_url_is_all_that_a_policy_takes(url: str, source: str | None) -> None:
    assert origin(url) == source


@given(st.text() | st.text().map("https://{}".format))
def test_no_url_can_add_to_a_policy(url: str) -> None:
    source = origin(url)
    assert source is None or not set(source) & set(" ;,'\"*\t\n\r")
