"""Access tokens for a platform's services, asked for with a signed assertion and kept to expiry.

https://www.imsglobal.org/spec/security/v1p0/#using-json-web-tokens-with-oauth-2-0-client-credentials-grant
"""

import math
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final

from lti import claims
from lti.errors import ServiceRefused
from lti.http import Answer, Http
from lti.keys import ToolKeyRing, dated
from lti.registration import Registration

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
MARGIN: Final = timedelta(seconds=60)  # a token is not used so close to its end
USUAL_LIFETIME: Final = 3600  # s, when the platform does not say

_Key = tuple[str, frozenset[str], str | None]


@dataclass(frozen=True, slots=True)
class _Kept:
    token: str = field(repr=False)
    good_until: datetime


class AccessTokens:
    """The tokens that we hold, by registration, scopes and deployment; may be shared by threads.

    Args:
        http: how to call the platform.
        ring_of: the key ring that signs for a registration.
        clock: the present time, aware.
    """

    def __init__(
        self,
        http: Http,
        ring_of: Callable[[Registration], ToolKeyRing],
        clock: Callable[[], datetime],
    ) -> None:
        self._http = http
        self._ring_of = ring_of
        self._clock = clock
        self._kept: dict[_Key, _Kept] = {}
        self._asking: dict[_Key, Lock] = {}

    def bearer(
        self, registration: Registration, scopes: Iterable[str], deployment_id: str | None = None
    ) -> str:
        """Return a token for `scopes` that is good for another minute at least.

        Security Framework 1.0, section 4.1.1: https://www.imsglobal.org/spec/security/v1p0/

        Raises:
            ServiceRefused: "token-refused" or "token-malformed".
            ServiceUnavailable: if the platform cannot be asked now.
        """
        key = (registration.id, frozenset(scopes), deployment_id)
        with self._asking.setdefault(key, Lock()):
            kept = self._kept.get(key)
            if kept is None or self._clock() >= kept.good_until:
                kept = self._kept[key] = self._granted(registration, key)
            return kept.token

    def forget(
        self, registration: Registration, scopes: Iterable[str], deployment_id: str | None = None
    ) -> None:
        """Drop a token that the platform no longer takes."""
        self._kept.pop((registration.id, frozenset(scopes), deployment_id), None)

    def _granted(self, registration: Registration, key: _Key) -> _Kept:
        _, scopes, deployment_id = key
        now = self._clock()
        try:
            answer = self._http.post_form(
                registration.token_endpoint,
                {
                    "grant_type": "client_credentials",
                    "client_assertion_type": ASSERTION_TYPE,
                    "client_assertion": self._assertion(registration, deployment_id, now),
                    "scope": " ".join(sorted(scopes)),
                },
            )
        except ServiceRefused as refused:
            raise _refused(refused) from None
        token, lifetime = _token_in(answer)
        return _Kept(token, now + timedelta(seconds=lifetime) - MARGIN)

    def _assertion(
        self, registration: Registration, deployment_id: str | None, now: datetime
    ) -> str:
        content: dict[str, Any] = {
            "iss": registration.client_id,
            "sub": registration.client_id,
            "aud": registration.token_audience or registration.token_endpoint,
            "jti": secrets.token_urlsafe(24),
            **dated(now),
        }
        if deployment_id is not None:
            content[claims.DEPLOYMENT_ID] = deployment_id
        return self._ring_of(registration).sign(content, now)


def _token_in(answer: Answer) -> tuple[str, float]:
    """Return the token and its lifetime in seconds."""
    content = answer.json()
    token = content.get("access_token") if isinstance(content, dict) else None
    if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
        raise ServiceRefused(
            "token-malformed",
            "The platform's token endpoint answered without a usable token.",
            status=answer.status,
        )
    try:
        lifetime = float(content.get("expires_in", USUAL_LIFETIME))
    except (TypeError, ValueError, OverflowError):
        lifetime = math.nan
    if not math.isfinite(lifetime):
        lifetime = USUAL_LIFETIME
    return token, min(max(lifetime, 0.0), 86400.0)


def _refused(refused: ServiceRefused) -> ServiceRefused:
    if refused.slug != "platform-refused":
        return refused
    return ServiceRefused(
        "token-refused",
        "The platform gave us no access token (it answered %(status)s). An administrator "
        "should check that the platform can reach this tool's key set URL, that the client id is "
        "the registered one, and that the services are switched on for this tool.",
        {"status": refused.status},
        status=refused.status,
    )
