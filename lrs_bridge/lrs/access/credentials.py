"""Who may talk to the store, and how far they reach.

A credential is a key and a secret of one organisation. Its secret can be changed while the one
before still works, for as long as it takes to bring the new one to wherever it is used.

https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Communication.md#40-authentication
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, ScalarSelect, and_, func, insert, or_, select, update
from sqlalchemy.orm import Session

from lrs_bridge.errors import Forbidden
from lrs_bridge.lrs.access.limits import COLUMNS, Limits, limits_of
from lrs_bridge.lrs.access.proofs import hashed
from lrs_bridge.lrs.tables import credential, token


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

    def includes(self, other: Scope) -> bool:
        """Return whether whoever has this scope may do all that `other` allows."""
        return self in (Scope.ALL, other) or other in _INCLUDED.get(self, ())


_INCLUDED = {
    Scope.ALL_READ: frozenset({Scope.STATEMENTS_READ, Scope.STATEMENTS_READ_MINE}),
    Scope.STATEMENTS_READ: frozenset({Scope.STATEMENTS_READ_MINE}),
}


LONGEST_KEY = 200
_LONGEST_SECRET = 1000
_LONGEST_LABEL = 200

_WRITING = frozenset({Scope.ALL, Scope.STATEMENTS_WRITE})
_NOT_READING = frozenset({Scope.STATEMENTS_WRITE, Scope.DEFINE})
_READING_EVERYTHING = frozenset({Scope.ALL, Scope.ALL_READ, Scope.STATEMENTS_READ})


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A verified credential.

    Attributes:
        scopes: how far it reaches this time: those of an access token may be fewer.
        voids_others: whether it voids what others have stored, too.
        rotation: how many times its secret was changed before the one that proved it.
        until: when that proof stops by itself to be one; None if it does not.
        limits: None if it has none.
    """

    id: UUID
    organisation_id: UUID
    scopes: frozenset[Scope]
    voids_others: bool = True
    rotation: int = 0
    until: datetime | None = None
    limits: Limits | None = None

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


def keeps_to_its_own(scopes: Collection[Scope]) -> bool:
    """Return whether whoever has `scopes` reads no statements but those that it stored.

    It voids no others either (part 2, section 2.3.2, asks for 403): who may see nothing of others
    takes nothing of theirs away. Its secret may be in a page that anybody can read.
    """
    return Scope.STATEMENTS_READ_MINE in scopes and not _READING_EVERYTHING & set(scopes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A credential as whoever looks after the store sees it.

    Attributes:
        label: what it is for, in words of the operator.
        last_used_at: at most five minutes too early; None if it was never used.
        former_until: when the secret before the present one stops to work, or has stopped.
        tokens: how many access tokens it has that work.
    """

    id: UUID
    key: str
    scopes: tuple[Scope, ...]
    label: str | None
    limits: Limits
    created_at: datetime
    expires_at: datetime | None
    disabled_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    former_until: datetime | None
    tokens: int

    def state(self, now: datetime) -> str:
        """Return active, disabled, expired or revoked."""
        if self.revoked_at is not None and self.revoked_at <= now:
            return "revoked"
        if self.expires_at is not None and self.expires_at <= now:
            return "expired"
        return "active" if self.disabled_at is None else "disabled"


def add_credential(
    session: Session,
    organisation_id: UUID,
    key: str,
    secret: str,
    scopes: Iterable[Scope | str],
    now: datetime,
    *,
    label: str | None = None,
    expires_at: datetime | None = None,
) -> UUID:
    """Let whoever knows `key` and `secret` reach as far as `scopes`. Return the credential's id.

    Args:
        expires_at: from when on it lets nobody in; None: never.

    Raises:
        ValueError: if a scope is not one of `Scope`, `key` could not be sent by Basic
            authentication, or something is empty, or too long to be kept.
        sqlalchemy.exc.IntegrityError: if `key` is taken.
    """
    _check(key, secret, label)
    id = uuid4()
    session.execute(
        insert(credential).values(
            id=id,
            organisation_id=organisation_id,
            key=key,
            secret_hash=hashed(secret),
            scopes=" ".join(sorted({Scope(scope) for scope in scopes})),
            created_at=now,
            label=label,
            expires_at=expires_at,
        )
    )
    return id


def rotate_credential(
    session: Session, organisation_id: UUID, key: str, secret: str, *, former_until: datetime
) -> bool:
    """Let `key` in with `secret`, and with the one before until `former_until`.

    A secret that was still let in beside the present one stops to be: two work, never three. Access
    tokens live as long as the secret that they were given for. Returns False if the organisation
    has no such key that is not revoked.
    """
    _check_secret(secret)
    return _changed(
        session,
        organisation_id,
        key,
        secret_hash=hashed(secret),
        rotation=credential.c.rotation + 1,
        former_hash=credential.c.secret_hash,
        former_until=former_until,
    )


def revoke_credential(session: Session, organisation_id: UUID, key: str, now: datetime) -> bool:
    """Let `key` reach nothing from `now` on, for good; False if there is no such key to revoke."""
    return _changed(session, organisation_id, key, revoked_at=now)


def disable_credential(session: Session, organisation_id: UUID, key: str, now: datetime) -> bool:
    """Let `key` reach nothing until it is enabled; False if there is no such key."""
    return _changed(session, organisation_id, key, disabled_at=now)


def enable_credential(session: Session, organisation_id: UUID, key: str) -> bool:
    """Let `key` in as before it was disabled; False if there is no such key."""
    return _changed(session, organisation_id, key, disabled_at=None)


def limit_credential(session: Session, organisation_id: UUID, key: str, limits: Limits) -> bool:
    """Give `key` these limits in the place of those that it has; False if there is no such key."""
    return _changed(session, organisation_id, key, **asdict(limits))


def entries(
    session: Session, organisation_id: UUID, now: datetime, *, key: str | None = None
) -> list[Entry]:
    """Return the credentials of an organisation in the order of their keys, or that of `key`."""
    mine = credential.c.organisation_id == organisation_id
    rows = session.execute(
        select(credential, _live_tokens(now).label("tokens"))
        .where(mine if key is None else and_(mine, credential.c.key == key))
        .order_by(credential.c.key)
    )
    return [_entry(row) for row in rows]


def _live_tokens(now: datetime) -> ScalarSelect[int]:
    present = token.c.rotation == credential.c.rotation
    former = token.c.rotation == credential.c.rotation - 1
    return (
        select(func.count())
        .where(token.c.credential_id == credential.c.id, token.c.expires_at > now)
        .where(or_(present, and_(former, credential.c.former_until > now)))
        .scalar_subquery()
    )


def _changed(session: Session, organisation_id: UUID, key: str, **values: Any) -> bool:
    result = session.execute(
        update(credential)
        .where(
            credential.c.organisation_id == organisation_id,
            credential.c.key == key,
            credential.c.revoked_at.is_(None),
        )
        .values(**values)
    )
    return bool(result.rowcount)  # type: ignore[attr-defined] # an UPDATE gives a cursor result


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        id=row.id,
        key=row.key,
        scopes=tuple(Scope(scope) for scope in row.scopes.split()),
        label=row.label,
        limits=limits_of(*(row._mapping[column] for column in COLUMNS)) or Limits(),
        created_at=row.created_at,
        expires_at=row.expires_at,
        disabled_at=row.disabled_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
        former_until=row.former_until,
        tokens=row.tokens,
    )


def _check(key: str, secret: str, label: str | None) -> None:
    """Raise `ValueError` with what is wrong, if anything is."""
    if not key or ":" in key or len(key) > LONGEST_KEY or not key.isprintable():
        raise ValueError(
            f"A key must have 1 to {LONGEST_KEY} characters that can be printed, and no colon."
        )
    _check_secret(secret)
    if label is not None and (len(label) > _LONGEST_LABEL or "@" in label):
        raise ValueError(
            f"A label must say what the key is for, in up to {_LONGEST_LABEL} characters and"
            " without a person's address."
        )


def _check_secret(secret: str) -> None:
    if not secret or len(secret) > _LONGEST_SECRET or not secret.isprintable():
        raise ValueError(
            f"A secret must have 1 to {_LONGEST_SECRET} characters that can be printed."
        )
