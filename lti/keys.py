"""Keys: our own, published before they are used and kept a while after; and the platforms'.

https://www.imsglobal.org/spec/security/v1p0/#h_key-set-url
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise
from threading import Lock
from typing import Any, Final

from lti import jose
from lti.errors import ServiceRefused, ServiceUnavailable
from lti.http import Http
from lti.jose import PublicKey
from lti.registration import Registration

PUBLISHED_BEFORE_USE: Final = timedelta(days=1)  # time for platforms to see a new key
ROTATED_EVERY: Final = timedelta(days=30)
KEPT_AFTER_USE: Final = timedelta(days=14)  # time for what it signed to be checked


@dataclass(frozen=True, kw_only=True)
class ToolKey:
    """One of our RSA keys. `private_pem` is a secret; keep it encrypted."""

    kid: str
    private_pem: str = field(repr=False)
    created_at: datetime

    @cached_property
    def signing(self) -> jose.SigningKey:
        """The key itself, read when it is first used and kept for as long as this is."""
        return jose.SigningKey(self.kid, self.private_pem)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """What rotation is due: a key to add, and `kid`s to remove."""

    new: ToolKey | None
    retired: frozenset[str]


def new_tool_key(now: datetime) -> ToolKey:
    """Return a new 2048-bit key (at 4096 bits signing costs six times as much)."""
    kid, private_pem = jose.new_private_key()
    return ToolKey(kid=kid, private_pem=private_pem, created_at=now)


def rotation(keys: Iterable[ToolKey], now: datetime) -> Rotation:
    """Return what is due at `now`: call it daily, and once at the start, when there is no key.

    A new key is only published at first. It takes over a day later, when every platform has had
    time to see it, and the key before it stays published for two more weeks.
    """
    known = sorted(keys, key=_age)
    due = not known or now - known[-1].created_at >= ROTATED_EVERY
    retired = (
        older.kid
        for older, newer in pairwise(known)
        if now >= newer.created_at + PUBLISHED_BEFORE_USE + KEPT_AFTER_USE
    )
    return Rotation(new=new_tool_key(now) if due else None, retired=frozenset(retired))


class ToolKeyRing:
    """Our keys: all are published, one signs."""

    def __init__(self, keys: Iterable[ToolKey]) -> None:
        self._keys = sorted(keys, key=_age)
        if not self._keys:
            raise ValueError("A key ring needs at least one key; rotation() makes the first.")

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """Return the JSON Web Key Set to publish: public halves only, each with alg and use.

        RFC 7517, section 5: https://www.rfc-editor.org/rfc/rfc7517#section-5
        """
        return {"keys": [key.signing.public_jwk() for key in self._keys]}

    def sign(self, claims: Mapping[str, Any], now: datetime) -> str:
        """Return `claims` as a signed token, by the newest key that has been public for a day.

        Security Framework 1.0, section 5.4: https://www.imsglobal.org/spec/security/v1p0/

        The very first key has no predecessor and signs at once.
        """
        return self.signer(now).signing.signed(claims)

    def signer(self, now: datetime) -> ToolKey:
        """Return the key that signs at `now`."""
        ready = [key for key in self._keys if now - key.created_at >= PUBLISHED_BEFORE_USE]
        return ready[-1] if ready else self._keys[0]


def dated(now: datetime) -> dict[str, int]:
    """Return `iat` and `exp` for a token of five minutes.

    It begins a little in the past: some platforms allow their clocks no leeway at all.
    """
    begins = int(now.timestamp()) - 30
    return {"iat": begins, "exp": begins + 300}


def _age(key: ToolKey) -> tuple[datetime, str]:
    return key.created_at, key.kid


def _kid(id_token: str) -> str | None:
    """Return which key a token names; None for one that names none, or is none."""
    try:
        kid = jose.header(id_token).get("kid")
    except jose.Unverifiable:
        return None
    return kid if isinstance(kid, str) and kid else None


@dataclass(frozen=True, slots=True)
class _KeySet:
    """A platform's key set as it was fetched; replaced, never changed."""

    keys: Mapping[str, tuple[PublicKey, ...]]
    fetched_at: datetime
    fresh_until: datetime


@dataclass(slots=True)
class _Shelf:
    """The place of one key set in the cache."""

    key_set: _KeySet | None = None
    tried_at: datetime | None = None
    fetching: Lock = field(default_factory=Lock)


class PlatformKeySets:
    """The platforms' key sets, parsed once and kept; may be shared by threads.

    A set is kept for as long as the platform says, within bounds. An unknown `kid` makes us look
    again, once per cool-down, since platforms rotate (D2L hourly) and since anybody can send a
    token with a made-up `kid`. While a platform is down, the last set that it gave is used.
    """

    SHORTEST = timedelta(minutes=5)
    USUAL = timedelta(hours=1)
    LONGEST = timedelta(hours=12)
    STALE = timedelta(days=1)  # how long a set is used when it cannot be renewed
    COOL_DOWN = timedelta(seconds=30)  # between two attempts while a set is kept
    PAUSE = timedelta(seconds=5)  # between two attempts while there is none

    def __init__(self, http: Http) -> None:
        self._http = http
        self._shelves: dict[str, _Shelf] = {}

    def for_token(
        self, registration: Registration, id_token: str, now: datetime
    ) -> Sequence[PublicKey]:
        """Return the keys that may have signed `id_token`: those of its `kid`, mostly one.

        Security Framework 1.0, section 5.1.3, step 1:
        https://www.imsglobal.org/spec/security/v1p0/#authentication-response-validation

        None for a malformed token, or one whose key this platform does not publish; the launch
        checks say so. May call the platform: do not hold a transaction open meanwhile.

        Raises:
            ServiceUnavailable: "key-set-unavailable" if the key set cannot be had and none is kept.
        """
        kid = _kid(id_token)
        if kid is None:
            return ()
        return self._key_set(registration.jwks_uri, kid, now).keys.get(kid, ())

    def kept_for_token(
        self, registration: Registration, id_token: str, now: datetime
    ) -> Sequence[PublicKey]:
        """Return what `for_token` does if it is kept and fresh; none if the platform must be asked.

        RFC 7517, section 5: https://www.rfc-editor.org/rfc/rfc7517#section-5
        """
        kid, shelf = _kid(id_token), self._shelves.get(registration.jwks_uri)
        kept = shelf.key_set if shelf is not None else None
        if kid is None or kept is None or now >= kept.fresh_until:
            return ()
        return kept.keys.get(kid, ())

    def _key_set(self, jwks_uri: str, kid: str, now: datetime) -> _KeySet:
        shelf = self._shelves.setdefault(jwks_uri, _Shelf())
        kept = shelf.key_set
        if kept is not None and kid in kept.keys:
            renewing = shelf.fetching.locked() and now < kept.fetched_at + self.STALE
            if now < kept.fresh_until or renewing:
                return kept
        with shelf.fetching:
            if self._should_fetch(shelf, kid, now):
                self._fetch(shelf, jwks_uri, now)
            if shelf.key_set is None or now >= shelf.key_set.fetched_at + self.STALE:
                raise ServiceUnavailable(
                    "key-set-unavailable",
                    "The platform's key set could not be fetched. Try again in a moment; if it "
                    "goes on, an administrator should check the platform's key set URL.",
                    retry_after=round(self.PAUSE.total_seconds()),
                )
            return shelf.key_set

    def _should_fetch(self, shelf: _Shelf, kid: str, now: datetime) -> bool:
        kept = shelf.key_set
        if kept is not None and kid in kept.keys and now < kept.fresh_until:
            return False
        pause = self.PAUSE if kept is None else self.COOL_DOWN
        return shelf.tried_at is None or now - shelf.tried_at >= pause

    def _fetch(self, shelf: _Shelf, jwks_uri: str, now: datetime) -> None:
        """Renew the set; if that fails, leave the one that is there."""
        shelf.tried_at = now
        try:
            answer = self._http.get(jwks_uri)
            keys = jose.public_keys(answer.json())
        except (ServiceRefused, ServiceUnavailable, ValueError):
            return
        said = self.USUAL if answer.max_age is None else timedelta(seconds=answer.max_age)
        lifetime = min(max(said, self.SHORTEST), self.LONGEST)
        shelf.key_set = _KeySet(keys=keys, fetched_at=now, fresh_until=now + lifetime)
