"""The forms of the circles room."""

from __future__ import annotations

from marshmallow import fields, validate

from plugin.checkins.forms import THIS_CENTURY, WHEN, ZONE
from plugin.foundation.forms import Form, whatever
from plugin.programmes.forms import Chosen

LINE = validate.Length(max=300, error="At most 300 characters.")
POINTS = 6
"""Points of an agenda that a form has room for."""


class MembersForm(Form):
    """Who is in a circle: by hand, or as many of a course group as there is room for."""

    members = Chosen(
        fields.UUID(error_messages=whatever("Choose people of this course.")), load_default=list
    )
    group = fields.String(load_default=None, validate=LINE)


class CircleForm(MembersForm):
    """Making a circle."""

    topic = fields.String(
        required=True,
        validate=validate.Length(1, 120, error="At most 120 characters."),
        error_messages=whatever("Say in a few words what the circle is about."),
    )
    mentor = fields.UUID(
        required=True,
        error_messages=whatever("Choose one of the mentors who are attached to this course."),
    )


class AgendaForm(Form):
    """What a circle wants to talk about; fields that are left empty are no points."""

    agenda = Chosen(fields.String(validate=LINE), load_default=list)


class SessionForm(AgendaForm):
    """Proposing a session."""

    starts_at = fields.NaiveDateTime(
        required=True,
        validate=THIS_CENTURY,
        error_messages={"required": WHEN, "invalid": WHEN, "invalid_awareness": WHEN},
    )
    zone = fields.String(
        required=True, validate=ZONE, error_messages=whatever("Choose from the list.")
    )
    minutes = fields.Integer(
        load_default=50,
        validate=validate.Range(10, 120, error="Between 10 and 120 minutes."),
        error_messages=whatever("Between 10 and 120 minutes."),
    )
    meeting_place = fields.String(load_default=None, validate=LINE)


class HeldForm(Form):
    """Who was there."""

    present = Chosen(
        fields.UUID(error_messages=whatever("Choose who was there.")), load_default=list
    )
