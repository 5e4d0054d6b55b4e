"""Opening check-ins: one at a time, or all that a batch of completions calls for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugin.checkins import events
from plugin.checkins.model import CheckIn
from plugin.checkins.rules import State, moved
from plugin.checkins.seeing import would_open
from plugin.foundation.events import all_happened
from plugin.foundation.tenancy import inserted_each
from plugin.pairings.model import Pairing
from plugin.programmes.model import Checkpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """The check-in that a completion calls for."""

    pairing: Pairing
    checkpoint: Checkpoint
    completed_at: datetime
    source: str
    reference: UUID | None


def open_once(
    session: Session,
    pairing: Pairing,
    checkpoint: Checkpoint,
    *,
    completed_at: datetime,
    source: str,
    reference: UUID | None,
    now: datetime,
) -> CheckIn | None:
    """Open the check-in that a completion calls for; None when it is there already.

    A withdrawn one is opened again when the mentee completes the thing again, or if nobody took
    their completion back.
    """
    opening = Opening(
        pairing=pairing,
        checkpoint=checkpoint,
        completed_at=completed_at,
        source=source,
        reference=reference,
    )
    return open_each(session, [opening], now=now)[0]


def open_each(
    session: Session, openings: Sequence[Opening], *, now: datetime
) -> list[CheckIn | None]:
    """Open several check-ins at once, each as `open_once` does; no two are for the same."""
    if not openings:
        return []
    new = inserted_each(session, CheckIn, [_columns(opening, now) for opening in openings])
    checkins = _of_openings(session, openings)
    opened = [
        checkin if checkin.id in new or _is_opened_again(checkin, opening, now) else None
        for checkin, opening in zip(checkins, openings, strict=True)
    ]
    all_happened(
        session,
        [
            events.Opened(
                at=now,
                subject_id=checkin.id,
                actor_id=checkin.mentee_id,
                source=opening.source,
                reference=opening.reference,
            )
            for checkin, opening in zip(opened, openings, strict=True)
            if checkin is not None
        ],
    )
    return opened


def _columns(opening: Opening, now: datetime) -> dict[str, Any]:
    return {
        "pairing_id": opening.pairing.id,
        "checkpoint_id": opening.checkpoint.id,
        "mentee_id": opening.pairing.mentee_id,
        "state": State.OPEN,
        "minutes": opening.checkpoint.minutes,
        "opened_at": now,
        "due_at": now + timedelta(days=opening.checkpoint.within_days),
        "completed_at": opening.completed_at,
        "booking_sequence": 0,
    }


def _of_openings(session: Session, openings: Sequence[Opening]) -> list[CheckIn]:
    """Return the check-ins that `openings` are about, locked against others."""
    found = session.scalars(
        select(CheckIn)
        .where(
            CheckIn.checkpoint_id.in_({opening.checkpoint.id for opening in openings}),
            CheckIn.mentee_id.in_({opening.pairing.mentee_id for opening in openings}),
        )
        .order_by(CheckIn.opened_at, CheckIn.id)
        .with_for_update()
    )
    by_cause = {(checkin.checkpoint_id, checkin.mentee_id): checkin for checkin in found}
    return [by_cause[opening.checkpoint.id, opening.pairing.mentee_id] for opening in openings]


def _is_opened_again(checkin: CheckIn, opening: Opening, now: datetime) -> bool:
    if not would_open(checkin, opening.completed_at):
        return False
    checkin.state = moved(State(checkin.state), State.OPEN)
    if checkin.pairing_id != opening.pairing.id:  # where they met is between the two
        checkin.meeting_place = None
    checkin.starts_at = None
    checkin.pairing_id = opening.pairing.id
    checkin.opened_at, checkin.completed_at = now, opening.completed_at
    checkin.due_at = now + timedelta(days=opening.checkpoint.within_days)
    return True
