"""Forms: what is read, what needs attention, and clocks that jump."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import fields, validate
from werkzeug.datastructures import MultiDict

from plugin.foundation.errors import FormInvalid
from plugin.foundation.forms import Form, filled, in_zone

LISBON, NEW_YORK = ZoneInfo("Europe/Lisbon"), ZoneInfo("America/New_York")


class Order(Form):
    """A form of these tests."""

    dish = fields.String(required=True, error_messages={"required": "Choose a dish."})
    sides = fields.List(fields.String(validate=validate.OneOf(["rice", "salad"])))
    portions = fields.Integer(load_default=1, validate=validate.Range(1, 3))


def order(*sent: tuple[str, str]) -> dict[str, object]:
    return filled(Order(), MultiDict(sent))


def test_what_was_filled_in_is_read_trimmed() -> None:
    said = order(("dish", "  soup "), ("sides", "rice"), ("sides", "salad"), ("portions", "2"))
    assert said == {"dish": "soup", "sides": ["rice", "salad"], "portions": 2}


def test_fields_that_the_form_does_not_know_are_left_out() -> None:
    assert order(("dish", "soup"), ("admin", "1")) == {"dish": "soup", "sides": [], "portions": 1}


@pytest.mark.parametrize("empty", [(), (("dish", ""),), (("dish", " \t "),)])
def test_an_empty_answer_is_none(empty: tuple[tuple[str, str], ...]) -> None:
    with pytest.raises(FormInvalid) as refused:
        order(*empty)
    assert refused.value.errors == {"dish": ["Choose a dish."]}


def test_every_field_that_needs_attention_is_named() -> None:
    with pytest.raises(FormInvalid) as refused:
        order(("sides", "rice"), ("sides", "gravel"), ("portions", "many"))
    assert set(refused.value.errors) == {"dish", "sides", "portions"}
    assert all(isinstance(text, str) for texts in refused.value.errors.values() for text in texts)


@pytest.mark.parametrize(
    ("local", "zone", "utc"),
    [
        pytest.param("2026-11-22T10:00", LISBON, "2026-11-22T10:00", id="winter"),
        pytest.param("2026-07-22T10:00", LISBON, "2026-07-22T09:00", id="summer"),
        pytest.param("2026-03-29T01:30", LISBON, "2026-03-29T01:30", id="in the gap, Lisbon"),
        pytest.param("2026-03-08T02:30", NEW_YORK, "2026-03-08T07:30", id="in the gap, New York"),
        pytest.param("2026-10-25T01:30", LISBON, "2026-10-25T00:30", id="twice, Lisbon"),
        pytest.param("2026-11-01T01:30", NEW_YORK, "2026-11-01T05:30", id="twice, New York"),
    ],
)
def test_a_clock_time_is_one_moment(local: str, zone: ZoneInfo, utc: str) -> None:
    assert in_zone(datetime.fromisoformat(local), zone) == datetime.fromisoformat(utc + "+00:00")


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001 # a clock's reading
    st.sampled_from([LISBON, NEW_YORK, ZoneInfo("Asia/Kathmandu"), ZoneInfo("Pacific/Apia")]),
)
def test_a_clock_shows_the_time_again_unless_it_skipped_it(local: datetime, zone: ZoneInfo) -> None:
    moment = in_zone(local, zone)
    assert moment.tzinfo is UTC
    shown = moment.astimezone(zone).replace(tzinfo=None)
    skipped = (
        local.replace(tzinfo=zone, fold=0).utcoffset()
        != local.replace(tzinfo=zone, fold=1).utcoffset()
    )
    assert shown == local or skipped
    assert shown >= local
