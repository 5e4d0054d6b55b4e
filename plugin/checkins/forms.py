"""The forms of the check-ins room."""

from __future__ import annotations

from datetime import datetime

from marshmallow import fields, validate

from plugin.checkins.rules import LONGEST_TALK, Worth
from plugin.foundation.forms import Form, whatever

LINE = validate.Length(max=500, error="At most 500 characters.")
ZONE = validate.Length(max=64, error="Choose from the list.")
WHEN = "Choose a day and a time."
THIS_CENTURY = validate.Range(  # beyond it lie moments that no calendar can hold
    datetime(2000, 1, 1),  # noqa: DTZ001 # a clock's reading
    datetime(2100, 1, 1),  # noqa: DTZ001
    error=WHEN,
)


class BookingForm(Form):
    """Agreeing a time."""

    starts_at = fields.NaiveDateTime(
        required=True,
        validate=THIS_CENTURY,
        error_messages={"required": WHEN, "invalid": WHEN, "invalid_awareness": WHEN},
    )
    zone = fields.String(
        required=True, validate=ZONE, error_messages=whatever("Choose from the list.")
    )
    meeting_place = fields.String(load_default=None, validate=LINE)


class MinutesForm(Form):
    """How long they really talked."""

    minutes = fields.Integer(
        required=True,
        validate=validate.Range(1, LONGEST_TALK, error="Between 1 and 240 minutes."),
        error_messages=whatever("Between 1 and 240 minutes."),
    )


class ReflectionForm(Form):
    """Looking back, in under a minute."""

    worth = fields.Enum(
        Worth,
        by_value=True,
        required=True,
        error_messages=whatever("Choose one; nobody else sees it."),
    )
    next_step = fields.String(load_default=None, validate=LINE)
    next_step_by = fields.Date(
        load_default=None, error_messages={"invalid": "Choose a day, or leave it empty."}
    )
    line = fields.String(load_default=None, validate=LINE)
