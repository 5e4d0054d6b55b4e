"""Writing down what came of deliveries, and how long to wait until the next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, update
from sqlalchemy.orm import Session

from plugin.foundation.outbox.model import Channel, Debt
from plugin.foundation.outbox.values import (
    Away,
    Halted,
    LeasedDebt,
    Outcome,
    PausedBy,
    Postponed,
    Result,
    Settled,
)

FIRST_DELAY = 5  # s
LONGEST_DELAY = 6 * 3600  # s
LONGEST_SILENCE = 1800  # s
"""Between two tries at a target that is away: one request each, however much waits for it."""


def record(
    session: Session,
    debt: LeasedDebt,
    result: Result,
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
    (outcome,) = record_all(
        session,
        [(debt, result)],
        now=now,
        most_attempts=most_attempts,
        spread=spread,
        forget=forget,
    )
    return outcome


def record_all(
    session: Session,
    results: Sequence[tuple[LeasedDebt, Result]],
    *,
    now: datetime,
    most_attempts: int,
    spread: float,
    forget: bool = False,
) -> list[Outcome | None]:
    """Write down what came of the debts of one channel; see `record`."""
    final = [(debt, _final(debt, result, most_attempts)) for debt, result in results]
    for settled in dict.fromkeys(it for _, it in final if isinstance(it, Settled)):
        several = [debt for debt, it in final if it == settled]
        settle(session, several, settled, now=now, forget=forget)
    for debt, result in final:
        if isinstance(result, Postponed):
            _postpone(session, debt, result, now, spread)
    _give_back(session, [debt for debt, it in final if isinstance(it, Away | Halted)])
    _note_channel(session, final, now, spread)
    return [it.outcome if isinstance(it, Settled) else None for _, it in final]


def _final(debt: LeasedDebt, result: Result, most_attempts: int) -> Result:
    if isinstance(result, Postponed) and debt.attempts >= most_attempts:
        return Settled(outcome=Outcome.GIVEN_UP, problem=result.problem)
    return result


def settle(
    session: Session,
    debts: Sequence[LeasedDebt],
    settled: Settled,
    *,
    now: datetime,
    forget: bool = False,
) -> None:
    """Settle debts that are not settled yet, where that must not come apart from its cause."""
    values: dict[str, Any] = {
        "settled_at": now,
        "outcome": settled.outcome,
        "leased_until": None,
        "problem": settled.problem,
        "said": settled.said,
    }
    if forget and settled.outcome is not Outcome.GIVEN_UP:
        values["payload"] = {}
    session.execute(
        update(Debt)
        .where(Debt.id.in_([debt.id for debt in debts]), Debt.settled_at.is_(None))
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _postpone(
    session: Session, debt: LeasedDebt, result: Postponed, now: datetime, spread: float
) -> None:
    wait = delay(debt.attempts, spread=spread, retry_after=result.retry_after)
    session.execute(  # unless the lease ran out and somebody else is at it
        update(Debt)
        .where(Debt.id == debt.id, Debt.settled_at.is_(None), Debt.attempts == debt.attempts)
        .values(due_at=now + timedelta(seconds=wait), leased_until=None, problem=result.problem)
        .execution_options(synchronize_session=False)
    )


def _give_back(session: Session, debts: Iterable[LeasedDebt]) -> None:
    """Put debts back where they were: it was not about them."""
    ids = {debt.attempts: [it.id for it in debts if it.attempts == debt.attempts] for debt in debts}
    for attempts, several in ids.items():
        session.execute(
            update(Debt)
            .where(Debt.id.in_(several), Debt.settled_at.is_(None), Debt.attempts == attempts)
            .values(leased_until=None, attempts=attempts - 1)
            .execution_options(synchronize_session=False)
        )


def _note_channel(
    session: Session,
    results: Sequence[tuple[LeasedDebt, Result]],
    now: datetime,
    spread: float,
) -> None:
    """Keep what the results say of the target itself, unless they come too late to say it.

    Who paused it stays who did.
    """
    channels = {debt.channel: debt for debt, _ in results if debt.channel is not None}
    for channel, debt in channels.items():
        about = [it for one, it in results if one.channel == channel]
        halted = next((it for it in about if isinstance(it, Halted)), None)
        away = next((it for it in about if isinstance(it, Away)), None)
        values: dict[str, Any]
        still = [Channel.lease == debt.lease] if debt.lease else []
        if halted is not None:
            still.append(Channel.paused_at.is_(None))
            values = {
                "paused_at": now,
                "paused_by": PausedBy.TARGET,
                "problem": halted.problem,
                "failures": 0,
                "away_since": None,
            }
        elif away is not None:
            wait = delay(
                debt.failures + 1,
                spread=spread,
                retry_after=away.retry_after,
                longest=LONGEST_SILENCE,
            )
            values = {
                "due_at": now + timedelta(seconds=wait),
                "failures": debt.failures + 1,
                "problem": away.problem,
                "away_since": case((Channel.away_since.is_(None), now), else_=Channel.away_since),
            }
        elif debt.failures:
            values = {"failures": 0, "problem": None, "away_since": None}
        else:
            continue
        session.execute(
            update(Channel)
            .where(Channel.id == channel, *still)
            .values(**values)
            .execution_options(synchronize_session=False)
        )


def delay(
    attempts: int,
    *,
    spread: float,
    retry_after: float | None = None,
    longest: float = LONGEST_DELAY,
) -> float:
    """Return the seconds to wait after `attempts` attempts: doubling, jittered, never too soon."""
    ceiling = min(FIRST_DELAY * 2.0 ** min(attempts - 1, 20), longest)
    wait = ceiling * (0.5 + spread / 2)
    return max(wait, retry_after or 0.0)
