"""The twelve "known bad payloads" of the LTI Advantage Certification Guide, section 6.1.1.

Each is refused, by the check that should, and none spends the launch.
"""

from collections.abc import Callable
from typing import Any

import pytest

from lti import claims
from lti.errors import LaunchRefused
from lti.keys import PlatformKeySets
from tests.lti.conftest import Campus, ToolSite
from tests.lti.factories import (
    NOW,
    compact,
    launched,
    public_keys,
    resource_link_claims,
    rs256_header,
    token_claims,
    without,
)


def refused(content: Any, **circumstances: Any) -> LaunchRefused:
    def spend() -> bool:
        raise AssertionError("a bad payload was about to spend the launch")

    with pytest.raises(LaunchRefused) as refusal:
        launched(content, **{"spend": spend, **circumstances})
    return refusal.value


def test_no_kid_sent_in_jwt_header() -> None:
    token = compact(without(rs256_header(), "kid"), resource_link_claims())
    refusal = refused(token)
    assert (refusal.slug, refusal.check) == ("kid-missing", "key")


def test_incorrect_kid_in_jwt_header(
    campus: Campus, site: ToolSite, requests_to: Callable[[str], list[int]]
) -> None:
    token = compact(rs256_header(kid="imstester_66067"), resource_link_claims())
    key_sets = PlatformKeySets(site.http)
    good = compact(rs256_header(), resource_link_claims())
    assert key_sets.for_token(campus.registration, good, NOW) != ()
    later = NOW + PlatformKeySets.COOL_DOWN
    refusal = refused(token, keys=key_sets.for_token(campus.registration, token, later))
    assert (refusal.slug, refusal.check) == ("kid-unknown", "key")
    assert requests_to("jwks") == [200, 200]  # the first, and one more to be sure


def test_wrong_lti_version() -> None:
    refusal = refused(resource_link_claims(**{claims.VERSION: "11.3"}))
    assert (refusal.slug, refusal.check) == ("version-unsupported", "version")


def test_no_lti_version() -> None:
    refusal = refused(without(resource_link_claims(), claims.VERSION))
    assert (refusal.slug, refusal.check) == ("version-unsupported", "version")


def test_invalid_lti_message() -> None:
    refusal = refused({"name": "badltilaunch"})
    assert (refusal.slug, refusal.check) == ("issuer-mismatch", "issuer")
    genuine = refused({**token_claims(), "name": "badltilaunch"})
    assert (genuine.slug, genuine.check) == ("version-unsupported", "version")


def test_missing_lti_claims() -> None:
    content = without(resource_link_claims(), claims.MESSAGE_TYPE, claims.VERSION, claims.ROLES)
    assert refused(content).check == "version"


def test_timestamps_incorrect() -> None:
    refusal = refused(resource_link_claims(iat=11111, exp=22222))
    assert (refusal.slug, refusal.check) == ("token-expired", "expiry")


def test_message_type_claim_missing() -> None:
    refusal = refused(without(resource_link_claims(), claims.MESSAGE_TYPE))
    assert (refusal.slug, refusal.check) == ("message-type-unsupported", "message type")


def test_role_claim_missing() -> None:
    refusal = refused(without(resource_link_claims(), claims.ROLES))
    assert (refusal.slug, refusal.check) == ("roles-missing", "roles")


def test_deployment_id_claim_missing() -> None:
    refusal = refused(without(resource_link_claims(), claims.DEPLOYMENT_ID))
    assert (refusal.slug, refusal.check) == ("deployment-missing", "deployment")


def test_resource_link_id_claim_missing() -> None:
    refusal = refused(resource_link_claims(**{claims.RESOURCE_LINK: {"title": "No id"}}))
    assert (refusal.slug, refusal.check) == ("resource-link-missing", "resource link")


def test_user_sub_claim_missing() -> None:
    refusal = refused(without(resource_link_claims(), "sub"))
    assert (refusal.slug, refusal.check) == ("subject-missing", "subject")


def test_every_refusal_says_what_had_passed_and_where_it_is_asked_for() -> None:
    refusal = refused(without(resource_link_claims(), claims.ROLES), keys=public_keys())
    assert refusal.passed[:5] == ("state", "browser", "registration", "key", "signature")
    assert refusal.passed[-1] == "subject"
    assert refusal.specification.startswith("https://www.imsglobal.org/spec/lti/v1p3/#")
