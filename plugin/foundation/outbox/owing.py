"""Owing, and taking back what is no longer to be said."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, case, delete, or_, select, update
from sqlalchemy.orm import Session

from plugin.foundation.outbox.model import Debt, Named, channel_id
from plugin.foundation.outbox.values import Outcome
from plugin.foundation.tenancy import inserted_each, organisation_of

_places = count()  # of one process; between two the microsecond of their clocks decides


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """Something to be owed; see `owe`."""

    key: str
    payload: dict[str, Any]
    now: datetime
    target: str = ""
    named: Collection[str] = ()


def owe(
    session: Session,
    kind: str,
    *,
    key: str,
    payload: dict[str, Any],
    now: datetime,
    target: str = "",
    lane: str | None = None,
    named: Collection[str] = (),
) -> bool:
    """Owe `payload`, once, however often it is asked for. True when it was new.

    With a `lane`, unpaid older debts of that lane are superseded: only the newest counts.

    Args:
        target: where to, if debts of this kind go to several places.
        named: by what the debt is to be found when somebody wants it taken back.
    """
    owed = Owed(key=key, payload=payload, now=now, target=target, named=named)
    new = owe_each(session, kind, [owed], lane=lane) == 1
    if new and lane is not None:  # an old one that is asked for again makes nothing pointless
        _supersede(session, kind, lane, key, now)
    return new


def owe_each(
    session: Session, kind: str, several: Sequence[Owed], *, lane: str | None = None
) -> int:
    """Owe several things of a kind at once, each once; return how many were new."""
    organisation_id = organisation_of(session)
    rows = [
        {
            "id": uuid4(),
            "kind": kind,
            "target": owed.target,
            "channel": channel_id(organisation_id, kind, owed.target),
            "key": owed.key,
            "lane": lane,
            "payload": owed.payload,
            "created_at": owed.now,
            "due_at": owed.now,
            "place": next(_places),
            "attempts": 0,
        }
        for owed in several
    ]
    new = inserted_each(session, Debt, rows)
    names = [
        {"debt_id": row["id"], "name": name}
        for row, owed in zip(rows, several, strict=True)
        if row["id"] in new
        for name in sorted(set(owed.named))
    ]
    inserted_each(session, Named, names)
    return len(new)


def _supersede(session: Session, kind: str, lane: str, key: str, now: datetime) -> None:
    session.execute(
        update(Debt)
        .where(Debt.kind == kind, Debt.lane == lane, Debt.key != key, Debt.settled_at.is_(None))
        .values(settled_at=now, outcome=Outcome.SUPERSEDED, leased_until=None)
    )


def about(session: Session, kind: str, target: str, names: Collection[str]) -> Sequence[Debt]:
    """Return the debts to a target that name somebody, paid or not, locked until the end."""
    named = select(Named.debt_id).where(Named.name.in_(names))
    return session.scalars(
        select(Debt)
        .where(Debt.kind == kind, Debt.target == target, Debt.id.in_(named))
        .order_by(Debt.due_at, Debt.place)
        .with_for_update()
    ).all()


def take_back(session: Session, debts: Collection[Debt], *, now: datetime) -> None:
    """Settle unpaid debts unpaid, and empty all of them: what they tell is no longer wanted.

    What a worker holds at this moment may just have been told.
    """
    session.execute(delete(Named).where(Named.debt_id.in_([debt.id for debt in debts])))
    for debt in debts:
        debt.payload = {}
        debt.said = None
        if debt.settled_at is None:
            debt.settled_at, debt.outcome, debt.leased_until = now, Outcome.SUPERSEDED, None
        elif debt.outcome == Outcome.GIVEN_UP:  # nobody is to send it again
            debt.outcome = Outcome.SUPERSEDED


def drop(session: Session, kind: str, target: str, *, now: datetime) -> int:
    """Settle all unpaid debts to a target unpaid, and empty them; return how many there were."""
    channel = channel_id(organisation_of(session), kind, target)
    unwanted = or_(Debt.settled_at.is_(None), Debt.outcome == Outcome.GIVEN_UP)
    result = session.execute(
        update(Debt)
        .where(Debt.kind == kind, Debt.channel == channel, unwanted)
        .values(settled_at=now, outcome=Outcome.SUPERSEDED, leased_until=None, payload={})
        .execution_options(synchronize_session=False)
    )
    return int(result.rowcount)  # type: ignore[attr-defined]


def forget_settled(session: Session, *, before: datetime) -> None:
    """Delete what was settled before a moment, whatever came of it."""
    session.execute(delete(Debt).where(Debt.settled_at < before))


def in_turn(now: datetime) -> ColumnElement[datetime]:
    """Return when what is owed again is due: in its old place, and not later than now."""
    return case((Debt.created_at > now, now), else_=Debt.created_at)


def again(session: Session, debt_ids: Sequence[UUID], *, now: datetime) -> int:
    """Owe given-up debts once more, in their old order; return how many there were."""
    result = session.execute(
        update(Debt)
        .where(Debt.id.in_(debt_ids), Debt.outcome == Outcome.GIVEN_UP)
        .values(settled_at=None, outcome=None, due_at=in_turn(now), attempts=0, leased_until=None)
    )
    return int(result.rowcount)  # type: ignore[attr-defined]
