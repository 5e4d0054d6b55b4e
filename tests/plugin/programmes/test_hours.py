"""Half-days on two clocks have the hours in common that they have on any clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.foundation.i18n import zones
from plugin.programmes.hours import DAYS, HALF_DAYS, HALVES, in_utc

WINTER = datetime(2026, 1, 15, 12, tzinfo=UTC)
SUMMER = datetime(2026, 7, 15, 12, tzinfo=UTC)
moments = st.integers(0, 60 * 365 * 86400).map(lambda at: datetime.fromtimestamp(at, UTC))
weeks = st.sets(st.sampled_from(HALF_DAYS))
some_zones = st.sampled_from(zones())
WHOLE_HOURS = tuple(f"Etc/GMT{offset:+}" for offset in range(-14, 13))


def on_the_clock(half_days: set[str]) -> int:
    """Return how many hours that is for whoever said it."""
    return sum(len(HALVES[each.split("-")[1]]) for each in half_days)


def test_in_utc_a_monday_morning_is_a_monday_morning() -> None:
    expected = {"mon-08", "mon-09", "mon-10", "mon-11"}
    assert in_utc(["mon-am"], "UTC", WINTER) == expected
    assert in_utc(["mon-am"], None, WINTER) == expected
    assert in_utc(["mon-am"], "Mars/Olympus", WINTER) == expected


def test_the_clock_of_the_moment_holds() -> None:
    assert "mon-07" in in_utc(["mon-am"], "Europe/Berlin", WINTER)
    assert "mon-06" not in in_utc(["mon-am"], "Europe/Berlin", WINTER)
    assert "mon-06" in in_utc(["mon-am"], "Europe/Berlin", SUMMER)


@pytest.mark.parametrize(
    ("half_day", "zone", "hours"),
    [
        ("mon-am", "Pacific/Kiritimati", {"sun-18", "sun-19", "sun-20", "sun-21"}),
        ("fri-eve", "Etc/GMT+12", {"sat-05", "sat-06", "sat-07", "sat-08"}),
        ("tue-am", "Asia/Tokyo", {"mon-23", "tue-00", "tue-01", "tue-02"}),
        ("wed-eve", "America/New_York", {"wed-22", "wed-23", "thu-00", "thu-01"}),
        ("mon-am", "Asia/Kolkata", {"mon-02", "mon-03", "mon-04", "mon-05"}),
    ],
)
def test_hours_wrap_at_midnight_and_at_the_end_of_the_week(
    half_day: str, zone: str, hours: set[str]
) -> None:
    assert in_utc([half_day], zone, WINTER) == hours


@given(weeks, some_zones, moments)
def test_no_clock_gains_or_loses_an_hour(half_days: set[str], zone: str, at: datetime) -> None:
    hours = in_utc(half_days, zone, at)
    assert len(hours) == on_the_clock(half_days)
    assert all(day in DAYS and 0 <= int(hour) < 24 for day, hour in (h.split("-") for h in hours))


@given(weeks, weeks, some_zones, moments)
def test_two_in_one_zone_have_in_common_what_they_say(
    mine: set[str], yours: set[str], zone: str, at: datetime
) -> None:
    common = in_utc(mine, zone, at) & in_utc(yours, zone, at)
    assert len(common) == on_the_clock(mine & yours)


@given(weeks, weeks, st.sampled_from(WHOLE_HOURS), st.sampled_from(WHOLE_HOURS))
def test_two_zones_have_in_common_what_a_calendar_shows(
    mine: set[str], yours: set[str], my_zone: str, your_zone: str
) -> None:
    common = in_utc(mine, my_zone, WINTER) & in_utc(yours, your_zone, WINTER)
    assert len(common) == len(in_calendar(mine, my_zone) & in_calendar(yours, your_zone))


def in_calendar(half_days: set[str], zone: str) -> set[datetime]:
    """Return the hours of a week as moments, told on a clock with a fixed offset, the week a ring.

    (The sign of POSIX zones is turned round: Etc/GMT+12 is twelve hours behind.)
    """
    clock = timezone(timedelta(hours=-int(zone.removeprefix("Etc/GMT"))))
    monday = datetime(2026, 1, 12, tzinfo=clock)
    begin = datetime(2026, 1, 12, tzinfo=UTC)
    moments = {
        monday + timedelta(days=DAYS.index(day), hours=hour)
        for day, half in (each.split("-") for each in half_days)
        for hour in HALVES[half]
    }
    return {begin + (moment - begin) % timedelta(days=7) for moment in moments}


@given(st.lists(st.text(max_size=12)), some_zones)
def test_what_is_no_half_day_counts_for_nothing(said: list[str], zone: str) -> None:
    known = set(said) & set(HALF_DAYS)
    assert in_utc(said, zone, WINTER) == in_utc(known, zone, WINTER)
