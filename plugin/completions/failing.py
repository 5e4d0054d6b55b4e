"""Completions that we failed to look at, by a fault of ours: tried again, and again by a click.

A fault may be mended by tomorrow, or never. So each is tried again after a minute, then after four,
and so on for some days; from then on only when somebody says so.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, update
from sqlalchemy.orm import Session

from plugin.completions.model import CompletionRow, Reason, Status

MOST_TRIES: Final = 8
"""After the last of them, within four days, it is not looked at again by itself."""
_LONGER = 4  # times the wait before
_REASON = literal(Reason.FAILED.value, literal_execute=True)  # or its index would not be used
_FAILED = (CompletionRow.status == Status.WAITING, CompletionRow.reason == _REASON)
_AGAIN = {"status": Status.NEW, "reason": None}


def set_aside(session: Session, completion_id: UUID, *, now: datetime) -> None:
    """Keep a completion that we failed to look at, so that it keeps no other waiting."""
    row = session.get_one(CompletionRow, completion_id)
    row.status, row.reason = Status.WAITING, Reason.FAILED
    row.failures += 1
    row.failed_at = now


def may_be_tried() -> ColumnElement[bool]:
    """Return the condition that a completion failed, not for the last time."""
    return and_(*_FAILED, CompletionRow.failures < MOST_TRIES)


def look_again_at_failed(session: Session, *, now: datetime) -> None:
    """Let the worker look again at what has waited long enough since it failed."""
    rested = or_(
        *(
            and_(CompletionRow.failures == tries, CompletionRow.failed_at <= now - _wait(tries))
            for tries in range(1, MOST_TRIES)
        )
    )
    session.execute(update(CompletionRow).where(*_FAILED, rested).values(**_AGAIN))


def _wait(tries: int) -> timedelta:
    return timedelta(minutes=pow(_LONGER, tries - 1))


def failed(session: Session) -> int:
    """Return how many completions could not be looked at."""
    return session.scalar(select(func.count(CompletionRow.id)).where(*_FAILED)) or 0


def try_all_again(session: Session) -> None:
    """Let the worker look again at all of them, as if they had never failed."""
    session.execute(update(CompletionRow).where(*_FAILED).values(failures=0, **_AGAIN))
