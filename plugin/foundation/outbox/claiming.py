"""Choosing what is next, and holding it: fair between organisations, then between their targets.

The channels that have something waiting are found by jumping from one to the next in the index, so
a backlog costs the number of its channels, not of its rows. A channel is locked while one chooses
from it, for some milliseconds; who comes at that moment takes another. In kinds whose order counts
a channel is leased as a whole: one worker serves it at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from plugin.foundation.outbox.model import Channel, Debt
from plugin.foundation.outbox.values import LeasedDebt
from plugin.foundation.tenancy import inserted_once, narrowed

LOOKED_AT = 16
"""Channels that a claim tries: the others are being served by as many workers, or will be next."""


def claim(
    session: Session,
    *,
    kinds: Sequence[str],
    now: datetime,
    lease: int,
    limit: int = 50,
    in_order: bool = False,
) -> list[LeasedDebt]:
    """Lease up to `limit` due debts of one channel for `lease` seconds, in the order of their time.

    They are chosen first and leased after: inside one statement PostgreSQL may choose again, and
    lease more.

    Args:
        in_order: whether nobody else may take from the channel meanwhile. Whoever claims so ends
            it with `release`.
    """
    for kind in kinds:
        for id in session.scalars(_WAITING_CHANNELS, {"of_kind": kind, "at": now}).all():
            channel = _locked(session, kind, id, now)
            if channel is None:
                continue
            leased = _leased(session, channel, now, lease, limit, in_order)
            if leased:
                return leased
    return []


def waiting_kinds(session: Session, kinds: Sequence[str]) -> list[str]:
    """Return those of `kinds` of which anything waits, due or not: one look into the index each."""
    found = session.execute(_waits(tuple(kinds))).one()
    return [kind for kind, any_waits in zip(kinds, found, strict=True) if any_waits]


@cache
def _waits(kinds: tuple[str, ...]) -> Select[*tuple[Any, ...]]:
    return select(
        *(
            select(Debt.id).where(Debt.kind == kind, Debt.settled_at.is_(None)).exists().label(kind)
            for kind in kinds
        )
    )


def waiting_channels(kind: str, now: datetime) -> Select[UUID]:
    """Return the query for the channels of a kind from which one may take, the next first.

    First whose organisation was served longest ago, then, of its targets, which was.
    """
    return _WAITING_CHANNELS.params(of_kind=kind, at=now)


def _waiting_channels() -> Select[UUID]:
    """Return that query, to be told `of_kind` and `at`: making it takes longer than asking it."""
    kind, now = bindparam("of_kind", type_=Debt.kind.type), bindparam("at", type_=Debt.due_at.type)
    busy = _busy(kind)
    of = aliased(Debt)
    owner = (
        select(of.organisation_id)
        .where(of.kind == kind, of.channel == busy.c.channel, of.settled_at.is_(None))
        .order_by(of.due_at, of.place)  # so that it is looked up, not searched for
        .limit(1)
        .scalar_subquery()
    )
    is_due = select(of.id).where(*_due(of, kind, busy.c.channel, now)).limit(1).exists()
    open_ones = (
        select(busy.c.channel, Channel.served_at, owner.label("owner"))
        .outerjoin(Channel, Channel.id == busy.c.channel)
        .where(
            busy.c.channel.is_not(None),
            or_(Channel.id.is_(None), _is_open(now)),
            is_due,
        )
        .subquery()
    )
    of_owner = func.max(open_ones.c.served_at).over(partition_by=open_ones.c.owner)
    in_turn = select(open_ones.c.channel).order_by(
        of_owner.nulls_first(), open_ones.c.served_at.nulls_first(), open_ones.c.channel
    )
    return in_turn.limit(LOOKED_AT)


def _busy(kind: BindParameter[str]):  # type: ignore[no-untyped-def] # a recursive CTE
    """Return the channels of a kind in which anything waits, found by jumping through the index."""
    unpaid = Debt.kind == kind, Debt.settled_at.is_(None)
    first = select(Debt.channel).where(*unpaid).order_by(Debt.channel).limit(1).scalar_subquery()
    busy = select(first.label("channel")).cte("busy", recursive=True)
    further = (
        select(Debt.channel)
        .where(*unpaid, Debt.channel > busy.c.channel)
        .order_by(Debt.channel)
        .limit(1)
        .correlate(busy)
        .scalar_subquery()
    )
    return busy.union_all(select(further).where(busy.c.channel.is_not(None)))


def _is_open(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Return what is true of a channel that may be served."""
    return (
        Channel.paused_at.is_(None)
        & (Channel.due_at <= now)
        & or_(Channel.leased_until.is_(None), Channel.leased_until < now)
    )


def _due(
    debt: type[Debt],
    kind: str | BindParameter[str],
    channel: ColumnElement[UUID] | UUID,
    now: datetime | BindParameter[datetime],
) -> tuple[ColumnElement[bool], ...]:
    return (
        debt.kind == kind,
        debt.channel == channel,
        debt.settled_at.is_(None),
        debt.due_at <= now,
        or_(debt.leased_until.is_(None), debt.leased_until < now),
    )


def _locked(session: Session, kind: str, id: UUID, now: datetime) -> Channel | None:
    """Return a channel, locked, if it is there to be served and nobody else is choosing from it."""
    found = select(Channel).where(Channel.id == id)
    is_open = found.where(_is_open(now)).execution_options(populate_existing=True)
    locked = is_open.with_for_update(skip_locked=True)  # SQLite has one writer
    channel = session.scalar(locked)
    if channel is None and session.scalar(found) is None:
        _make(session, kind, id, now)
        channel = session.scalar(locked)
    return channel


def _make(session: Session, kind: str, id: UUID, now: datetime) -> None:
    """Make the channel that debts wait in; whoever is quicker makes the same."""
    any_of_it = select(Debt.organisation_id, Debt.target).where(
        Debt.kind == kind, Debt.channel == id, Debt.settled_at.is_(None)
    )
    row = session.execute(any_of_it.limit(1)).first()
    if row is not None:
        with narrowed(session, row.organisation_id):
            inserted_once(
                session,
                Channel,
                id=id,
                kind=kind,
                target=row.target,
                served_at=now,
                due_at=now,
                lease=0,
                failures=0,
            )


def _leased(
    session: Session, channel: Channel, now: datetime, lease: int, limit: int, in_order: bool
) -> list[LeasedDebt]:
    until = now + timedelta(seconds=lease)
    claimed = session.execute(
        select(Debt.id, Debt.organisation_id, Debt.key, Debt.payload, Debt.attempts, Debt.target)
        .where(*_due(Debt, channel.kind, channel.id, now))
        .order_by(Debt.due_at, Debt.place)
        .limit(_gently(limit, channel.failures))
        .with_for_update(skip_locked=True)
    ).all()
    if not claimed:
        return []
    session.execute(
        update(Debt)
        .where(Debt.id.in_([debt.id for debt in claimed]))
        .values(leased_until=until, attempts=Debt.attempts + 1)
        .execution_options(synchronize_session=False)
    )
    channel.served_at = now
    if in_order:
        channel.lease += 1
        channel.leased_until = until
    return [
        LeasedDebt(
            id=debt.id,
            organisation_id=debt.organisation_id,
            kind=channel.kind,
            key=debt.key,
            payload=debt.payload,
            attempts=debt.attempts + 1,
            target=debt.target,
            channel=channel.id,
            lease=channel.lease if in_order else 0,
            failures=channel.failures,
        )
        for debt in claimed
    ]


def _gently(limit: int, failures: int) -> int:
    """Return how many are tried at once: the fewer, the more often the target failed."""
    return max(1, limit >> min(failures, 30))


def release(session: Session, debts: Sequence[LeasedDebt]) -> None:
    """Let others take from the channel that `debts` were claimed from in order."""
    for channel, lease in {(debt.channel, debt.lease) for debt in debts if debt.lease}:
        session.execute(
            update(Channel)
            .where(Channel.id == channel, Channel.lease == lease)
            .values(leased_until=None)
        )


def prolong(session: Session, debt: LeasedDebt, *, now: datetime, lease: int) -> bool:
    """Hold a debt that takes long for `lease` seconds from now; False: somebody else has it."""
    held = session.scalars(
        update(Debt)
        .where(Debt.id == debt.id, Debt.settled_at.is_(None), Debt.attempts == debt.attempts)
        .values(leased_until=now + timedelta(seconds=lease))
        .returning(Debt.id)
        .execution_options(synchronize_session=False)
    )
    return held.first() is not None


_WAITING_CHANNELS = _waiting_channels()
