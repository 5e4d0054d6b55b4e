"""Login initiation and authentication request. L1 to L13 are the rows of our table of checks."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti import urls
from lti.errors import LoginRefused
from lti.login import (
    Beginning,
    LoginRequest,
    begin,
    browser_digest,
    chosen_registration,
    platform_refusal,
)
from lti.registration import Registration
from lti.testing import payloads
from lti.testing.payloads import Login
from tests.lti.factories import NOW, TOOL_URL, a_registration, recorded

INITIATION = {
    "iss": ["https://lms.example"],
    "login_hint": ["user-1"],
    "target_link_uri": [f"{TOOL_URL}/launch?unit=1"],
}


class Known:
    """Registrations in a list."""

    def __init__(self, *registrations: Registration) -> None:
        self._registrations = registrations

    def by_id(self, id: str, /) -> Registration | None:
        return next((each for each in self._registrations if each.id == id), None)

    def by_issuer(self, issuer: str, /) -> Sequence[Registration]:
        return [each for each in self._registrations if each.issuer == issuer]


def parsed(**changes: Any) -> LoginRequest:
    parameters = {**INITIATION, **changes}
    return LoginRequest.parse({name: said for name, said in parameters.items() if said is not None})


def refused(**changes: Any) -> str:
    with pytest.raises(LoginRefused) as refusal:
        parsed(**changes)
    return refusal.value.slug


def begun(request: LoginRequest, **changes: Any) -> Beginning:
    return begin(
        request,
        a_registration(**changes),
        launch_url=f"{TOOL_URL}/launch",
        is_ours=urls.within(TOOL_URL),
        now=NOW,
    )


def asked(beginning: Beginning) -> dict[str, list[str]]:
    return parse_qs(urlsplit(beginning.url).query, keep_blank_values=True)


def pack(*rows: str) -> list[Login]:
    """Return the logins of the pack that are cases of these rows."""
    return [login for login in payloads.BAD_LOGINS if login.row in rows]


def parsed_as(login: Login) -> LoginRequest:
    plain = {name: said[0] for name, said in INITIATION.items()} | {"client_id": "client-1"}
    said: dict[str, list[str]] = {}
    for name, value in login.changed(plain):
        said.setdefault(name, []).append(value)
    return LoginRequest.parse(said)


def test_l1_a_login_becomes_an_authentication_request() -> None:
    beginning = begun(parsed(lti_message_hint=["hint"]))
    assert beginning.url.startswith("https://lms.example/auth?")
    assert asked(beginning) == {
        "scope": ["openid"],
        "response_type": ["id_token"],
        "response_mode": ["form_post"],
        "prompt": ["none"],
        "client_id": ["client-1"],
        "redirect_uri": [f"{TOOL_URL}/launch"],
        "login_hint": ["user-1"],
        "lti_message_hint": ["hint"],
        "state": [beginning.login.state],
        "nonce": [beginning.login.nonce],
    }


def test_l2_moodles_hint_goes_back_as_it_came() -> None:
    said = {name: [value] for name, value in recorded("oidc_login_init").items()}
    request = LoginRequest.parse(said)
    beginning = begin(
        request,
        a_registration(issuer="http://127.0.0.1:8090", client_id="gBAwqERiJaM4I4j"),
        launch_url="http://127.0.0.1:5055/launch",
        is_ours=urls.within("http://127.0.0.1:5055"),
        now=NOW,
    )
    assert asked(beginning)["lti_message_hint"] == said["lti_message_hint"]
    assert request.deployment_id == "1"
    assert request.client_id == "gBAwqERiJaM4I4j"


@given(
    hint=st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=200),
    query=st.sampled_from(["", "?tenant=1", "?a=%20&b="]),
)
def test_hints_survive_any_characters_and_any_endpoint(hint: str, query: str) -> None:
    beginning = begun(
        parsed(lti_message_hint=[hint], login_hint=[hint]),
        authorization_endpoint=f"https://lms.example/auth{query}",
    )
    assert asked(beginning)["lti_message_hint"] == [hint]
    assert asked(beginning)["login_hint"] == [hint]
    assert parse_qs(query[1:], keep_blank_values=True).items() <= asked(beginning).items()


@pytest.mark.parametrize("login", pack("L3", "L4", "L5"), ids=lambda login: login.name)
def test_l3_to_l5_a_missing_parameter_is_refused(login: Login) -> None:
    with pytest.raises(LoginRefused) as refusal:
        parsed_as(login)
    assert refusal.value.slug == "login-parameter-missing"


def test_l6_an_unknown_issuer_or_client_is_refused() -> None:
    for request in (parsed(iss=["https://other.example"]), parsed(client_id=["client-2"])):
        with pytest.raises(LoginRefused) as refusal:
            chosen_registration(request, Known(a_registration()))
        assert refusal.value.slug == "registration-unknown"


def test_l6_the_issuer_is_compared_to_the_letter() -> None:
    with pytest.raises(LoginRefused):
        chosen_registration(parsed(iss=["https://lms.example/"]), Known(a_registration()))


def test_l7_without_a_client_id_the_only_registration_is_meant() -> None:
    assert chosen_registration(parsed(), Known(a_registration())) == a_registration()


def test_l8_of_several_registrations_the_only_one_with_the_deployment_is_meant() -> None:
    second = a_registration(id="registration-2", client_id="client-2")
    third = replace(second, id="registration-3", client_id="client-3", deployment_ids=frozenset())
    known = Known(a_registration(deployment_ids=frozenset({"other"})), second, third)
    request = parsed(lti_deployment_id=["deployment-1"])
    assert chosen_registration(request, known) is second
    for said, everybody in (("unheard-of", known), ("deployment-1", Known(second, second))):
        with pytest.raises(LoginRefused) as refusal:
            chosen_registration(parsed(lti_deployment_id=[said]), everybody)
        assert refusal.value.slug == "registration-ambiguous"


def test_l8_without_a_client_id_several_registrations_are_ambiguous() -> None:
    known = Known(a_registration(), a_registration(id="registration-2", client_id="client-2"))
    with pytest.raises(LoginRefused) as refusal:
        chosen_registration(parsed(), known)
    assert refusal.value.slug == "registration-ambiguous"
    assert "login URL" in str(refusal.value)
    assert chosen_registration(parsed(client_id=["client-2"]), known).id == "registration-2"
    assert chosen_registration(parsed(), known, "registration-2").id == "registration-2"


@pytest.mark.parametrize(
    ("id", "changes", "slug"),
    [
        ("registration-9", {}, "registration-unknown"),
        ("registration-1", {"iss": ["https://other.example"]}, "registration-mismatch"),
        ("registration-1", {"client_id": ["client-2"]}, "registration-mismatch"),
    ],
)
def test_a_login_url_of_one_registration_is_for_that_one(
    id: str, changes: dict[str, list[str]], slug: str
) -> None:
    with pytest.raises(LoginRefused) as refusal:
        chosen_registration(parsed(**changes), Known(a_registration()), id)
    assert refusal.value.slug == slug


@pytest.mark.parametrize("name", ["lti_deployment_id", "deployment_id"])
def test_l9_an_unknown_deployment_is_left_to_the_signed_launch(name: str) -> None:
    request = parsed(**{name: ["deployment-9"]})
    assert request.deployment_id == "deployment-9"
    assert chosen_registration(request, Known(a_registration())) == a_registration()


@pytest.mark.parametrize("login", pack("L10"), ids=lambda login: login.name)
def test_l10_a_target_that_is_not_ours_is_refused(login: Login) -> None:
    with pytest.raises(LoginRefused) as refusal:
        begun(parsed_as(login))
    assert refusal.value.slug == "target-not-ours"


def test_l10_the_redirect_uri_is_ours_whatever_the_target() -> None:
    beginning = begun(parsed(target_link_uri=[f"{TOOL_URL}/elsewhere?x=1"]))
    assert asked(beginning)["redirect_uri"] == [f"{TOOL_URL}/launch"]
    assert beginning.login.target_link_uri == f"{TOOL_URL}/elsewhere?x=1"


@pytest.mark.parametrize(
    "target", ['"><script>', "opener", "_TOP", "_blank", "x" * 10_000, "", "a b", "a\x00"]
)
def test_l11_a_frame_name_that_is_not_safe_is_ignored(target: str) -> None:
    assert parsed(lti_storage_target=[target]).storage_target is None


def test_l11_a_frame_name_is_remembered() -> None:
    for name in ("post_message_forwarding", "_parent", "frame-1"):
        assert begun(parsed(lti_storage_target=[name])).login.storage_target == name
    assert parsed(lti_storage_target=["one", "two"]).storage_target is None


@pytest.mark.parametrize("login", pack("L12"), ids=lambda login: login.name)
def test_l12_what_is_said_twice_too_long_or_unprintable_is_refused(login: Login) -> None:
    with pytest.raises(LoginRefused) as refusal:
        parsed_as(login)
    twice = login.name.endswith(" twice")
    kind = "repeated" if twice else "malformed"
    assert refusal.value.slug == f"login-parameter-{kind}"


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": ["x" * 256]},
        {"lti_deployment_id": ["x" * 256]},
        {"login_hint": ["\ud800"]},
    ],
)
def test_l12_an_identifier_that_is_too_long_is_refused(changes: dict[str, list[str]]) -> None:
    assert refused(**changes) == "login-parameter-malformed"


@given(
    parameters=st.dictionaries(
        st.sampled_from([*INITIATION, "client_id", "lti_message_hint", "lti_storage_target"]),
        st.lists(st.text(), max_size=3),
    )
)
def test_l12_whatever_is_sent_is_a_request_or_a_refusal(parameters: dict[str, list[str]]) -> None:
    with suppress(LoginRefused):
        assert [LoginRequest.parse(parameters).issuer] == parameters["iss"]


def test_refusals_do_not_repeat_what_was_sent() -> None:
    with pytest.raises(LoginRefused) as refusal:
        parsed(login_hint=["jane-doe", "jane-doe"])
    assert "jane-doe" not in str(refusal.value)


@pytest.mark.parametrize(
    ("error", "slug", "advice"),
    [
        ("login_required", "platform-login-required", "Sign in"),
        ("launch_no_longer_valid", "platform-launch-no-longer-valid", "open the page again"),
        ("access_denied", "platform-access-denied", "instructor"),
        ("unauthorized_client", "platform-unauthorized-client", "administrator"),
        ("temporarily_unavailable", "platform-temporarily-unavailable", "moment"),
        ("<script>", "platform-error", "course"),
    ],
)
def test_l13_an_error_of_the_platform_has_a_calm_meaning(
    error: str, slug: str, advice: str
) -> None:
    refusal = platform_refusal({"error": [error], "error_description": ["<b>secret</b>"]})
    assert refusal is not None
    assert (refusal.slug, refusal.trusted, refusal.return_url) == (slug, False, None)
    assert advice in str(refusal)
    assert "secret" not in str(refusal)
    assert "<" not in str(refusal)


def test_l13_a_form_with_a_token_is_no_error() -> None:
    assert platform_refusal({"id_token": ["a.b.c"], "state": ["1"]}) is None


def test_the_database_alone_is_not_enough_to_finish_a_login() -> None:
    beginning = begun(parsed())
    assert beginning.login.browser_digest == browser_digest(beginning.browser)
    assert beginning.browser not in repr(beginning.login)
    assert beginning.browser not in repr(beginning)
    assert len({beginning.login.state, beginning.login.nonce, beginning.browser}) == 3


def test_a_login_lasts_ten_minutes_and_is_never_the_same() -> None:
    first, second = begun(parsed()), begun(parsed())
    assert first.login.expires_at - first.login.issued_at == timedelta(minutes=10)
    assert first.login.state != second.login.state
    assert first.login.nonce != second.login.nonce
    assert first.browser != second.browser
