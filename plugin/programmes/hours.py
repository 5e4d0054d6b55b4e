"""Half-days on somebody's own clock, as hours of the week that everybody shares: pure.

A half-day is "tue-am". An hour is "tue-09": the one that begins at nine on Tuesdays, in UTC. Two
people on different clocks have the hours in common that are in both their sets.

Where a clock is half an hour off, each of its hours counts as the UTC hour in which it begins: two
people of one zone have in common exactly what they say, two of different zones to within half an
hour at either end.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache

from plugin.foundation.i18n import Words

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WORKDAYS = DAYS[:5]
HALVES = {"am": range(8, 12), "pm": range(12, 17), "eve": range(17, 21)}
"""Morning, afternoon, evening, as hours on the clock."""
HALF_DAYS = tuple(f"{day}-{half}" for day in WORKDAYS for half in HALVES)


def in_utc(half_days: Iterable[str], zone: str | None, at: datetime) -> frozenset[str]:
    """Return the hours of the week that `half_days` on a clock in `zone` are, in UTC.

    Args:
        half_days: of `HALF_DAYS`; what is none of them counts for nothing.
        zone: an IANA name; None, or one that nobody knows, is UTC.
        at: the moment whose offset holds: clocks change twice a year.
    """
    offset = _offset(zone, at)
    return frozenset[str]().union(*(_hours(each, offset) for each in half_days))


@lru_cache(maxsize=2048)
def _offset(zone: str | None, at: datetime) -> timedelta:
    """Return how far a clock is from UTC; whole programmes are asked about at one moment."""
    return at.astimezone(Words(None, zone).zone).utcoffset() or timedelta()


@lru_cache(maxsize=2048)
def _hours(half_day: str, offset: timedelta) -> frozenset[str]:
    if half_day not in HALF_DAYS:
        return frozenset()
    day, half = half_day.split("-")
    midnight = timedelta(days=DAYS.index(day))
    return frozenset(
        _hour_of_week((midnight + timedelta(hours=hour) - offset) // timedelta(hours=1))
        for hour in HALVES[half]
    )


def _hour_of_week(hours: int) -> str:
    day, hour = divmod(hours, 24)
    return f"{DAYS[day % 7]}-{hour:02}"
