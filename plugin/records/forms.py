"""The forms of the records room."""

from __future__ import annotations

from marshmallow import fields

from plugin.foundation.forms import Form, whatever
from plugin.programmes.forms import Chosen
from plugin.records.groups import Group


class GroupsForm(Form):
    """Which groups of statements are told; those not chosen are not."""

    told = Chosen(
        fields.Enum(Group, by_value=True, error_messages=whatever("Choose from those shown.")),
        load_default=list,
    )
