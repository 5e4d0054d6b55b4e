"""The pack of launches that a tool must refuse or take, through the library.

Tests are called by the payloads' names: the twelve "known bad payloads" of the Certification Guide
(section 6.1.1), its launches for teachers and students, and each row of our table of checks.
"""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from lti import roles, urls
from lti.errors import LaunchRefused, LoginRefused
from lti.keys import PlatformKeySets
from lti.login import LoginRequest, begin, chosen_registration
from lti.message import LaunchMessage, PersonClaims
from lti.registration import Registration
from lti.testing import payloads
from lti.testing.payloads import Given, Login, Message, Token, pylti1p3
from lti.testing.payloads.accepted import UNKNOWN_ROLE
from lti.testing.payloads.values import TRUSTED
from tests.lti.conftest import Campus, ToolSite
from tests.lti.expected import EXPECTED
from tests.lti.factories import (
    NOW,
    TOOL_URL,
    a_registration,
    deep_linking_claims,
    genuine,
    launched,
    public_keys,
    resource_link_claims,
    submission_review_claims,
)

GENUINE: Mapping[Message, Callable[[], dict[str, Any]]] = {
    Message.RESOURCE_LINK: resource_link_claims,
    Message.DEEP_LINKING: deep_linking_claims,
    Message.SUBMISSION_REVIEW: submission_review_claims,
}
KIDS_UNKNOWN = ("incorrect kid in jwt header", "another platforms key")
LOGIN = {
    "iss": "https://lms.example",
    "login_hint": "user-1",
    "target_link_uri": f"{TOOL_URL}/launch?unit=1",
    "lti_message_hint": "hint",
    "client_id": "client-1",
    "lti_deployment_id": "deployment-1",
}
ENTRIES = (
    *payloads.BAD_TOKENS,
    *payloads.GOOD_TOKENS,
    *payloads.BAD_LOGINS,
    *payloads.GOOD_LOGINS,
    *payloads.BAD_POSTS,
)


def called(entry: Token | Login) -> str:
    return entry.name


def token_of(payload: Token) -> str:
    return payload.token(genuine(GENUINE[payload.message]()))


def refused(payload: Token, **circumstances: Any) -> LaunchRefused:
    def spend() -> bool:
        raise AssertionError("a bad payload was about to spend the launch")

    keys = () if payload.name in KIDS_UNKNOWN else public_keys()
    with pytest.raises(LaunchRefused) as refusal:
        launched(token_of(payload), **{"spend": spend, "keys": keys, **circumstances})
    return refusal.value


def taken(payload: Token) -> LaunchMessage:
    trusted = frozenset({TRUSTED} if payload.given is Given.TRUSTED_AUDIENCE else ())
    return launched(token_of(payload), registration=a_registration(trusted_audiences=trusted))


@pytest.mark.parametrize("payload", payloads.BAD_TOKENS, ids=called)
def test_a_bad_launch_is_refused_and_not_spent(payload: Token) -> None:
    refusal = refused(payload)
    assert (refusal.slug, refusal.status) == EXPECTED[payload.name]


@pytest.mark.parametrize("payload", payloads.GOOD_TOKENS, ids=called)
def test_a_good_launch_is_taken(payload: Token) -> None:
    assert taken(payload).subject == "user-1"


def begun(login: Login) -> str:
    """Begin a login that a platform registered once asks for; return where it leads."""

    class Known:
        def by_id(self, id: str, /) -> None:
            return None

        def by_issuer(self, issuer: str, /) -> list[Registration]:
            return [a_registration()] if issuer == a_registration().issuer else []

    said: dict[str, list[str]] = {}
    for name, value in login.changed(LOGIN):
        said.setdefault(name, []).append(value)
    request = LoginRequest.parse(said)
    return begin(
        request,
        chosen_registration(request, Known()),
        launch_url=f"{TOOL_URL}/launch",
        is_ours=urls.within(TOOL_URL),
        now=NOW,
    ).url


@pytest.mark.parametrize("login", payloads.BAD_LOGINS, ids=called)
def test_a_bad_login_is_refused(login: Login) -> None:
    with pytest.raises(LoginRefused):
        begun(login)


@pytest.mark.parametrize("login", payloads.GOOD_LOGINS, ids=called)
def test_a_good_login_is_answered(login: Login) -> None:
    assert begun(login).startswith("https://lms.example/auth?")


# What the Certification Guide wants known of those that are taken.


@pytest.mark.parametrize("person", ["teacher", "student"])
def test_whom_a_certified_launch_is_by(person: str) -> None:
    def message(name: str) -> LaunchMessage:
        return taken(payloads.named(f"{name}, {person}"))

    role = {"teacher": roles.INSTRUCTOR, "student": roles.LEARNER}[person]
    valid = message("a valid launch")
    assert valid.roles == {role}
    assert (valid.is_instructor, valid.is_learner) == (person == "teacher", person == "student")
    assert valid.context is not None
    assert valid.context.title == "Stars"
    assert valid.person.name == "Ms Jane Marie Doe"
    assert message("multiple roles").roles == {role, roles.CONTENT_DEVELOPER}
    assert message("a short role").roles == {role}
    assert message("an unknown role").roles == {UNKNOWN_ROLE, role}
    nobody = message("no role")
    assert (nobody.roles, nobody.is_instructor, nobody.is_learner) == (frozenset(), False, False)
    assert message("e mail only").person == PersonClaims(email="jane@platform.example.edu")
    assert message("names only").person == PersonClaims(
        name="Ms Jane Marie Doe", given_name="Jane", family_name="Doe"
    )
    assert message("no personal data").person == PersonClaims()
    without_course = message("e mail without context")
    assert without_course.context is None
    assert without_course.person.email == "jane@platform.example.edu"


def test_a_deep_linking_request_need_not_say_where_to() -> None:
    message = taken(payloads.named("a deep linking request without a target link"))
    assert message.is_deep_linking
    assert message.target_link_uri is None
    settings = taken(payloads.named("data that is null")).deep_linking
    assert settings is not None
    assert settings.data is None


def test_an_incorrect_kid_is_looked_for_once_more(
    campus: Campus, site: ToolSite, requests_to: Callable[[str], list[int]]
) -> None:
    payload = payloads.named("incorrect kid in jwt header")
    key_sets = PlatformKeySets(site.http)
    assert key_sets.for_token(campus.registration, genuine().signed(), NOW) != ()
    later = NOW + PlatformKeySets.COOL_DOWN
    keys = key_sets.for_token(campus.registration, token_of(payload), later)
    refusal = refused(payload, keys=keys)
    assert (refusal.slug, refusal.check) == ("kid-unknown", "key")
    assert requests_to("jwks") == [200, 200]  # the first, and one more to be sure


def test_every_refusal_says_what_had_passed_and_where_it_is_asked_for() -> None:
    refusal = refused(payloads.named("role claim missing"))
    assert refusal.passed[:5] == ("state", "browser", "registration", "key", "signature")
    assert refusal.passed[-1] == "subject"
    assert refusal.specification.startswith("https://www.imsglobal.org/spec/lti/v1p3/#")


# The pack itself.


def test_every_entry_has_a_name_of_its_own_and_says_what_it_is() -> None:
    names = [entry.name for entry in ENTRIES]
    assert len(set(names)) == len(names)
    assert all(entry.row and entry.changes for entry in ENTRIES)
    assert all(entry.specification.startswith("https://") for entry in ENTRIES)
    assert set(EXPECTED) == {payload.name for payload in payloads.BAD_TOKENS}


@pytest.mark.parametrize("payload", payloads.BAD_TOKENS, ids=called)
def test_a_bad_token_is_not_the_genuine_one(payload: Token) -> None:
    base = genuine(GENUINE[payload.message]())
    assert payload.token(base) != base.signed()


def test_what_pylti1p3_gets_wrong_is_in_the_pack() -> None:
    bad = {e.name for e in (*payloads.BAD_TOKENS, *payloads.BAD_POSTS, *payloads.BAD_LOGINS)}
    good = {payload.name for payload in payloads.GOOD_TOKENS}
    assert bad >= {*pylti1p3.ACCEPTS, *pylti1p3.BREAKS}
    assert good >= set(pylti1p3.REFUSES)
