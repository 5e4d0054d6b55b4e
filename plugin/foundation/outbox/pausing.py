"""Pausing the way to a target, and going on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugin.foundation.outbox.model import Channel, channel_id
from plugin.foundation.outbox.values import PausedBy
from plugin.foundation.tenancy import found_or_inserted, organisation_of


def channel_of(session: Session, kind: str, target: str = "") -> Channel | None:
    """Return what is known of the way to a target; None: nothing was ever tried."""
    return session.get(Channel, channel_id(organisation_of(session), kind, target))


def pause(session: Session, kind: str, target: str = "", *, now: datetime) -> None:
    """Send nothing until somebody resumes; what is owed meanwhile waits."""
    channel = _channel(session, kind, target, now)
    channel.paused_at = channel.paused_at or now
    channel.paused_by = PausedBy.PERSON


def resume(session: Session, kind: str, target: str = "", *, now: datetime) -> None:
    """Send again, at once: whoever says so has looked."""
    channel = _channel(session, kind, target, now)
    channel.paused_at = channel.paused_by = channel.problem = channel.away_since = None
    channel.failures = 0
    channel.due_at = now
    channel.lease += 1  # what a worker is told at this moment is of how it was before


def forget(session: Session, kind: str, target: str) -> None:
    """Forget what is known of the way to a target that is no more."""
    channel = channel_of(session, kind, target)
    if channel is not None:
        session.delete(channel)


def mended(session: Session, kind: str, target: str = "", *, now: datetime) -> None:
    """Try again at once what the target would not take: its settings are others now.

    What a person paused stays so.
    """
    channel = channel_of(session, kind, target)
    if channel is not None and channel.paused_by != PausedBy.PERSON:
        resume(session, kind, target, now=now)


def _channel(session: Session, kind: str, target: str, now: datetime) -> Channel:
    id = channel_id(organisation_of(session), kind, target)
    found = select(Channel).where(Channel.id == id).with_for_update()
    return found_or_inserted(
        session,
        found,
        Channel,
        id=id,
        kind=kind,
        target=target,
        served_at=now,
        due_at=now,
        lease=0,
        failures=0,
    )
