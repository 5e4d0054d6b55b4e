"""Targets as administrators see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from plugin.foundation import outbox
from plugin.foundation.outbox import Backlog, Channel, PausedBy
from plugin.targets import service
from plugin.targets.model import STATEMENT, Target
from plugin.targets.rules import Filter


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A target with what waits for it.

    Attributes:
        state: "well", "away" or "paused".
        by_person: whether a person paused it.
        oldest: when the first of what waits was owed.
    """

    target: Target
    state: str
    by_person: bool
    problem: str | None
    waiting: int
    parked: int
    oldest: datetime | None
    since: datetime | None
    forwards: Filter | None


def shown(session: Session, *, now: datetime) -> list[Shown]:
    """Return the targets of the session's organisation."""
    ways = {it.target: it for it in outbox.backlog(session) if it.kind == STATEMENT}
    return [of(target, ways.get(str(target.id))) for target in service.targets(session, now=now)]


def of(target: Target, way: Backlog | None) -> Shown:
    """Return a target as it is to be shown."""
    state = way.state if way is not None else None
    paused = state is not None and state.paused_at is not None
    away = state is not None and bool(state.failures)
    return Shown(
        target=target,
        state="paused" if paused else "away" if away else "well",
        by_person=state is not None and state.paused_by == PausedBy.PERSON,
        problem=state.problem if state is not None and (paused or away) else None,
        waiting=way.waiting if way is not None else 0,
        parked=way.parked if way is not None else 0,
        oldest=way.oldest if way is not None else None,
        since=(state.paused_at or state.away_since) if state is not None else None,
        forwards=None if target.forwards is None else Filter.of(target.forwards),
    )


def standing(session: Session) -> int:
    """Return how many targets are paused because they let us in no more."""
    by_target = Channel.kind == STATEMENT, Channel.paused_by == PausedBy.TARGET
    return session.scalars(select(func.count(Channel.id)).where(*by_target)).one()
