"""Where completions come from: kept, changed, and how it goes.

A source that others post to has an address with an unguessable end and a secret; the secret is
sealed, shown once, and may be replaced while the former one still works.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from plugin.completions.inbox import Received
from plugin.completions.model import RefusedDelivery, SourceKind, SourceRow
from plugin.foundation.cipher import Cipher
from plugin.foundation.errors import FormInvalid, NotFound
from plugin.foundation.tenancy import found_or_inserted

POSTED_TO = frozenset({SourceKind.CANVAS, SourceKind.CALIPER, SourceKind.WEBHOOK})
"""Kinds whose systems post to an address of ours."""
LOOKED_AT = frozenset({SourceKind.REMOTE_STORE, SourceKind.RESULTS})
"""Kinds that a worker looks at from time to time."""
ADDED_BY_HAND = POSTED_TO | LOOKED_AT


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """What a request to a source must prove: that it knows one of these secrets."""

    source_id: UUID
    organisation_id: UUID
    kind: SourceKind
    name: str
    configuration: Mapping[str, Any]
    secrets: tuple[str, ...]
    enabled: bool


def add(
    session: Session,
    cipher: Cipher,
    *,
    kind: SourceKind,
    name: str,
    configuration: Mapping[str, Any],
    secret: str | None,
    now: datetime,
) -> SourceRow:
    """Keep a new source.

    Raises:
        FormInvalid: there is one of that kind and name.
    """
    insist_it_is_free(session, kind, name)
    source = SourceRow(
        kind=kind,
        name=name,
        path=secrets.token_urlsafe(24) if kind in POSTED_TO else None,
        configuration=dict(configuration),
        secret=cipher.seal(secret) if secret else None,
        created_at=now,
        cursor={},
        due_at=now if kind in LOOKED_AT else None,
    )
    session.add(source)
    session.flush()
    return source


def insist_it_is_free(session: Session, kind: SourceKind, name: str) -> None:
    taken = select(SourceRow.id).where(SourceRow.kind == kind, SourceRow.name == name)
    if session.scalar(taken) is not None:
        raise FormInvalid(
            "There is a source of that name already.",
            {"name": ["There is a source of that name already; choose another."]},
        )


def listed(session: Session) -> Sequence[SourceRow]:
    """Return the sources of an organisation, those that brought something last first."""
    return session.scalars(
        select(SourceRow).order_by(
            SourceRow.last_completion_at.is_(None),
            SourceRow.last_completion_at.desc(),
            SourceRow.created_at,
            SourceRow.id,
        )
    ).all()


def one(session: Session, source_id: UUID, *, locked: bool = False) -> SourceRow:
    """Return a source.

    Raises:
        NotFound: there is none.
    """
    source = session.get(SourceRow, source_id, with_for_update=locked)
    if source is None:
        raise NotFound("There is no such source of completions.")
    return source


def at_path(session: Session, cipher: Cipher, path: str, *, now: datetime) -> Proved | None:
    """Return the source whose address ends with `path`, or None."""
    source = session.scalar(select(SourceRow).where(SourceRow.path == path))
    if source is None:
        return None
    sealed = [source.secret]
    if source.former_until is not None and source.former_until > now:
        sealed.append(source.former_secret)
    return Proved(
        source_id=source.id,
        organisation_id=source.organisation_id,
        kind=SourceKind(source.kind),
        name=source.name,
        configuration=source.configuration,
        secrets=tuple(cipher.open(each) for each in sealed if each),
        enabled=source.enabled,
    )


def enable(source: SourceRow, *, now: datetime) -> None:
    """Take completions from a source again."""
    source.enabled = True
    look_now(source, now=now)


def disable(source: SourceRow) -> None:
    """Take nothing from a source until it is enabled again; who posts to it is refused."""
    source.enabled = False


def look_now(source: SourceRow, *, now: datetime) -> None:
    """Let a worker look at a source as soon as one can, if it is one that is looked at."""
    if source.kind in LOOKED_AT and source.enabled:
        source.due_at = now


def remove(session: Session, source: SourceRow) -> None:
    """Forget a source. What it brought stays, and so do the check-ins."""
    session.execute(delete(RefusedDelivery).where(RefusedDelivery.source_id == source.id))
    session.delete(source)
    session.flush()


def of_itself(session: Session, kind: SourceKind, name: str, *, now: datetime) -> UUID:
    """Return the source of a kind that nobody adds: it is there once something came by it."""
    query = select(SourceRow).where(SourceRow.kind == kind, SourceRow.name == name)
    row = found_or_inserted(
        session,
        query,
        SourceRow,
        kind=kind,
        name=name,
        configuration={},
        enabled=True,
        created_at=now,
        cursor={},
        received=0,
        repeated=0,
        passed_over=0,
        lease=0,
        failures=0,
    )
    return row.id


def brought(
    session: Session,
    source_id: UUID,
    received: Received,
    *,
    passed_over: int = 0,
    now: datetime,
) -> None:
    """Count what a source brought; that it works again ends its problem."""
    values: dict[str, Any] = {
        "received": SourceRow.received + received.new,
        "repeated": SourceRow.repeated + received.repeated,
        "passed_over": SourceRow.passed_over + passed_over,
        "last_seen_at": now,
        "problem": None,
        "problem_at": None,
    }
    if received.new:
        values["last_completion_at"] = now
    session.execute(
        update(SourceRow)
        .where(SourceRow.id == source_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def new_secret() -> str:
    """Return a secret for a system that takes any."""
    return secrets.token_urlsafe(32)
