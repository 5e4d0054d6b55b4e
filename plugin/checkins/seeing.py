"""What there is of a check-in, and what would happen to it; nothing is changed by asking."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugin.checkins.model import CheckIn
from plugin.checkins.rules import State

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When the thing was completed that a check-in is about, if nobody says so any more."""


def seen_of_checkpoint(
    session: Session, checkpoint_id: UUID, mentee_id: UUID, *, locked: bool = False
) -> CheckIn | None:
    """Return a mentee's check-in for a checkpoint, or None."""
    query = select(CheckIn).where(
        CheckIn.checkpoint_id == checkpoint_id, CheckIn.mentee_id == mentee_id
    )
    return session.scalar(query.with_for_update() if locked else query)


def would_open(checkin: CheckIn | None, completed_at: datetime) -> bool:
    """Tell whether a completion opens a check-in; `checkin` is the one that is there already."""
    return checkin is None or (
        checkin.state == State.WITHDRAWN and completed_at > checkin.completed_at
    )


def would_withdraw(checkin: CheckIn, taken_back_at: datetime) -> bool:
    """Tell whether taking a completion back takes the check-in back.

    Only one that nobody has touched, and only if the completion came first: Moodle says
    "uncompleted" in the same second just before the first "completed".
    """
    is_untouched = checkin.state == State.OPEN and not checkin.booking_sequence
    return is_untouched and taken_back_at > checkin.completed_at
