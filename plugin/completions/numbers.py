"""How completions come along, as numbers: what is not applied yet, and how far sources are behind.

Each question is one of the database, and reads of the inbox only what is not settled
(`ix_completion_received_at`), however much is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from plugin.completions.model import CompletionRow, SourceKind, SourceRow, Status

_LOOKED_AT = (SourceKind.REMOTE_STORE, SourceKind.RESULTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsettled:
    """What of an organisation's inbox is in one state that is not its last.

    Attributes:
        status: not looked at yet (`Status.NEW`), or waiting for what is not known.
        oldest: when the first of them was received.
    """

    organisation_id: UUID
    status: Status
    count: int
    oldest: datetime


def unsettled(session: Session) -> list[Unsettled]:
    """Return what is not applied or counted yet, in the session's scope."""
    by = CompletionRow.organisation_id, CompletionRow.status
    oldest = func.min(CompletionRow.received_at, type_=CompletionRow.received_at.type)
    rows = session.execute(
        select(*by, func.count(), oldest)
        .where(CompletionRow.status.in_([Status.NEW, Status.WAITING]))
        .group_by(*by)
        .order_by(*by)
    )
    return [
        Unsettled(organisation_id=owner, status=Status(status), count=count, oldest=since)
        for owner, status, count, since in rows
    ]


def looked_at(session: Session) -> Sequence[SourceRow]:
    """Return the sources that are switched on and that a worker reads, in the session's scope."""
    return session.scalars(
        select(SourceRow)
        .where(SourceRow.enabled, SourceRow.kind.in_(_LOOKED_AT))
        .order_by(SourceRow.organisation_id, SourceRow.kind, SourceRow.name)
    ).all()


def behind(source: SourceRow, now: datetime) -> float:
    """Return for how many seconds what a source has may be unread; never read: since it is here."""
    return max(0.0, (now - (source.read_to or source.created_at)).total_seconds())
