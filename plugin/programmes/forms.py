"""The forms of the programmes room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from marshmallow import ValidationError, fields, validate

from plugin.courses.model import LONGEST_IRI
from plugin.foundation.forms import Form, whatever
from plugin.platforms.model import ActorForm
from plugin.programmes.catalogue import BY_NAME, LONGEST_LABEL, MOST_LABELS
from plugin.programmes.model import PairsBy, Talk

WAYS = validate.OneOf([way.value for way in Talk], error="Choose one of the ways shown.")
PLACES = validate.Range(1, 5, error="Between 1 and 5.")
NO_PLACES = whatever("Between 1 and 5.")
NO_ANSWER = whatever("Choose one; each is fine.")
ZONE = validate.Length(max=64, error="Choose from the list.")
TOO_MANY_LABELS = "At most 200 lines; ten or twenty are easier to choose from."
LABEL_TOO_LONG = "Each line may have 80 characters at most."


class Chosen(fields.List[Any]):
    """What was chosen among several fields of one name; those left empty chose nothing."""

    def _deserialize(
        self, value: Sequence[str], attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> list[Any]:
        return super()._deserialize([each for each in value if each], attr, data, **kwargs)


class Labels(fields.List[Any]):
    """Labels in the lines of a text; empty lines are none."""

    def __init__(self, **kwargs: Any) -> None:
        length = validate.Length(max=LONGEST_LABEL, error=LABEL_TOO_LONG)
        super().__init__(fields.String(validate=length), load_default=list, **kwargs)

    def _deserialize(
        self, value: Sequence[str], attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> list[Any]:
        lines = [" ".join(line.split()) for text in value for line in _lines(text)]
        found = [line for line in lines if line]
        if len(found) > MOST_LABELS:
            raise ValidationError(TOO_MANY_LABELS)
        return super()._deserialize(found, attr, data, **kwargs)


def _lines(text: str) -> list[str]:
    return text.replace("\x00", "").splitlines()  # PostgreSQL's JSON can say NUL, not read it


class AnswersForm(Form):
    """What somebody answers beyond the three questions; all of it may be left out.

    Which options there are, and how many may be chosen, is the questionnaire's to say.
    """

    skill = Chosen(fields.String(), load_default=list)
    help = Chosen(fields.String(), load_default=list)
    style = Chosen(fields.String(), load_default=list)
    hours = Chosen(fields.String(), load_default=list)
    language = Chosen(fields.String(), load_default=list)
    site = Chosen(fields.String(), load_default=list)
    team = Chosen(fields.String(), load_default=list)
    level = Chosen(fields.String(), load_default=list)
    wishes = Chosen(
        fields.UUID(error_messages=whatever("Choose from the mentors shown.")), load_default=list
    )
    zone = fields.String(load_default=None, validate=ZONE)


class RefusesForm(Form):
    """Whom somebody should not be paired with."""

    refuses = Chosen(
        fields.UUID(error_messages=whatever("Choose from the people shown.")), load_default=list
    )
    refuses_shown = Chosen(
        fields.UUID(error_messages=whatever("Choose from the people shown.")), load_default=list
    )


class Recording(StrEnum):
    """What somebody says to being recorded."""

    YES = "yes"
    """As the course's other learning records call them."""
    BY_NUMBER = "by-number"
    """But only by the number that the platform has for them."""
    NO = "no"

    @property
    def is_on(self) -> bool:
        """Whether records are written at all."""
        return self is not Recording.NO

    def known_as(self, form: ActorForm) -> ActorForm:
        """Return what they agree to where the platform calls people by `form`."""
        return form if self is Recording.YES else ActorForm.ACCOUNT


class JoinForm(AnswersForm, RefusesForm):
    """The three answers that get a mentor, and what helps to find a good one."""

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
    recorded = fields.Enum(Recording, by_value=True, required=True, error_messages=NO_ANSWER)


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


class AudienceForm(Form):
    """Which course groups a programme is for; none: everybody."""

    groups = Chosen(
        fields.String(validate=validate.Length(max=255, error="Choose from those shown.")),
        load_default=list,
    )


class ChoicesForm(Form):
    """A participant's own choices."""

    recorded = fields.Enum(Recording, by_value=True, required=True, error_messages=NO_ANSWER)
    zone = fields.String(load_default=None, validate=ZONE)


class QuestionsForm(Form):
    """What an instructor asks, and how mentees come to their mentors."""

    pairs_by = fields.Enum(
        PairsBy, by_value=True, required=True, error_messages=whatever("Choose one of the two.")
    )
    skills = Labels()
    sites = Labels()
    teams = Labels()
    ask = Chosen(
        fields.String(validate=validate.OneOf(BY_NAME, error="Choose from those shown.")),
        load_default=list,
    )
