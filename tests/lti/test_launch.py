"""The checks of a launch: Security Framework 1.0, section 5.1.3, and LTI Core 1.3.

Identifiers such as S3 are the rows of our table of checks.
"""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from hypothesis import given
from hypothesis import strategies as st

from lti import claims, jose
from lti.errors import LaunchRefused
from lti.launch import CHECKS
from tests.lti.factories import (
    NOW,
    TOOL_URL,
    a_login,
    a_registration,
    compact,
    deep_linking_claims,
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


def test_a_tampered_token_is_refused() -> None:
    header, _, signature = signed(resource_link_claims()).split(".")
    _, payload, _ = signed(resource_link_claims(sub="somebody-else")).split(".")
    assert refused(f"{header}.{payload}.{signature}").slug == "signature-invalid"


def test_another_key_with_the_same_kid_is_refused() -> None:
    token = compact(rs256_header("platform"), resource_link_claims(), key="other")
    assert refused(token).slug == "signature-invalid"


def test_another_platforms_key_is_refused() -> None:
    token = signed(resource_link_claims(), key="other")
    assert refused(token, keys=public_keys("platform")).slug == "signature-invalid"


def test_of_two_keys_with_the_same_kid_either_may_have_signed() -> None:
    kid = rsa_key("platform")[0]
    keys = public_keys("other", kid=kid) + public_keys("platform")
    assert launched(resource_link_claims(), keys=keys).subject == "user-1"


def test_keys_that_the_token_brings_along_are_ignored() -> None:
    own = jose.public_jwk(*rsa_key("other"))
    for extra in (
        {"jwk": own},
        {"jku": "https://attacker.example/jwks"},
        {"x5u": "https://attacker.example/x5u"},
    ):
        token = compact(rs256_header(**extra), resource_link_claims(), key="other")
        assert refused(token).slug == "signature-invalid"
        genuine = compact(rs256_header(**extra), resource_link_claims())
        assert launched(genuine).subject == "user-1"


# S2: the issuer, to the letter.


@pytest.mark.parametrize(
    "issuer",
    [
        "https://lms.example/",
        "https://LMS.example",
        "http://lms.example",
        "https://lms.exаmple",  # the a is Cyrillic
        ["https://lms.example"],
        None,
    ],
)
def test_an_issuer_that_is_not_the_registered_one_is_refused(issuer: Any) -> None:
    assert refused(resource_link_claims(iss=issuer)).slug == "issuer-mismatch"


# S3 to S5: audience and authorised party.


@pytest.mark.parametrize("audience", ["client-2", ["client-2"], 1, [], None, {"client-1": 1}])
def test_an_audience_without_us_is_refused(audience: Any) -> None:
    assert refused(resource_link_claims(aud=audience)).slug == "audience-mismatch"


def test_an_audience_beside_us_that_we_do_not_trust_is_refused() -> None:
    for audience in (["client-1", "client-2"], ["client-2", "client-1"], ["client-1", 7]):
        content = resource_link_claims(aud=audience, azp="client-1")
        assert refused(content).slug == "audience-untrusted"


def test_our_client_id_in_a_list_is_accepted() -> None:
    assert launched(resource_link_claims(aud=["client-1"])).client_id == "client-1"


def test_several_audiences_need_an_authorised_party() -> None:
    content = resource_link_claims(aud=["client-1", "client-1"])
    assert refused(content).slug == "authorized-party-missing"
    assert launched({**content, "azp": "client-1"}).client_id == "client-1"


@pytest.mark.parametrize("party", ["client-2", "", None, ["client-1"]])
def test_a_foreign_authorised_party_is_refused(party: Any) -> None:
    assert refused(resource_link_claims(azp=party)).slug == "authorized-party-mismatch"


# S6: RS256 and nothing else.


@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS384", "ES256", "PS256", "rs256", None])
def test_algorithms_other_than_rs256_are_refused(algorithm: Any) -> None:
    token = compact(rs256_header(alg=algorithm), resource_link_claims())
    assert refused(token).slug == "algorithm-refused"


def test_an_honest_rs384_signature_is_refused() -> None:
    header = rs256_header(alg="RS384")
    token = compact(header, resource_link_claims(), algorithm=hashes.SHA384())
    assert refused(token).slug == "algorithm-refused"


def test_an_unsigned_token_is_refused() -> None:
    header, payload, _ = compact(rs256_header(alg="none"), resource_link_claims()).split(".")
    assert refused(f"{header}.{payload}.").slug == "algorithm-refused"


@pytest.mark.parametrize("extension", [{"crit": ["exp"]}, {"b64": False}, {"b64": True}])
def test_critical_extensions_are_refused(extension: dict[str, Any]) -> None:
    token = compact(rs256_header(**extension), resource_link_claims())
    assert refused(token).slug == "algorithm-refused"


# S7 and S8: times.


@pytest.mark.parametrize("claim", ["exp", "iat"])
@pytest.mark.parametrize("time", [None, "1795348800", True, [], {}, -1, 10**30])
def test_a_time_that_is_none_is_refused(claim: str, time: Any) -> None:
    refusal = refused(resource_link_claims(**{claim: time}))
    assert refusal.check == {"exp": "expiry", "iat": "issued at"}[claim]


@pytest.mark.parametrize("claim", ["exp", "iat"])
def test_a_missing_time_is_refused(claim: str) -> None:
    assert refused(without(resource_link_claims(), claim)).slug == f"{claim}-malformed"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e400"])
def test_a_number_that_json_does_not_have_is_refused(number: str) -> None:
    payload = json.dumps(resource_link_claims(exp=0)).replace('"exp": 0', f'"exp": {number}')
    assert refused(compact(rs256_header(), payload.encode())).slug == "id-token-malformed"


def test_an_expired_token_is_refused_after_a_minute_of_leeway() -> None:
    assert launched(resource_link_claims(exp=SECONDS - 59)).subject == "user-1"
    assert refused(resource_link_claims(exp=SECONDS - 60)).slug == "token-expired"


def test_a_token_from_a_fast_clock_is_accepted_within_a_minute() -> None:
    assert launched(resource_link_claims(iat=SECONDS + 60)).subject == "user-1"
    refusal = refused(resource_link_claims(iat=SECONDS + 61))
    assert refusal.slug == "token-from-the-future"


def test_a_token_of_yesterday_is_refused_whatever_its_expiry() -> None:
    assert refused(resource_link_claims(iat=SECONDS - 86400)).slug == "token-too-old"


def test_times_may_have_fractions() -> None:
    assert launched(resource_link_claims(iat=SECONDS - 0.5, exp=SECONDS + 59.5)).subject


# S9: the nonce.


@pytest.mark.parametrize("nonce", [None, "", 5, ["nonce-1"]])
def test_a_missing_nonce_is_refused(nonce: Any) -> None:
    assert refused(resource_link_claims(nonce=nonce)).slug == "nonce-missing"


def test_the_nonce_of_another_login_is_refused() -> None:
    assert refused(resource_link_claims(nonce="nonce-2")).slug == "nonce-mismatch"
    assert refused(resource_link_claims(nonce="nöncé")).slug == "nonce-mismatch"


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


@pytest.mark.parametrize("version", ["1.3", "1.3.0 ", "LTI-1p0", 1.3, None])
def test_other_versions_are_refused(version: Any) -> None:
    assert refused(resource_link_claims(**{claims.VERSION: version})).check == "version"


@pytest.mark.parametrize("type", ["LtiSomethingElse", "", None, [], {}, 1])
def test_unknown_messages_are_refused(type: Any) -> None:
    assert refused(resource_link_claims(**{claims.MESSAGE_TYPE: type})).check == "message type"


@pytest.mark.parametrize("subject", [None, "", 7, "x" * 256, "müller", ["user-1"], "a\x00b"])
def test_a_subject_that_is_not_an_identifier_is_refused(subject: Any) -> None:
    assert refused(resource_link_claims(sub=subject)).slug == "subject-missing"
    anonymous = a_registration(allow_anonymous=True)
    assert refused(resource_link_claims(sub=subject), registration=anonymous).check == "subject"


def test_an_anonymous_launch_is_accepted_where_the_registration_allows_it() -> None:
    registration = a_registration(allow_anonymous=True)
    message = launched(without(resource_link_claims(), "sub"), registration=registration)
    assert message.subject is None


@pytest.mark.parametrize("roles", ["Instructor", None, {}, [1], [None], [["Instructor"]]])
def test_roles_that_are_not_a_list_of_strings_are_refused(roles: Any) -> None:
    assert refused(resource_link_claims(**{claims.ROLES: roles})).slug == "roles-missing"


@pytest.mark.parametrize("target", [None, "", f"{TOOL_URL}/elsewhere", 7])
def test_a_target_that_was_not_asked_for_at_login_is_refused(target: Any) -> None:
    refusal = refused(resource_link_claims(**{claims.TARGET_LINK_URI: target}))
    assert refusal.slug == "target-mismatch"


def test_a_missing_target_is_refused() -> None:
    refusal = refused(without(resource_link_claims(), claims.TARGET_LINK_URI))
    assert refusal.slug == "target-mismatch"


def test_a_target_that_is_not_ours_is_refused() -> None:
    elsewhere = "https://attacker.example/launch"
    login = a_login(target_link_uri=elsewhere)
    refusal = refused(resource_link_claims(**{claims.TARGET_LINK_URI: elsewhere}), login=login)
    assert refusal.slug == "target-not-ours"


@pytest.mark.parametrize("link", [None, "link-1", [], {}, {"id": ""}, {"id": 5}, {"id": "x" * 256}])
def test_a_resource_link_without_a_usable_id_is_refused(link: Any) -> None:
    refusal = refused(resource_link_claims(**{claims.RESOURCE_LINK: link}))
    assert refusal.slug == "resource-link-missing"


@pytest.mark.parametrize("context", [None, "2", [], {}, {"id": ""}, {"id": 2}, {"id": "x" * 256}])
def test_a_context_without_a_usable_id_is_refused(context: Any) -> None:
    refusal = refused(resource_link_claims(**{claims.CONTEXT: context}))
    assert refusal.slug == "context-malformed"


@pytest.mark.parametrize("deployment", [None, "", 1, "x" * 256, ["deployment-1"]])
def test_a_deployment_that_is_not_an_identifier_is_refused(deployment: Any) -> None:
    refusal = refused(resource_link_claims(**{claims.DEPLOYMENT_ID: deployment}))
    assert refusal.slug == "deployment-missing"


def test_an_unknown_deployment_is_named_for_an_administrator_to_approve() -> None:
    refusal = refused(resource_link_claims(**{claims.DEPLOYMENT_ID: "deployment-2"}))
    assert (refusal.slug, refusal.trusted) == ("deployment-unknown", True)
    assert refusal.deployment_id == "deployment-2"


@pytest.mark.parametrize(
    "settings",
    [
        {"deep_link_return_url": None},
        {"deep_link_return_url": "http://lms.example/return"},
        {"deep_link_return_url": "javascript:alert(1)"},
        {"deep_link_return_url": "/return"},
        {"accept_types": "ltiResourceLink"},
        {"accept_types": None},
        {"accept_presentation_document_targets": [1]},
        {"data": {"not": "a string"}},
    ],
)
def test_deep_linking_settings_that_cannot_be_answered_are_refused(
    settings: dict[str, Any],
) -> None:
    assert refused(deep_linking_claims(**settings)).check == "deep linking settings"


def test_data_that_is_null_is_data_that_was_not_sent() -> None:
    settings = launched(deep_linking_claims(data=None)).deep_linking
    assert settings is not None
    assert settings.data is None


def test_errors_that_canvas_mixes_in_and_unknown_claims_are_ignored() -> None:
    content = resource_link_claims(
        **{
            claims.CUSTOM: {"unit": "1", "errors": {"errors": {}}},
            claims.CONTEXT: {"id": "2", "errors": {"errors": {}}},
            "https://example.com/claim": {"a": [1]},
        }
    )
    message = launched(content)
    assert message.custom == {"unit": "1"}
    assert message.raw["https://example.com/claim"] == {"a": [1]}


# Tokens that are none.


def malformed_tokens() -> Iterator[str]:
    good = signed(resource_link_claims())
    header, payload, signature = good.split(".")
    yield from ("", ".", "..", "abc", "a.b.c", f"{header}.{payload}", f"{good}.x", f"{good}.x.y")
    yield f"{header}.{payload}=.{signature}"
    yield f"é.{payload}.{signature}"
    yield "x" * (256 * 1024 + 1)


@pytest.mark.parametrize("token", list(malformed_tokens()), ids=range(11))
def test_what_is_not_a_token_is_refused(token: str) -> None:
    refusal = refused(token)
    assert refusal.slug in {"id-token-malformed", "signature-invalid"}
    assert not refusal.trusted


@pytest.mark.parametrize(
    "payload",
    [
        b"[]",
        b'"text"',
        b"null",
        b"{",
        b"\xff\xfe",
        b'{"iss": "https://lms.example", "iss": "https://lms.example"}',
        b'{"name": "\\ud800"}',
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        b"[" * 90_000 + b"]" * 90_000,
        b'{"exp": ' + b"9" * 5_000 + b"}",
    ],
    ids=range(10),
)
def test_a_payload_that_is_not_one_clear_object_is_refused(payload: bytes) -> None:
    assert refused(compact(rs256_header(), payload)).slug == "id-token-malformed"


def test_a_large_launch_is_accepted_and_a_huge_one_refused() -> None:
    custom = {f"name-{n}": "x" * 1000 for n in range(150)}
    assert len(launched(resource_link_claims(**{claims.CUSTOM: custom})).custom) == 150
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
