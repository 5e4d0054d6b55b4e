"""Whatever a platform signs, a browser gets a page: let in, or refused with 4xx. Never 5xx."""

from __future__ import annotations

import random
import string
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from lti import claims
from tests.plugin.launching import ADA, HTML, TEACHER, Browser, Campus

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
NAMES = [
    "iss",
    "aud",
    "azp",
    "sub",
    "exp",
    "iat",
    "nonce",
    "name",
    "given_name",
    "family_name",
    "email",
    "locale",
    claims.MESSAGE_TYPE,
    claims.VERSION,
    claims.DEPLOYMENT_ID,
    claims.TARGET_LINK_URI,
    claims.RESOURCE_LINK,
    claims.ROLES,
    claims.ROLE_SCOPE_MENTOR,
    claims.CONTEXT,
    claims.CUSTOM,
    claims.EXT,
    claims.LIS,
    claims.FOR_USER,
    claims.TOOL_PLATFORM,
    claims.LAUNCH_PRESENTATION,
    claims.AGS_ENDPOINT,
    claims.NRPS_ENDPOINT,
    claims.GROUPS_ENDPOINT,
    claims.NOTIFICATION_ENDPOINT,
    claims.DEEP_LINKING_SETTINGS,
]
OBJECTS = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        (
            "id",
            "title",
            "label",
            "type",
            "locale",
            "return_url",
            "user_id",
            "zone",
            "scope",
            "lineitems",
            "lineitem",
            "context_memberships_url",
            "deep_link_return_url",
            "product_family_code",
        ),
        JSON,
    ),
)
KINDS = (
    claims.RESOURCE_LINK_REQUEST,
    claims.DEEP_LINKING_REQUEST,
    claims.SUBMISSION_REVIEW_REQUEST,
    *claims.DATA_PRIVACY_REQUESTS,
)


def is_calm(browser: Browser, answer: TestResponse) -> bool:
    """Whether a launch leads to a page of ours, or is refused with one that has a reference."""
    was_let_in = answer.status_code == 303
    page = browser.follow(answer)
    if was_let_in and page.status_code == 200:
        return is_ours(page)
    return is_calm_refusal(page)


def is_calm_refusal(page: TestResponse) -> bool:
    """Whether somebody is refused with a page that has a reference."""
    has_reference = "reference" in page.get_data(as_text=True)
    return 400 <= page.status_code < 500 and has_reference and is_ours(page)


def is_ours(page: TestResponse) -> bool:
    """Whether a page is one that we wrote for people."""
    text = page.get_data(as_text=True)
    return "<h1" in text and "Traceback" not in text


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    kind=st.sampled_from(KINDS),
    changes=st.dictionaries(st.sampled_from(NAMES), JSON | OBJECTS, max_size=4),
)
@example(kind=claims.RESOURCE_LINK_REQUEST, changes={claims.CONTEXT: {"id": "2", "title": "\x00"}})
@example(kind=claims.RESOURCE_LINK_REQUEST, changes={claims.CONTEXT: {"id": "2", "type": {}}})
@example(kind=claims.RESOURCE_LINK_REQUEST, changes={"name": "x" * 100_000})
@example(kind=claims.RESOURCE_LINK_REQUEST, changes={claims.CUSTOM: {"zone": "No/Where"}})
@example(kind=claims.RESOURCE_LINK_REQUEST, changes={claims.LAUNCH_PRESENTATION: {"locale": "x y"}})
def test_claims_of_any_kind_are_let_in_or_refused(
    campus: Campus, kind: str, changes: dict[str, Any]
) -> None:
    said = {claims.MESSAGE_TYPE: kind, **changes}
    browser = campus.browser()
    assert is_calm(browser, browser.launch(ADA, **said))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("context", [{"id": "2"}, None], ids=["in a course", "in none"])
def test_an_id_that_no_index_could_hold_is_none(
    campus: Campus, kind: str, context: dict[str, str] | None
) -> None:
    letters = "".join(random.Random(7).choices(string.ascii_letters, k=9000))  # noqa: S311
    said = {claims.RESOURCE_LINK: {"id": letters}, claims.CONTEXT: context}
    browser = campus.browser()
    assert is_calm(browser, browser.launch(TEACHER, **{claims.MESSAGE_TYPE: kind, **said}))


def test_any_one_claim_may_be_missing_or_nonsense(campus: Campus) -> None:
    browser = campus.browser()
    for name in NAMES:
        for value in (None, 0, {"id": [], "user_id": {}}):
            assert is_calm(browser, browser.launch(TEACHER, **{name: value})), (name, value)


INSTRUCTOR = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"
SHOWN: dict[str, tuple[str, Any, tuple[str, ...]]] = {
    "the course's title": (
        claims.CONTEXT,
        {"id": "2", "title": "Bread & <b>butter</b>"},
        ("Bread &amp; &lt;b&gt;butter&lt;/b&gt;",),
    ),
    "the course's label, where it has no title": (
        claims.CONTEXT,
        {"id": "2", "label": "B&B 1"},
        ("B&amp;B 1",),
    ),
    "the language": (claims.LAUNCH_PRESENTATION, {"locale": "de"}, ('lang="de"', "Mentor")),
    "the way back": (
        claims.LAUNCH_PRESENTATION,
        {"return_url": "https://lms.example/course/2?a=1&b=2"},
        ('href="https://lms.example/course/2?a=1&amp;b=2"', "Back to the course"),
    ),
    "what a learner does": (claims.ROLES, ["Learner"], ("No mentoring in this course yet",)),
    "what an instructor does": (claims.ROLES, [INSTRUCTOR], ("Set up mentoring",)),
    "what somebody without a role does": (claims.ROLES, [], ("No mentoring in this course yet",)),
}


@pytest.mark.parametrize(("claim", "said", "words"), SHOWN.values(), ids=SHOWN)
def test_what_was_claimed_is_what_the_page_shows(
    campus: Campus, claim: str, said: Any, words: tuple[str, ...]
) -> None:
    browser = campus.browser()
    page = browser.follow(browser.launch(ADA, **{claim: said}))
    assert page.status_code == 200
    assert [each for each in words if each not in page.text] == []


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//elsewhere.example", "", 7, ["https://x"]]
)
def test_a_way_back_that_is_no_web_address_is_not_shown(campus: Campus, url: Any) -> None:
    browser = campus.browser()
    said: dict[str, Any] = {claims.LAUNCH_PRESENTATION: {"return_url": url}}
    page = browser.follow(browser.launch(ADA, **said))
    assert "Back to the course" not in page.text
    assert "javascript:" not in page.text


@pytest.mark.parametrize("size", [64 * 1024, 10 * 1024 * 1024])
@pytest.mark.parametrize("field", ["lti_message_hint", "login_hint", "iss"])
def test_a_login_of_any_size_gets_a_page(campus: Campus, field: str, size: int) -> None:
    initiation = campus.platform.login_initiation(campus.tool, ADA, campus.link)
    form = {**initiation.params, field: "x" * size}
    answer = campus.app.test_client().post("/lti/login", data=form, headers=HTML)
    assert is_calm_refusal(answer)


def test_a_launch_of_ten_megabytes_is_refused(campus: Campus) -> None:
    browser = campus.browser()
    state, _ = browser.begin(ADA)
    answer = browser.post(state, "x" * 10 * 1024 * 1024)
    assert is_calm_refusal(answer)
    assert "lti_errormsg" not in answer.get_data(as_text=True)


def test_s12_a_token_in_an_address_is_not_a_launch(campus: Campus) -> None:
    browser = campus.browser()
    state, nonce = browser.begin(ADA)
    token = browser.token(nonce, browser.claims(ADA))
    answer = browser.client.get("/lti/launch", query_string={"state": state, "id_token": token})
    assert answer.status_code == 200
    assert "opens from a course" in answer.get_data(as_text=True)
    assert browser.post(state, token).status_code == 303  # it was not spent
