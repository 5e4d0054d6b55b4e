"""The time, as a parameter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the time in UTC; the only place that reads the machine's clock."""
    return datetime.now(UTC)
