"""What could not be delivered: looking at it, and sending it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from plugin.foundation import outbox
from plugin.foundation.errors import NotFound
from plugin.foundation.outbox import Backlog, Channel, Debt, Outcome
from plugin.platforms.model import RegistrationRow
from plugin.targets import payloads
from plugin.targets.model import STATEMENT, Target
from plugin.targets.payloads import Told

PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to one target, and what waits on it.

    Attributes:
        name: what people call the target; empty if there is only one.
    """

    name: str
    backlog: Backlog

    @property
    def is_under_way(self) -> bool:
        """Whether anything waits there, or it stands still."""
        state = self.backlog.state
        paused = state is not None and state.paused_at is not None
        return bool(self.backlog.waiting or self.problem or paused)

    @property
    def problem(self) -> str | None:
        """What keeps it from going on, if anything does."""
        state = self.backlog.state
        stands = state is not None and (state.paused_at or state.failures)
        return state.problem if state is not None and stands else None


def ways(session: Session) -> list[Way]:
    """Return every way on which something waits, is parked, or which stands still."""
    several = outbox.backlog(session)
    names = _names(session, several)
    return [Way(name=names.get(it.target, ""), backlog=it) for it in several]


def _names(session: Session, several: Sequence[Backlog]) -> dict[str, str]:
    ids = {UUID(it.target) for it in several if it.target}
    stores = session.execute(select(Target.id, Target.name).where(Target.id.in_(ids)))
    platforms = session.execute(
        select(RegistrationRow.id, RegistrationRow.name).where(RegistrationRow.id.in_(ids))
    )
    return {str(row.id): row.name for row in (*stores, *platforms)}


def parked(session: Session, *, most: int = PAGE) -> Sequence[Debt]:
    """Return what was given up, the newest first."""
    return session.scalars(
        select(Debt)
        .where(Debt.outcome == Outcome.GIVEN_UP)
        .order_by(Debt.settled_at.desc(), Debt.id)
        .limit(most)
    ).all()


def one(session: Session, debt_id: UUID) -> Debt:
    """Return one that was given up.

    Raises:
        NotFound: it was sent again, or is no longer kept.
    """
    debt = session.get(Debt, debt_id)
    if debt is None or debt.outcome != Outcome.GIVEN_UP:
        raise NotFound("It has been sent again, or is kept no longer.")
    return debt


def told(debt: Debt) -> Told | None:
    """Return which statement a debt is about, if about any."""
    return payloads.told(debt.payload) if debt.kind == STATEMENT else None


def again(
    session: Session,
    *,
    kind: str | None = None,
    target: str | None = None,
    now: datetime,
) -> int:
    """Send again all that was given up, in its old order, of a kind and to a target if said."""
    conditions = [Debt.outcome == Outcome.GIVEN_UP]
    if kind is not None:
        conditions.append(Debt.kind == kind)
    if target is not None:
        conditions.append(Debt.target == target)
    result = session.execute(
        update(Debt)
        .where(*conditions)
        .values(
            settled_at=None, outcome=None, due_at=outbox.in_turn(now), attempts=0, leased_until=None
        )
        .execution_options(synchronize_session=False)
    )
    return int(result.rowcount)  # type: ignore[attr-defined]


def go_on(session: Session, kind: str, target: str, *, now: datetime) -> None:
    """Let a way that stands still go on.

    Raises:
        NotFound: nothing was ever sent on it.
    """
    if outbox.channel_of(session, kind, target) is None:
        raise NotFound("Nothing was ever sent there.")
    outbox.resume(session, kind, target, now=now)


def target_of(state: Channel | None) -> UUID | None:
    """Return the id of the record store that a way leads to, if it does."""
    if state is None or state.kind != STATEMENT or not state.target:
        return None
    return UUID(state.target)


def given_up(session: Session) -> int:
    """Return how many were given up."""
    parked = select(func.count(Debt.id)).where(Debt.outcome == Outcome.GIVEN_UP)
    return session.scalars(parked).one()
