"""The forms of the records room."""

from __future__ import annotations

from marshmallow import fields, validate

from plugin.foundation.forms import Form, whatever
from plugin.programmes.forms import Chosen
from plugin.records.groups import Group


class GroupsForm(Form):
    """Which groups of statements are told; those not chosen are not."""

    told = Chosen(
        fields.Enum(Group, by_value=True, error_messages=whatever("Choose from those shown.")),
        load_default=list,
    )


class ColumnForm(Form):
    """What our column in the gradebook is called, and what all check-ins together are worth."""

    label = fields.String(
        required=True,
        validate=[
            validate.Predicate("isprintable", error="It needs a name."),
            validate.Length(max=120, error="At most 120 characters."),
        ],
        error_messages=whatever("It needs a name."),
    )
    points = fields.Integer(
        required=True,
        validate=validate.Range(1, 1000, error="Between 1 and 1000."),
        error_messages=whatever("A whole number between 1 and 1000."),
    )
