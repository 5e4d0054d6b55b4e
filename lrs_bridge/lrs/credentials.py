"""Who may talk to the store, and how far they reach.

Secrets are kept as scrypt hashes. Verifying one costs some 50 ms, which an LMS that posts all day
would pay on every request; so a process remembers, for as long as it lives, a keyed digest of each
secret that it has found right. The stored hash is read every time all the same, and what is
remembered counts for that hash only: a revoked or changed secret stops working at once.

https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Communication.md#40-security
"""

from __future__ import annotations

import hmac
import secrets
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from hashlib import blake2b
from threading import Lock
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash, generate_password_hash

from lrs_bridge.errors import Forbidden, Unauthenticated
from lrs_bridge.lrs.tables import credential


class Scope(StrEnum):
    """How far a credential reaches (part 3, section 4.2)."""

    ALL = "all"
    ALL_READ = "all/read"
    STATEMENTS_WRITE = "statements/write"
    STATEMENTS_READ = "statements/read"
    STATEMENTS_READ_MINE = "statements/read/mine"
    STATE = "state"
    PROFILE = "profile"
    DEFINE = "define"


_NOT_VALID = "The key and secret do not belong to a valid credential."
_WRITING = frozenset({Scope.ALL, Scope.STATEMENTS_WRITE})
_NOT_READING = frozenset({Scope.STATEMENTS_WRITE, Scope.DEFINE})
_READING_EVERYTHING = frozenset({Scope.ALL, Scope.ALL_READ, Scope.STATEMENTS_READ})


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A verified credential."""

    id: UUID
    organisation_id: UUID
    scopes: frozenset[Scope]

    def authority(self, home_page: str) -> dict[str, Any]:
        """Return the agent that vouches for what this credential stores."""
        return {
            "objectType": "Agent",
            "account": {"homePage": home_page, "name": str(self.id)},
        }

    def check_writing(self) -> None:
        """Raise `Forbidden` unless this credential may store statements."""
        if not self.scopes & _WRITING:
            raise Forbidden(f"The credential needs the scope {Scope.STATEMENTS_WRITE}.")

    def reads_only_its_own(self) -> bool:
        """Return whether this credential reads no statements but those that it stored.

        Raises:
            Forbidden: if no statement may be.
        """
        if self.scopes & _READING_EVERYTHING:
            return False
        if Scope.STATEMENTS_READ_MINE in self.scopes:
            return True
        raise Forbidden(f"The credential needs the scope {Scope.STATEMENTS_READ}.")

    def check_documents(self, scope: Scope, *, writing: bool) -> None:
        """Raise `Forbidden` unless this credential may read or write the documents of `scope`."""
        enough = {scope, Scope.ALL} if writing else {scope, Scope.ALL, Scope.ALL_READ}
        if not self.scopes & enough:
            raise Forbidden(f"The credential needs the scope {scope}.")

    def check_looking_up(self) -> None:
        """Raise `Forbidden` unless this credential reads anything at all."""
        if self.scopes <= _NOT_READING:
            raise Forbidden(f"The credential needs the scope {Scope.STATEMENTS_READ}.")

    def reads_everything(self) -> bool:
        """Return whether this credential reads every statement."""
        return bool(self.scopes & _READING_EVERYTHING)

    def may_define(self) -> bool:
        """Return whether what its statements say of activities counts for all."""
        return bool(self.scopes & {Scope.ALL, Scope.DEFINE})


def add_credential(
    session: Session,
    organisation_id: UUID,
    key: str,
    secret: str,
    scopes: Iterable[Scope | str],
    now: datetime,
) -> UUID:
    """Let whoever knows `key` and `secret` reach as far as `scopes`. Return the credential's id.

    Raises:
        ValueError: if a scope is not one of `Scope`, or `key` could not be sent by Basic
            authentication.
        sqlalchemy.exc.IntegrityError: if `key` is taken.
    """
    if not key or ":" in key:
        raise ValueError("A key must not be empty and must not hold a colon.")
    id = uuid4()
    session.execute(
        insert(credential).values(
            id=id,
            organisation_id=organisation_id,
            key=key,
            secret_hash=generate_password_hash(secret),
            scopes=" ".join(sorted(Scope(scope) for scope in scopes)),
            created_at=now,
        )
    )
    return id


def revoke_credential(session: Session, organisation_id: UUID, key: str, now: datetime) -> bool:
    """Let `key` reach nothing from `now` on; False if the organisation has no such key."""
    result = session.execute(
        update(credential)
        .where(credential.c.organisation_id == organisation_id, credential.c.key == key)
        .values(revoked_at=now)
    )
    return bool(result.rowcount)  # type: ignore[attr-defined] # an UPDATE gives a cursor result


def authenticate(session: Session, key: str, secret: str, now: datetime) -> Credential:
    """Return the credential that `key` and `secret` prove.

    Raises:
        Unauthenticated: if they prove none.
    """
    if "\x00" in key:  # PostgreSQL has no such strings
        raise Unauthenticated(_NOT_VALID)
    row = session.execute(_WITH_KEY, {"key": key}).first()
    kept = _hash_of_nothing() if row is None else row.secret_hash
    right = _verified.matches(kept, secret)
    if row is None or not right or (row.revoked_at is not None and row.revoked_at <= now):
        raise Unauthenticated(_NOT_VALID)
    return Credential(
        id=row.id,
        organisation_id=row.organisation_id,
        scopes=frozenset(Scope(scope) for scope in row.scopes.split()),
    )


_WITH_KEY = select(credential).where(credential.c.key == bindparam("key"))


class _VerifiedSecrets:
    """Digests of secrets that were verified, each under the hash that it was verified against."""

    _MOST = 1000

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._digests: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()

    def matches(self, kept: str, secret: str) -> bool:
        """Return whether `secret` is the one that `kept` is the hash of."""
        digest = blake2b(secret.encode(), key=self._key).digest()
        with self._lock:
            known = self._digests.get(kept)
        if known is not None and hmac.compare_digest(known, digest):
            return True
        if not check_password_hash(kept, secret):
            return False
        with self._lock:
            self._digests[kept] = digest
            while len(self._digests) > self._MOST:
                self._digests.popitem(last=False)
        return True


_verified = _VerifiedSecrets()


@cache
def _hash_of_nothing() -> str:
    """Return a hash that no secret has, so that an unknown key takes as long as a known one."""
    return generate_password_hash(secrets.token_urlsafe())
