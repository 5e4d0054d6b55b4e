"""The only order of statements: `seq`, the moment of storing in microseconds since 1970.

No two statements of an organisation share one, and it rises in the order in which they can be
seen. So a time is a place in the order, without a look-up.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_STEP = timedelta(microseconds=1)


def place(at: datetime) -> int:
    """Return the seq of an aware time; negative before 1970, where nothing is stored."""
    return (at - _BEGINNING) // _STEP


def moment(seq: int) -> datetime:
    """Return when the statement at `seq` was stored, in UTC."""
    return _BEGINNING + seq * _STEP
