"""How much waits, where, and since when."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from plugin.foundation.outbox.model import Channel, Debt
from plugin.foundation.outbox.values import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What waits in one channel.

    Attributes:
        oldest: when the first in the line was owed; None if nothing waits.
        parked: how many were given up and are kept.
        state: what is known of the target; None while nothing was tried.
    """

    organisation_id: UUID
    kind: str
    target: str
    waiting: int = 0
    oldest: datetime | None = None
    parked: int = 0
    state: Channel | None = field(default=None, repr=False)


def backlog(session: Session) -> list[Backlog]:
    """Return every channel of the session's scope in which anything waits, is parked, or stands."""
    found = _waiting(session)
    for id, parked in _parked(session).items():
        found[id] = replace(found.get(id, parked), parked=parked.parked)
    for state in session.scalars(select(Channel)):
        stands = state.paused_at is not None or state.failures
        if state.id in found or stands:
            known = found.get(state.id) or Backlog(
                organisation_id=state.organisation_id, kind=state.kind, target=state.target
            )
            found[state.id] = replace(known, state=state)
    return sorted(found.values(), key=lambda it: (str(it.organisation_id), it.kind, it.target))


def _waiting(session: Session) -> dict[UUID, Backlog]:
    unpaid = aliased(Debt)
    line = (
        select(unpaid.kind, unpaid.channel, func.count(unpaid.id).label("waiting"))
        .where(unpaid.settled_at.is_(None))
        .group_by(unpaid.kind, unpaid.channel)
        .subquery()
    )
    each = aliased(Debt)
    head = (
        select(each.id)
        .where(
            each.kind == line.c.kind,
            each.channel == line.c.channel,
            each.settled_at.is_(None),
        )
        .order_by(each.due_at, each.place)
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Debt.channel,
            Debt.organisation_id,
            Debt.kind,
            Debt.target,
            Debt.created_at,
            line.c.waiting,
        ).join(line, Debt.id == head)
    )
    return {
        row.channel: Backlog(
            organisation_id=row.organisation_id,
            kind=row.kind,
            target=row.target,
            waiting=row.waiting,
            oldest=row.created_at,
        )
        for row in rows
    }


def _parked(session: Session) -> dict[UUID, Backlog]:
    columns = Debt.channel, Debt.organisation_id, Debt.kind, Debt.target
    rows = session.execute(
        select(*columns, func.count(Debt.id).label("parked"))
        .where(Debt.outcome == Outcome.GIVEN_UP)
        .group_by(*columns)
    )
    return {
        row.channel: Backlog(
            organisation_id=row.organisation_id,
            kind=row.kind,
            target=row.target,
            parked=row.parked,
        )
        for row in rows
    }


def unpaid(session: Session) -> dict[str, int]:
    """Return how many debts wait, by kind, in the session's scope."""
    rows = session.execute(
        select(Debt.kind, func.count()).where(Debt.settled_at.is_(None)).group_by(Debt.kind)
    )
    return {row[0]: row[1] for row in rows}


class Asked(StrEnum):
    """How far something is that a person wants another system to say, or to do."""

    NOT_YET = "not-yet"
    NOW = "now"
    """It is about to be asked, or to answer."""
    ANSWERED = "answered"
    REFUSED = "refused"


def asked(session: Session, kind: str, lane: str) -> Asked:
    """Return how far the newest debt of a kind and a lane is."""
    last = session.scalars(
        select(Debt)
        .where(Debt.kind == kind, Debt.lane == lane)
        .order_by(Debt.created_at.desc(), Debt.place.desc())
        .limit(1)
    ).first()
    if last is None:
        return Asked.NOT_YET
    if last.settled_at is None:
        return Asked.NOW
    return Asked.REFUSED if last.outcome == Outcome.GIVEN_UP else Asked.ANSWERED
