"""Plain functions with defaults: registrations, logins, claims, signed tokens, launches."""

import json
from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from lti import claims, jose, launch, urls
from lti.jose import PublicKey
from lti.login import browser_digest
from lti.message import LaunchMessage
from lti.registration import PendingLogin, Registration
from lti.testing.tokens import Genuine, put_together

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
RECORDED = Path(__file__).parent.parent / "data" / "moodle-4.3"
TOOL_URL = "https://tool.example"
BROWSER = "the-verifier-that-this-browser-keeps"


@cache
def rsa_key(name: str) -> tuple[str, str]:
    """Return `kid` and PEM of a key, the same for the same name during one run."""
    _, pem = jose.new_private_key()
    return f"{name}-kid", pem


def public_keys(name: str = "platform", **changes: Any) -> tuple[PublicKey, ...]:
    """Return the key that platforms sign with, as the tool has fetched it."""
    jwk = {**jose.public_jwk(*rsa_key(name)), **changes}
    return jose.public_keys({"keys": [jwk]}).get(jwk["kid"], ())


def a_registration(**changes: Any) -> Registration:
    """Return a registration with one deployment."""
    facts: dict[str, Any] = {
        "id": "registration-1",
        "issuer": "https://lms.example",
        "client_id": "client-1",
        "authorization_endpoint": "https://lms.example/auth",
        "token_endpoint": "https://lms.example/token",
        "jwks_uri": "https://lms.example/jwks",
        "deployment_ids": frozenset({"deployment-1"}),
        "product": "moodle",
    }
    return Registration(**{**facts, **changes})


def a_login(**changes: Any) -> PendingLogin:
    """Return a login that `BROWSER` began a minute ago."""
    facts: dict[str, Any] = {
        "state": "state-1",
        "nonce": "nonce-1",
        "registration_id": "registration-1",
        "browser_digest": browser_digest(BROWSER),
        "target_link_uri": f"{TOOL_URL}/launch",
        "storage_target": None,
        "issued_at": NOW - timedelta(minutes=1),
        "expires_at": NOW + timedelta(minutes=9),
    }
    return PendingLogin(**{**facts, **changes})


def token_claims(**changes: Any) -> dict[str, Any]:
    """Return the claims that make a token genuine and fresh."""
    at = int(NOW.timestamp())
    return {
        "iss": "https://lms.example",
        "aud": "client-1",
        "iat": at - 1,
        "exp": at + 59,
        "nonce": "nonce-1",
        **changes,
    }


def resource_link_claims(**changes: Any) -> dict[str, Any]:
    """Return the least that opens an item: a teacher, without a name, in no course."""
    return {
        **token_claims(),
        "sub": "user-1",
        claims.MESSAGE_TYPE: claims.RESOURCE_LINK_REQUEST,
        claims.VERSION: "1.3.0",
        claims.DEPLOYMENT_ID: "deployment-1",
        claims.TARGET_LINK_URI: f"{TOOL_URL}/launch",
        claims.RESOURCE_LINK: {"id": "link-1"},
        claims.ROLES: ["http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"],
        **changes,
    }


def deep_linking_claims(**settings: Any) -> dict[str, Any]:
    """Return the least that asks for items; `settings` are put over the platform's."""
    content = resource_link_claims()
    del content[claims.RESOURCE_LINK]
    return {
        **content,
        claims.MESSAGE_TYPE: claims.DEEP_LINKING_REQUEST,
        claims.DEEP_LINKING_SETTINGS: {
            "deep_link_return_url": "https://lms.example/return",
            "accept_types": ["ltiResourceLink"],
            "accept_presentation_document_targets": ["iframe", "window"],
            **settings,
        },
    }


def submission_review_claims(**changes: Any) -> dict[str, Any]:
    """Return the least that opens somebody's cell of the gradebook."""
    return {
        **without(resource_link_claims(), claims.RESOURCE_LINK),
        claims.MESSAGE_TYPE: claims.SUBMISSION_REVIEW_REQUEST,
        claims.FOR_USER: {"user_id": "user-4"},
        claims.AGS_ENDPOINT: {"lineitem": "https://lms.example/lineitems/1", "scope": []},
        **changes,
    }


def without(content: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Return `content` without the claims `names`."""
    return {name: value for name, value in content.items() if name not in names}


def recorded(name: str) -> dict[str, Any]:
    """Return recorded JSON of Moodle 4.3."""
    document: dict[str, Any] = json.loads((RECORDED / f"{name}.json").read_text("utf-8"))
    return document


def recorded_launch(name: str) -> dict[str, Any]:
    """Return recorded claims, made fresh: new dates and the nonce of `a_login`."""
    content: dict[str, Any] = deepcopy(recorded(name)["claims"])
    return {**content, **{name: token_claims()[name] for name in ("iat", "exp", "nonce")}}


def signed(content: Mapping[str, Any], key: str = "platform") -> str:
    """Return `content` as a token."""
    return jose.signed(content, *rsa_key(key))


def compact(header: Mapping[str, Any], payload: Any, key: str = "platform") -> str:
    """Return a token put together by hand, RSA-signed whatever its header says."""
    return put_together(header, payload, rsa_key(key)[1])


def genuine(content: Mapping[str, Any] | None = None) -> Genuine:
    """Return what the platform would sign, for payloads of the pack to be made of."""
    kid, pem = rsa_key("platform")
    claims = dict(resource_link_claims() if content is None else content)
    return Genuine(claims=claims, kid=kid, pem=pem, now=int(NOW.timestamp()))


def rs256_header(key: str = "platform", **changes: Any) -> dict[str, Any]:
    """Return the header of a well-made token."""
    return {"typ": "JWT", "alg": "RS256", "kid": rsa_key(key)[0], **changes}


def launched(content: Mapping[str, Any] | str, **changes: Any) -> LaunchMessage:
    """Launch with these claims, or with this token, as the browser that began the login."""
    circumstances: dict[str, Any] = {
        "login": a_login(),
        "registration": a_registration(),
        "keys": public_keys(),
        "browser": BROWSER,
        "is_ours": urls.within(TOOL_URL),
        "now": NOW,
        "spend": lambda: True,
        **changes,
    }
    token = content if isinstance(content, str) else signed(content)
    return launch.verified(token, **circumstances)
