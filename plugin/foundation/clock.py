"""The time, as a parameter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the time in UTC; the only place that reads the machine's clock."""
    return datetime.now(UTC)


def minute_of(now: datetime) -> str:
    """Return the minute of `now`, for the key of what may be owed once in each."""
    return now.replace(second=0, microsecond=0).isoformat()
