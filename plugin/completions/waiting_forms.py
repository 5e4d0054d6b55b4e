"""The forms of what is not assigned yet."""

from __future__ import annotations

from marshmallow import fields

from plugin.foundation.forms import Form, whatever


class WhoForm(Form):
    """Who somebody is."""

    person = fields.UUID(required=True, error_messages=whatever("Choose a person."))


class WhichForm(Form):
    """Which course it is."""

    course = fields.UUID(required=True, error_messages=whatever("Choose a course."))


class MergeForm(Form):
    """Which of two people stays."""

    kept = fields.UUID(required=True, error_messages=whatever("Choose two people."))
    merged = fields.UUID(required=True, error_messages=whatever("Choose two people."))
