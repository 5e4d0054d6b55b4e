"""The checks of a launch: Security Framework 1.0, section 5.1.3, and LTI Core 1.3.

What every tool must refuse or take is in the pack, `lti.testing.payloads`, and tried in
test_payloads.py. Here is what a tool alone can know. Identifiers such as S3 are the rows of our
table of checks.
"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti import claims
from lti.errors import LaunchRefused
from lti.launch import CHECKS
from lti.testing import payloads
from tests.lti.factories import (
    NOW,
    a_login,
    a_registration,
    compact,
    deep_linking_claims,
    genuine,
    launched,
    public_keys,
    resource_link_claims,
    rs256_header,
    rsa_key,
    signed,
    without,
)

SECONDS = int(NOW.timestamp())


def refused(content: Any, **circumstances: Any) -> LaunchRefused:
    with pytest.raises(LaunchRefused) as refusal:
        launched(content, **circumstances)
    return refusal.value


# S1: the signature.


def test_of_two_keys_with_the_same_kid_either_may_have_signed() -> None:
    kid = rsa_key("platform")[0]
    keys = public_keys("other", kid=kid) + public_keys("platform")
    assert launched(resource_link_claims(), keys=keys).subject == "user-1"


# S7 and S8: times.


@pytest.mark.parametrize("claim", ["exp", "iat"])
@pytest.mark.parametrize("time", [{}, 10**30])
def test_a_time_that_is_none_is_refused(claim: str, time: Any) -> None:
    refusal = refused(resource_link_claims(**{claim: time}))
    assert refusal.check == {"exp": "expiry", "iat": "issued at"}[claim]


def test_an_expired_token_is_refused_after_a_minute_of_leeway() -> None:
    assert launched(resource_link_claims(exp=SECONDS - 59)).subject == "user-1"
    assert refused(resource_link_claims(exp=SECONDS - 60)).slug == "token-expired"


def test_a_token_from_a_fast_clock_is_accepted_within_a_minute() -> None:
    assert launched(resource_link_claims(iat=SECONDS + 60)).subject == "user-1"
    refusal = refused(resource_link_claims(iat=SECONDS + 61))
    assert refusal.slug == "token-from-the-future"


# S9: the nonce.


def test_a_launch_can_be_used_once() -> None:
    spends = iter([True, False])
    content = resource_link_claims()
    assert launched(content, spend=lambda: next(spends)).subject == "user-1"
    refusal = refused(content, spend=lambda: next(spends))
    assert (refusal.slug, refusal.check) == ("launch-replayed", "single use")
    assert refusal.passed == tuple(c.name for c in CHECKS[:-1] if c.is_about(_OPENED))


_OPENED = claims.RESOURCE_LINK_REQUEST


def test_of_simultaneous_launches_exactly_one_passes() -> None:
    token, unspent = signed(resource_link_claims()), ["state-1"]

    def spend() -> bool:
        try:
            return unspent.pop() == "state-1"
        except IndexError:
            return False

    def attempt(_: int) -> str:
        try:
            return launched(token, spend=spend).subject or ""
        except LaunchRefused as refusal:
            return refusal.slug

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(attempt, range(8))) == ["launch-replayed"] * 7 + ["user-1"]


# S10 and S11: the login that this launch answers.


def test_a_state_that_is_not_ours_is_refused() -> None:
    assert refused(resource_link_claims(), login=None).slug == "state-unknown"


def test_an_expired_login_is_refused() -> None:
    login = a_login(expires_at=NOW)
    assert refused(resource_link_claims(), login=login).slug == "state-expired"


def test_another_browser_is_refused() -> None:
    refusal = refused(resource_link_claims(), browser="another verifier")
    assert (refusal.slug, refusal.trusted) == ("browser-mismatch", False)


@pytest.mark.parametrize("browser", [None, ""])
def test_a_browser_that_kept_nothing_is_refused(browser: str | None) -> None:
    assert refused(resource_link_claims(), browser=browser).slug == "browser-unknown"


def test_an_answer_from_another_registration_is_refused() -> None:
    registration = a_registration(id="registration-2")
    refusal = refused(resource_link_claims(), registration=registration)
    assert (refusal.slug, refusal.check) == ("registration-mismatch", "registration")


# LTI Core.


@pytest.mark.parametrize(
    "payload",
    [each for each in payloads.CORE if each.name.startswith("sub ")],
    ids=lambda payload: payload.name,
)
def test_a_subject_that_is_none_is_refused_where_nobody_needs_one(payload: payloads.Token) -> None:
    anonymous = a_registration(allow_anonymous=True)
    assert refused(payload.token(genuine()), registration=anonymous).check == "subject"


def test_an_anonymous_launch_is_accepted_where_the_registration_allows_it() -> None:
    registration = a_registration(allow_anonymous=True)
    message = launched(without(resource_link_claims(), "sub"), registration=registration)
    assert message.subject is None


def test_a_target_that_is_not_ours_is_refused() -> None:
    elsewhere = "https://attacker.example/launch"
    login = a_login(target_link_uri=elsewhere)
    refusal = refused(resource_link_claims(**{claims.TARGET_LINK_URI: elsewhere}), login=login)
    assert refusal.slug == "target-not-ours"


def test_an_unknown_deployment_is_named_for_an_administrator_to_approve() -> None:
    refusal = refused(resource_link_claims(**{claims.DEPLOYMENT_ID: "deployment-2"}))
    assert (refusal.slug, refusal.trusted) == ("deployment-unknown", True)
    assert refusal.deployment_id == "deployment-2"


def test_a_deep_linking_return_url_is_without_tls_where_the_platform_is() -> None:
    settings = {"deep_link_return_url": "http://lms.example/return"}
    named = a_registration(authorization_endpoint="http://lms.example/auth")
    message = launched(deep_linking_claims(**settings), registration=named)
    assert message.deep_linking is not None
    assert message.deep_linking.return_url == "http://lms.example/return"


def test_errors_that_canvas_mixes_in_and_unknown_claims_are_ignored() -> None:
    message = launched(payloads.named("errors beside claims").token(genuine()))
    assert message.custom == {"unit": "1"}
    message = launched(payloads.named("an unknown claim").token(genuine()))
    assert message.raw["https://example.com/claim"] == {"a": [1]}


# Tokens that are none.


def test_nothing_is_no_token() -> None:
    assert refused("").slug == "id-token-malformed"


def test_a_large_launch_is_accepted_and_a_huge_one_refused() -> None:
    large = payloads.named("many custom parameters").token(genuine())
    assert len(launched(large).custom) == 150
    huge = {f"name-{n}": "x" * 1000 for n in range(300)}
    refusal = refused(resource_link_claims(**{claims.CUSTOM: huge}))
    assert refusal.slug == "id-token-malformed"


# Refusals.


def test_only_a_signed_token_for_us_says_where_to_return() -> None:
    presentation = {claims.LAUNCH_PRESENTATION: {"return_url": "https://lms.example/course"}}
    trusted = refused(without(resource_link_claims(**presentation), claims.ROLES))
    assert (trusted.trusted, trusted.return_url) == (True, "https://lms.example/course")
    forged = compact(rs256_header(), resource_link_claims(**presentation), key="other")
    assert refused(forged).return_url is None
    for_others = resource_link_claims(aud="client-2", **presentation)
    assert refused(for_others).return_url is None


def test_the_language_is_told_once_the_signature_was_good() -> None:
    german = {claims.LAUNCH_PRESENTATION: {"locale": "de-AT"}}
    assert refused(resource_link_claims(**german, nonce="another")).locale == "de-AT"
    assert refused(resource_link_claims(**german, aud="somebody else")).locale == "de-AT"
    forged = compact(rs256_header(), resource_link_claims(**german), key="other")
    assert (refused(forged).check, refused(forged).locale) == ("signature", None)
    assert refused(resource_link_claims(**german), browser=None).locale is None


def test_a_return_url_that_is_not_a_web_address_is_dropped() -> None:
    presentation = {claims.LAUNCH_PRESENTATION: {"return_url": "javascript:alert(1)"}}
    refusal = refused(without(resource_link_claims(**presentation), claims.ROLES))
    assert (refusal.trusted, refusal.return_url) == (True, None)


def test_refusals_do_not_repeat_what_people_or_platforms_sent() -> None:
    secret = "Jane-Doe-secret"
    said = {"name": secret, "email": f"{secret}@example.com"}
    tampered = [
        {"iss": secret},
        {"aud": secret},
        {"azp": secret},
        {"nonce": secret},
        {"exp": secret},
        {claims.VERSION: secret},
        {claims.MESSAGE_TYPE: secret},
        {claims.TARGET_LINK_URI: secret},
        {claims.DEPLOYMENT_ID: secret},
    ]
    for change in tampered:
        refusal = refused(resource_link_claims(**said, **change))
        assert secret not in f"{refusal} {refusal.slug} {refusal.check} {refusal.passed}"


def test_each_check_has_a_name_of_its_own_and_a_specification() -> None:
    assert len({check.name for check in CHECKS}) == len(CHECKS)
    assert all(check.specification.startswith("https://") for check in CHECKS)
    assert all(check.ask.__doc__ for check in CHECKS)
    assert CHECKS[-1].name == "single use"


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
NAMES = sorted(
    {
        *resource_link_claims(),
        *deep_linking_claims(),
        claims.CONTEXT,
        claims.LAUNCH_PRESENTATION,
        claims.TOOL_PLATFORM,
        claims.LIS,
        claims.CUSTOM,
        claims.EXT,
        claims.AGS_ENDPOINT,
        claims.NRPS_ENDPOINT,
        claims.ROLE_SCOPE_MENTOR,
        "name",
        "email",
    }
)


@given(content=st.dictionaries(st.sampled_from(NAMES), JSON))
def test_whatever_a_platform_signs_is_a_message_or_a_refusal(content: dict[str, Any]) -> None:
    for base in (resource_link_claims(), deep_linking_claims()):
        with suppress(LaunchRefused):
            assert launched({**base, **content}).subject == {**base, **content}["sub"]


@given(content=JSON.filter(lambda value: not isinstance(value, dict)))
def test_json_that_is_not_an_object_is_refused(content: Any) -> None:
    assert refused(compact(rs256_header(), content)).slug == "id-token-malformed"


@given(token=st.text() | st.from_regex(r"[\w-]*\.[\w-]*\.[\w-]*", fullmatch=True))
def test_any_text_in_place_of_a_token_is_refused(token: str) -> None:
    assert not refused(token).trusted


@given(late=st.timedeltas(min_value=timedelta(0)).filter(lambda late: late.days < 10**6))
def test_no_launch_outlives_its_login(late: timedelta) -> None:
    login = a_login()
    now = login.expires_at + late
    assert refused(resource_link_claims(), login=login, now=now).slug == "state-expired"
