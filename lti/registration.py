"""A tool's registration with a platform, and what must be remembered between requests.

A *platform* (an LMS) is known by its issuer. A *registration* is one agreement between that
platform and this tool, with a client id: some issuers (all of Canvas, all of Blackboard) serve
thousands of institutions, each with client ids of its own. A *deployment* is one installation
under a registration.

https://www.imsglobal.org/spec/lti/v1p3/#tool-deployment
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What the tool knows about one registration.

    `id` is ours and appears in per-registration login URLs; the rest comes from the platform.
    """

    id: str
    issuer: str
    client_id: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_audience: str | None = None  # for platforms whose `aud` is not their token endpoint (D2L)
    deployment_ids: frozenset[str] = frozenset()
    product: str | None = None  # the product family code: "moodle", "canvas", …
    trusted_audiences: frozenset[str] = frozenset()  # whom its tokens may also be meant for
    allow_anonymous: bool = False  # accept launches without `sub` (Core, section 5.3.6.1)


class Registrations(Protocol):
    """Where registrations are kept."""

    def by_id(self, id: str, /) -> Registration | None:
        """Return the enabled registration with our identifier `id`."""

    def by_issuer(self, issuer: str, /) -> Sequence[Registration]:
        """Return the enabled registrations whose issuer is exactly `issuer`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingLogin:
    """A login that we began and that a platform has yet to answer.

    The browser keeps a verifier of which only the SHA-256 is here, so that reading our database
    is not enough to finish somebody else's login.
    """

    state: str
    nonce: str
    registration_id: str
    browser_digest: str  # hexadecimal SHA-256 of the verifier that the browser holds
    target_link_uri: str
    storage_target: str | None  # the frame that offers platform storage, if the platform has it
    issued_at: datetime
    expires_at: datetime


class PendingLogins(Protocol):
    """Where pending logins are kept, for all processes to see."""

    def add(self, login: PendingLogin, /) -> None:
        """Remember `login`."""

    def find(self, state: str, /) -> PendingLogin | None:
        """Return the unspent login with this `state`, expired or not; None if there is none."""

    def spend(self, state: str, now: datetime, /) -> bool:
        """Return True exactly once for a `state` that has not expired at `now`.

        Of concurrent calls exactly one may see True: one conditional UPDATE or DELETE, not a look
        followed by a write.
        """
