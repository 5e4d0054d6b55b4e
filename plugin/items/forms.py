"""The form of the picker."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import fields, validate

from plugin.checkins.forms import THIS_CENTURY, WHEN, ZONE
from plugin.foundation.forms import Form, in_zone, whatever
from plugin.launches.items import Kind
from plugin.programmes.forms import Chosen

BEFORE_IT = "before-it"
"""After whatever stands before the item in the LMS."""
TITLE = validate.Length(max=120, error="At most 120 characters.")


def _moment() -> fields.NaiveDateTime:
    return fields.NaiveDateTime(
        load_default=None,
        validate=THIS_CENTURY,
        error_messages={"invalid": WHEN, "invalid_awareness": WHEN},
    )


class ItemsForm(Form):
    """What to put into the course, and how it opens."""

    kind = Chosen(
        fields.Enum(Kind, by_value=True, error_messages=whatever("Choose from those shown.")),
        required=True,
        validate=validate.Length(1, error="Choose what to add."),
        error_messages=whatever("Choose what to add."),
    )
    after = fields.String(load_default=BEFORE_IT, validate=TITLE)
    circle = fields.UUID(load_default=None, error_messages=whatever("Choose a circle."))
    column = fields.Boolean(load_default=False)
    opens_in = fields.String(
        load_default=None,
        validate=validate.OneOf(["iframe", "window"], error="Choose one of the two."),
    )
    available_from = _moment()
    available_until = _moment()
    submit_until = _moment()
    zone = fields.String(load_default=None, validate=ZONE)


TITLES = {kind: f"title-{kind}" for kind in Kind}
"""The names of the fields in which each item's title is written."""


def windows(form: dict[str, Any], zone: ZoneInfo) -> dict[str, datetime | None]:
    """Return the moments of a form that was filled in on the clock of `zone`."""
    names = ("available_from", "available_until", "submit_until")
    return {name: in_zone(form[name], zone) if form[name] else None for name in names}
