"""Which credential a request proves, by a key and secret or by an access token.

The credential's row is read for every request, and all that is remembered in between is how a
secret was found right (`proofs`): whoever is revoked, disabled or limited is so at once.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, bindparam, select

from lrs_bridge.errors import Unauthenticated
from lrs_bridge.lrs.access.credentials import LONGEST_KEY, Credential, Scope, keeps_to_its_own
from lrs_bridge.lrs.access.limits import COLUMNS, limits_of
from lrs_bridge.lrs.access.proofs import Proofs
from lrs_bridge.lrs.direct import Over, Prepared
from lrs_bridge.lrs.tables import credential, token

_NOT_VALID = "The key and secret do not belong to a valid credential."
_TOKEN_NOT_VALID = "The access token is not valid, or no longer. Ask for another."  # noqa: S105


def authenticate(over: Over, proofs: Proofs, key: str, secret: str, now: datetime) -> Credential:
    """Return the credential that `key` and `secret` prove.

    Raises:
        Unauthenticated: if they prove none. Why not is only said to who knows the secret.
        TooManyRequests: if too many wrong secrets were sent for `key`.
    """
    row: Row[Any] | None = None
    if "\x00" not in key and len(key) <= LONGEST_KEY:  # else no database could hold it
        row = _WITH_KEY.first(over, key=key)
    found = proofs.matching(key, secret, () if row is None else _hashes(row, now), now)
    if row is None or found is None:
        raise Unauthenticated(_NOT_VALID)
    return _proved(row, row.rotation - found, row.scopes, now)


def authenticate_token(over: Over, text: str, now: datetime) -> Credential:
    """Return the credential that an access token was given to, no further than the token reaches.

    Raises:
        Unauthenticated: if there is no such token, or it is past its time, or its credential is
            not let in any more, or not by the secret that the token was given for.
    """
    row: Row[Any] | None = _WITH_TOKEN.first(over, digest=token_digest(text))
    if row is None or row.token_expires_at <= now:
        raise Unauthenticated(_TOKEN_NOT_VALID)
    is_former = row.token_rotation == row.rotation - 1 and _former_works(row, now)
    if row.token_rotation != row.rotation and not is_former:
        raise Unauthenticated(_TOKEN_NOT_VALID)
    return _proved(row, row.token_rotation, _narrowed(row.token_scopes, row.scopes), now)


def token_digest(text: str) -> bytes:
    """Return what is kept of an access token.

    It has 256 random bits: nobody finds it by trying, so no slow hash is needed.
    """
    return sha256(text.encode()).digest()


_COLUMNS = (
    *(credential.c.id, credential.c.organisation_id, credential.c.scopes, credential.c.rotation),
    *(credential.c.secret_hash, credential.c.former_hash, credential.c.former_until),
    *(credential.c.expires_at, credential.c.disabled_at, credential.c.revoked_at),
    *COLUMNS,
)
_WITH_KEY = Prepared(select(*_COLUMNS).where(credential.c.key == bindparam("key")))
_WITH_TOKEN = Prepared(
    select(
        *_COLUMNS,
        token.c.rotation.label("token_rotation"),
        token.c.scopes.label("token_scopes"),
        token.c.expires_at.label("token_expires_at"),
    )
    .join(token, token.c.credential_id == credential.c.id)
    .where(token.c.digest == bindparam("digest"))
)
_LIMITS = slice(_COLUMNS.index(COLUMNS[0]), len(_COLUMNS))


def _hashes(row: Row[Any], now: datetime) -> tuple[str, ...]:
    """Return the hashes of the secrets that work, the present one first."""
    if _former_works(row, now):
        return row.secret_hash, row.former_hash
    return (row.secret_hash,)


def _former_works(row: Row[Any], now: datetime) -> bool:
    return row.former_until is not None and row.former_until > now


def _proved(row: Row[Any], rotation: int, scopes: str, now: datetime) -> Credential:
    """Return the credential of a row whose secret, or a token of it, was right."""
    if row.revoked_at is not None and row.revoked_at <= now:
        raise Unauthenticated("The credential was revoked.")
    if row.expires_at is not None and row.expires_at <= now:
        raise Unauthenticated("The credential has expired.")
    if row.disabled_at is not None:
        raise Unauthenticated("The credential is disabled.")
    until = row.expires_at
    if rotation != row.rotation:
        until = min(row.former_until, until or row.former_until)
    return Credential(
        id=row.id,
        organisation_id=row.organisation_id,
        scopes=_scopes(scopes),
        voids_others=not (
            keeps_to_its_own(_scopes(scopes)) or keeps_to_its_own(_scopes(row.scopes))
        ),
        rotation=rotation,
        until=until,
        limits=limits_of(*row[_LIMITS]),
    )


@lru_cache(maxsize=1000)
def _scopes(text: str) -> frozenset[Scope]:
    return frozenset(Scope(scope) for scope in text.split())


@lru_cache(maxsize=1000)
def _narrowed(asked: str, had: str) -> str:
    """Return those of the scopes of a token that its credential still includes."""
    return " ".join(
        scope for scope in _scopes(asked) if any(its.includes(scope) for its in _scopes(had))
    )
