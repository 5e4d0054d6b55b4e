"""Whatever a platform signs, a browser gets a page: let in, or refused with 4xx. Never 5xx."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from lti import claims
from tests.plugin.launching import ADA, TEACHER, Campus

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
    "name",
    "email",
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


def is_calm(answer: TestResponse) -> bool:
    """Whether a launch was let in, or refused with a page that has a reference."""
    if answer.status_code == 303:
        return True
    text = answer.get_data(as_text=True)
    return 400 <= answer.status_code < 500 and "reference" in text and "Traceback" not in text


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
    assert is_calm(campus.browser().launch(ADA, **said))


def test_any_one_claim_may_be_missing_or_nonsense(campus: Campus) -> None:
    browser = campus.browser()
    for name in NAMES:
        for value in (None, 0, {"id": [], "user_id": {}}):
            assert is_calm(browser.launch(TEACHER, **{name: value})), (name, value)


@pytest.mark.parametrize("size", [64 * 1024, 10 * 1024 * 1024])
@pytest.mark.parametrize("field", ["lti_message_hint", "login_hint", "iss"])
def test_a_login_of_any_size_gets_a_page(campus: Campus, field: str, size: int) -> None:
    initiation = campus.platform.login_initiation(campus.tool, ADA, campus.link)
    form = {**initiation.params, field: "x" * size}
    answer = campus.app.test_client().post("/lti/login", data=form)
    assert 400 <= answer.status_code < 500


def test_a_launch_of_ten_megabytes_is_refused(campus: Campus) -> None:
    browser = campus.browser()
    state, _ = browser.begin(ADA)
    assert 400 <= browser.post(state, "x" * 10 * 1024 * 1024).status_code < 500


def test_s12_a_token_in_an_address_is_not_a_launch(campus: Campus) -> None:
    browser = campus.browser()
    state, nonce = browser.begin(ADA)
    token = browser.token(nonce, browser.claims(ADA))
    answer = browser.client.get("/lti/launch", query_string={"state": state, "id_token": token})
    assert answer.status_code == 200
    assert "opens from a course" in answer.get_data(as_text=True)
    assert browser.post(state, token).status_code == 303  # it was not spent
