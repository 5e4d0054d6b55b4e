"""The forms of check-ins: what a person may say, and what a clock may show."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from plugin.checkins.forms import BookingForm, ReflectionForm
from plugin.foundation.errors import FormInvalid
from plugin.foundation.forms import filled, in_zone

ZONES = sorted(available_timezones())


def booking(**sent: str) -> dict[str, Any]:
    return filled(BookingForm(), MultiDict(sent))


def test_a_booking_is_a_time_on_the_clock_of_a_zone() -> None:
    form = booking(starts_at="2026-11-24T10:30", zone="Europe/Lisbon")
    assert form["starts_at"].isoformat() == "2026-11-24T10:30:00"
    assert form["meeting_place"] is None


@pytest.mark.parametrize(
    "said", ["", "soon", "24.11.2026 10:30", "2026-13-01T00:00", "2026-11-24T10:30+01:00"]
)
def test_what_is_no_time_is_explained(said: str) -> None:
    with pytest.raises(FormInvalid) as refused:
        booking(starts_at=said, zone="Europe/Lisbon")
    assert refused.value.errors == {"starts_at": ["Choose a day and a time."]}


@given(
    st.datetimes().map(lambda moment: moment.isoformat(timespec="minutes")),
    st.sampled_from(ZONES),
)
@example("0001-01-01T00:00", "Asia/Tokyo")
@example("9999-12-31T23:59", "America/Lima")
def test_a_time_that_the_form_takes_is_a_moment_in_any_zone(said: str, zone: str) -> None:
    try:
        form = booking(starts_at=said, zone=zone)
    except FormInvalid:
        return
    assert in_zone(form["starts_at"], ZoneInfo(zone)).tzinfo is not None


def test_looking_back_takes_one_answer() -> None:
    form = filled(ReflectionForm(), MultiDict({"worth": "partly"}))
    assert form["worth"].value == "partly"
    assert form["next_step"] is form["next_step_by"] is form["line"] is None


@pytest.mark.parametrize(
    ("field", "said"), [("worth", "5 stars"), ("line", "x" * 501), ("next_step_by", "tomorrow")]
)
def test_an_answer_that_does_not_fit_is_named(field: str, said: str) -> None:
    with pytest.raises(FormInvalid) as refused:
        filled(ReflectionForm(), MultiDict({"worth": "yes", field: said}))
    assert set(refused.value.errors) == {field}
