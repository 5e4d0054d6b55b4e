"""What we owe to other systems: a row in the transaction of its cause, paid by the worker.

A debt is unique by (organisation, kind, key), so that owing it twice is owing it once. The worker
leases a few, delivers them outside any transaction, and records what came of it. A lease that runs
out (the worker was killed) is simply taken again: deliveries are repeatable by construction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, delete, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from plugin.foundation.tenancy import Owned, inserted_once

FIRST_DELAY = 5  # s
LONGEST_DELAY = 6 * 3600  # s


class Outcome(StrEnum):
    """How a debt was settled."""

    DELIVERED = "delivered"
    SUPERSEDED = "superseded"
    """Something newer for the same place made it pointless."""
    GIVEN_UP = "given-up"
    """Refused for good, or tried too often; an operator may owe it again."""


class Debt(Owned):
    """One thing owed to one other system, or to our own worker."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("organisation_id", "kind", "key"),
        Index("ix_outbox_settled_at_due_at", "settled_at", "due_at"),
        Index("ix_outbox_lane", "organisation_id", "kind", "lane"),
    )

    kind: Mapped[str]
    key: Mapped[str]
    lane: Mapped[str | None]
    """Where only the newest counts, e.g. one person's score in one line item."""
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    settled_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    problem: Mapped[str | None]
    """Why the last attempt failed; a slug and a status, no personal data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeasedDebt:
    """A leased debt, as a delivery sees it."""

    id: UUID
    organisation_id: UUID
    kind: str
    key: str
    payload: dict[str, Any]
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Nothing more to do for this debt."""

    outcome: Outcome = Outcome.DELIVERED
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Postponed:
    """The other side could not take it now."""

    problem: str
    retry_after: float | None = None
    """Seconds that the other side asked for."""


def owe(
    session: Session,
    kind: str,
    *,
    key: str,
    payload: dict[str, Any],
    now: datetime,
    lane: str | None = None,
) -> bool:
    """Owe `payload`, once, however often it is asked for. True when it was new.

    With a `lane`, unpaid older debts of that lane are superseded: only the newest counts.
    """
    new = inserted_once(
        session,
        Debt,
        kind=kind,
        key=key,
        lane=lane,
        payload=payload,
        created_at=now,
        due_at=now,
        attempts=0,
    )
    if new and lane is not None:  # an old one that is asked for again makes nothing pointless
        _supersede(session, kind, lane, key, now)
    return new


def _supersede(session: Session, kind: str, lane: str, key: str, now: datetime) -> None:
    session.execute(
        update(Debt)
        .where(Debt.kind == kind, Debt.lane == lane, Debt.key != key, Debt.settled_at.is_(None))
        .values(settled_at=now, outcome=Outcome.SUPERSEDED, leased_until=None)
    )


def claim(
    session: Session, *, kinds: Iterable[str], now: datetime, lease: int, limit: int = 50
) -> list[LeasedDebt]:
    """Lease up to `limit` due debts of `kinds` for `lease` seconds, oldest first.

    They are chosen first and leased after: inside one statement PostgreSQL may choose again, and
    lease more.
    """
    due = (
        select(Debt.id)
        .where(
            Debt.settled_at.is_(None),
            Debt.due_at <= now,
            Debt.kind.in_(list(kinds)),
            or_(Debt.leased_until.is_(None), Debt.leased_until < now),
        )
        .order_by(Debt.due_at, Debt.created_at)
        .limit(limit)
    )
    if session.get_bind().dialect.name == "postgresql":
        due = due.with_for_update(skip_locked=True)  # SQLite has one writer
    claimed = session.scalars(
        update(Debt)
        .where(Debt.id.in_(session.scalars(due).all()))
        .values(leased_until=now + timedelta(seconds=lease), attempts=Debt.attempts + 1)
        .returning(Debt)
        .execution_options(synchronize_session=False)
    ).all()
    return [
        LeasedDebt(
            id=debt.id,
            organisation_id=debt.organisation_id,
            kind=debt.kind,
            key=debt.key,
            payload=debt.payload,
            attempts=debt.attempts,
        )
        for debt in sorted(claimed, key=lambda debt: (debt.created_at, str(debt.id)))
    ]


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


def record(
    session: Session,
    debt: LeasedDebt,
    result: Settled | Postponed,
    *,
    now: datetime,
    most_attempts: int,
    spread: float,
    forget: bool = False,
) -> Outcome | None:
    """Write down what came of one delivery; return the outcome, or None: it will be tried again.

    Args:
        spread: a random share 0–1, so that many debts do not come back at the same moment.
        forget: whether the payload is emptied once settled (it names people).
    """
    if isinstance(result, Postponed) and debt.attempts >= most_attempts:
        result = Settled(outcome=Outcome.GIVEN_UP, problem=result.problem)
    unsettled = update(Debt).where(Debt.id == debt.id, Debt.settled_at.is_(None))
    if isinstance(result, Postponed):
        wait = delay(debt.attempts, spread=spread, retry_after=result.retry_after)
        session.execute(  # unless the lease ran out and somebody else is at it
            unsettled.where(Debt.attempts == debt.attempts).values(
                due_at=now + timedelta(seconds=wait), leased_until=None, problem=result.problem
            )
        )
        return None
    values: dict[str, Any] = {
        "settled_at": now,
        "outcome": result.outcome,
        "leased_until": None,
        "problem": result.problem,
    }
    if forget and result.outcome is not Outcome.GIVEN_UP:
        values["payload"] = {}
    session.execute(unsettled.values(**values))
    return result.outcome


def delay(attempts: int, *, spread: float, retry_after: float | None = None) -> float:
    """Return the seconds to wait after `attempts` attempts: doubling, jittered, never too soon."""
    ceiling = min(FIRST_DELAY * 2.0 ** min(attempts - 1, 20), LONGEST_DELAY)
    wait = ceiling * (0.5 + spread / 2)
    return max(wait, retry_after or 0.0)


def drop(session: Session, kind: str, *, key_part: str, now: datetime) -> None:
    """Settle unpaid debts unpaid, and empty them: what they would have told is no longer wanted."""
    session.execute(
        update(Debt)
        .where(Debt.kind == kind, Debt.key.contains(key_part), Debt.settled_at.is_(None))
        .values(settled_at=now, outcome=Outcome.SUPERSEDED, leased_until=None, payload={})
    )


def waiting(session: Session, kind: str, *, now: datetime) -> Sequence[Debt]:
    """Return the unpaid debts of a kind that no worker holds, locked against being taken."""
    return session.scalars(
        select(Debt)
        .where(
            Debt.kind == kind,
            Debt.settled_at.is_(None),
            or_(Debt.leased_until.is_(None), Debt.leased_until < now),
        )
        .order_by(Debt.created_at, Debt.id)
        .with_for_update(skip_locked=True)
    ).all()


def forget_settled(session: Session, *, before: datetime) -> None:
    """Delete what was settled before a moment, whatever came of it."""
    session.execute(delete(Debt).where(Debt.settled_at < before))


def again(session: Session, debt_ids: Sequence[UUID], *, now: datetime) -> int:
    """Owe given-up debts once more; return how many there were."""
    result = session.execute(
        update(Debt)
        .where(Debt.id.in_(debt_ids), Debt.outcome == Outcome.GIVEN_UP)
        .values(settled_at=None, outcome=None, due_at=now, attempts=0, leased_until=None)
    )
    return int(result.rowcount)  # type: ignore[attr-defined]


def unpaid(session: Session) -> dict[str, int]:
    """Return how many debts wait, by kind, in the session's scope."""
    rows = session.execute(
        select(Debt.kind, func.count()).where(Debt.settled_at.is_(None)).group_by(Debt.kind)
    )
    return {row[0]: row[1] for row in rows}


Delivery = Callable[[Sequence[LeasedDebt]], Iterator[tuple[LeasedDebt, Settled | Postponed]]]
"""Pays leased debts of one kind, and says of each, as soon as it is known, what came of it."""


def one_by_one(pay: Callable[[LeasedDebt], Settled | Postponed]) -> Delivery:
    """Return a delivery that pays debts one after the other."""

    def deliver(debts: Sequence[LeasedDebt]) -> Iterator[tuple[LeasedDebt, Settled | Postponed]]:
        for debt in debts:
            yield debt, pay(debt)

    return deliver
