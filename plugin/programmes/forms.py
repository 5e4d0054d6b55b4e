"""The forms of the programmes room."""

from __future__ import annotations

from marshmallow import fields, validate

from plugin.courses.model import LONGEST_IRI
from plugin.foundation.forms import Form, whatever
from plugin.programmes.model import Talk

WAYS = validate.OneOf([way.value for way in Talk], error="Choose one of the ways shown.")
PLACES = validate.Range(1, 5, error="Between 1 and 5.")
NO_PLACES = whatever("Between 1 and 5.")
NO_ANSWER = whatever("Choose one; both are fine.")


class JoinForm(Form):
    """The three answers that get a mentor."""

    first_use = fields.String(
        required=True,
        validate=validate.Length(1, 300, error="One line, at most 300 characters."),
        error_messages={"required": "Write one line: it is where your first talk begins."},
    )
    talk = fields.List(
        fields.String(validate=WAYS),
        required=True,
        validate=validate.Length(1, error="Choose at least one way to talk."),
        error_messages=whatever("Choose at least one way to talk."),
    )
    recorded = fields.Boolean(required=True, error_messages=NO_ANSWER)


class MentorForm(Form):
    """Attaching a mentor."""

    person = fields.UUID(required=True, error_messages=whatever("Choose a person."))
    capacity = fields.Integer(load_default=2, validate=PLACES, error_messages=NO_PLACES)


class MentorSettingsForm(Form):
    """A mentor's own times and limits."""

    capacity = fields.Integer(required=True, validate=PLACES, error_messages=NO_PLACES)
    talk = fields.List(fields.String(validate=WAYS), load_default=list)
    recorded = fields.Boolean(load_default=None, error_messages=NO_ANSWER)
    """None: as it is."""


class CheckpointForm(Form):
    """The rule: when this is completed, so many minutes within so many days."""

    activity = fields.UUID(required=True, error_messages=whatever("Choose what is finished."))
    minutes = fields.Integer(
        load_default=10,
        validate=validate.Range(5, 60, error="Between 5 and 60 minutes."),
        error_messages=whatever("Between 5 and 60 minutes."),
    )
    within_days = fields.Integer(
        load_default=14,
        validate=validate.Range(3, 30, error="Between 3 and 30 days."),
        error_messages=whatever("Between 3 and 30 days."),
    )


class ModuleForm(Form):
    """A module of the course by its address, when no learning record has named it yet."""

    address = fields.Url(
        required=True,
        schemes={"http", "https"},
        require_tld=False,
        validate=validate.Length(max=LONGEST_IRI, error="At most 500 characters."),
        error_messages={
            "required": "Paste the address of the item in your course.",
            "invalid": "Paste the whole address, beginning with https://.",
        },
    )
    name = fields.String(
        required=True,
        validate=validate.Length(1, 200, error="At most 200 characters."),
        error_messages={"required": "Give it the name that learners know."},
    )


class ChoicesForm(Form):
    """A participant's own choices."""

    recorded = fields.Boolean(required=True, error_messages=NO_ANSWER)
    zone = fields.String(
        load_default=None, validate=validate.Length(max=64, error="Choose from the list.")
    )
