"""Taking back what a source told, as if it had never told it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugin.checkins import service as checkins
from plugin.completions import observing
from plugin.completions.model import CompletionRow, Reason, Status


def take_back(
    session: Session, row: CompletionRow, *, now: datetime, as_if_never: bool = False
) -> bool:
    """Take back one completion, as if its source had never told of it.

    False, and nothing changes, if somebody has acted upon the check-in that it opened. A check-in
    that another completion would have opened as well stays.

    Args:
        as_if_never: whether a completion that was earlier may open the check-in again.
    """
    if row.status == Status.APPLIED and row.person_id and row.checkpoint_id:
        checkin = checkins.of_checkpoint(session, row.checkpoint_id, row.person_id)
        is_its_own = checkin.completed_at == row.at and not _is_said_elsewhere(session, row)
        moment = max(now, row.at + timedelta(microseconds=1))
        if is_its_own and not checkins.withdraw(
            session, checkin, taken_back_at=moment, now=now, as_if_never=as_if_never
        ):
            return False
    row.status, row.reason = Status.COUNTED, Reason.TAKEN_BACK
    session.flush()
    observing.no_longer_so(session, [row], now=now)
    return True


def _is_said_elsewhere(session: Session, row: CompletionRow) -> bool:
    """Tell whether another completion says the same of the same person."""
    others = select(CompletionRow.id).where(
        CompletionRow.checkpoint_id == row.checkpoint_id,
        CompletionRow.person_id == row.person_id,
        CompletionRow.id != row.id,
        CompletionRow.reason == Reason.OPEN_ALREADY,
    )
    return session.scalar(others.limit(1)) is not None
