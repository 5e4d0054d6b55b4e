"""What PyLTI1p3 2.0.0 (and its fork pylti1p3next 2.0.2) was seen to do with a launch, and we not.

Three lists, each as it was found by probing: accepted although it should not be, refused although
it should not be, and answered with an exception of no particular kind. The rest is what it was seen
to send.
"""

from typing import Any

import pytest
from werkzeug.wrappers import Response

from lti import claims
from lti.errors import LaunchRefused, LoginRefused, ServiceRefused
from lti.http import Http
from lti.login import LoginRequest, chosen_registration
from lti.nrps import Memberships
from lti.testing import payloads
from lti.testing.answers import as_json
from lti.testing.payloads import pylti1p3
from lti.testing.payloads.values import TRUSTED
from tests.lti.conftest import Campus, Script, ToolSite
from tests.lti.expected import EXPECTED
from tests.lti.factories import (
    NOW,
    a_login,
    a_registration,
    genuine,
    launched,
    resource_link_claims,
)

SECONDS = int(NOW.timestamp())


def refused(content: Any, **circumstances: Any) -> str:
    with pytest.raises(LaunchRefused) as refusal:
        launched(content, **circumstances)
    return refusal.value.slug


# Accepted by them, and should not be.


def test_the_same_post_twice_in_the_same_browser() -> None:
    unspent = [True]
    content = resource_link_claims()
    assert launched(content, spend=lambda: unspent and unspent.pop())
    assert refused(content, spend=lambda: bool(unspent)) == "launch-replayed"


def test_the_same_nonce_in_another_token_for_somebody_else() -> None:
    unspent = [True]
    assert launched(resource_link_claims(), spend=lambda: unspent and unspent.pop())
    other = resource_link_claims(sub="user-2", iat=SECONDS)
    assert refused(other, spend=lambda: bool(unspent)) == "launch-replayed"


@pytest.mark.parametrize(
    "name", [name for name in pylti1p3.ACCEPTS if name in EXPECTED], ids=lambda name: name
)
def test_accepted_by_them_and_refused_by_us(name: str) -> None:
    assert refused(payloads.named(name).token(genuine())) == EXPECTED[name][0]


def test_a_foreign_target_that_the_login_asked_for_as_well() -> None:
    elsewhere = "https://other.example/launch"
    content = resource_link_claims(**{claims.TARGET_LINK_URI: elsewhere})
    assert refused(content, login=a_login(target_link_uri=elsewhere)) == "target-not-ours"


# Refused by them, and should not be.


def test_our_client_id_second_in_a_list_of_audiences_that_we_trust() -> None:
    token = payloads.named("client id after an audience that we trust").token(genuine())
    registration = a_registration(trusted_audiences=frozenset({TRUSTED}))
    assert launched(token, registration=registration).client_id == "client-1"
    assert refused(token) == "audience-untrusted"


def test_a_platform_whose_clock_is_two_seconds_fast() -> None:
    token = payloads.named("clock two seconds fast").token(genuine())
    assert launched(token).subject == "user-1"


# Answered by them with an exception of no particular kind.


@pytest.mark.parametrize(
    "name", [name for name in pylti1p3.BREAKS if name in EXPECTED], ids=lambda name: name
)
def test_an_exception_there_and_a_refusal_here(name: str) -> None:
    assert refused(payloads.named(name).token(genuine())) == EXPECTED[name][0]


def test_an_issuer_that_nobody_knows() -> None:
    class Nobody:
        def by_id(self, id: str, /) -> None:
            return None

        def by_issuer(self, issuer: str, /) -> list[Any]:
            return []

    request = LoginRequest(
        issuer="https://other.example", login_hint="user-1", target_link_uri="https://x.example"
    )
    with pytest.raises(LoginRefused) as refusal:
        chosen_registration(request, Nobody())
    assert refusal.value.slug == "registration-unknown"


# What they send.


def test_the_next_page_keeps_its_case_and_a_foreign_one_gets_no_token(
    campus: Campus, site: ToolSite, script: Script
) -> None:
    page = {"members": [{"user_id": "4"}]}
    script.will_answer(
        as_json(page, headers={"Link": '</x?page=bookmark:WzEs>; rel="next"'}),
        as_json(page, headers={"Link": '<http://127.0.0.2:1/x>; rel="next"'}),
    )
    with pytest.raises(ServiceRefused) as refusal:
        Memberships(site.services).members(campus.registration, script.url)
    assert refusal.value.slug == "paging-elsewhere"
    assert [request.query_string for request in script.received] == [b"", b"page=bookmark:WzEs"]


def test_no_call_waits_for_ever(script: Script) -> None:
    script.will_answer(Response("late"))
    assert Http()._timeout == (3.05, 10.0)
    assert Http()._longest == 30.0
