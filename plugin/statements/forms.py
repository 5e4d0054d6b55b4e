"""What admins fill in: the search, and the reason for voiding."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import ValidationError, fields, validate
from werkzeug.datastructures import MultiDict

from lrs_bridge.errors import StatementInvalid
from lrs_bridge.validation import rules
from plugin.foundation.errors import FormInvalid
from plugin.foundation.forms import Form, filled, in_zone, whatever
from plugin.statements.search import Search
from plugin.statements.verbs import IRIS

LONG = validate.Length(max=2000, error="That is too long.")
WHEN = "Choose a day and a time, or leave it empty."
NOBODY = "Choose somebody from the list once more."
PLACE = "Go back to the first page."
THIS_CENTURY = validate.Range(  # beyond it lie moments that no calendar can hold
    datetime(1970, 1, 2),  # noqa: DTZ001 # a clock's reading
    datetime(2100, 1, 1),  # noqa: DTZ001
    error=WHEN,
)
ANY_SEQ = validate.Range(0, 2**62, error=PLACE)


def _iri(text: str) -> None:
    try:
        rules.iri(text)
    except StatementInvalid:
        raise ValidationError(
            "Give an address (IRI), such as https://lms.example/course/view.php?id=2."
        ) from None


def _verb(text: str) -> None:
    if text.lower() in IRIS:
        return
    try:
        rules.iri(text)
    except StatementInvalid:
        raise ValidationError(
            "Choose a word from the list, or give the verb's address (IRI)."
        ) from None


def _moment() -> fields.NaiveDateTime:
    return fields.NaiveDateTime(
        load_default=None,
        validate=THIS_CENTURY,
        error_messages={"invalid": WHEN, "invalid_awareness": WHEN},
    )


def _ticked() -> fields.Boolean:
    return fields.Boolean(load_default=False, error_messages=whatever("Tick it, or leave it."))


class SearchForm(Form):
    """What statements are wanted."""

    person = fields.String(load_default=None, validate=LONG)
    who = fields.UUID(load_default=None, error_messages=whatever(NOBODY))
    verb = fields.String(load_default=None, validate=[LONG, _verb])
    activity = fields.String(load_default=None, validate=[LONG, _iri])
    registration = fields.UUID(
        load_default=None,
        error_messages=whatever("Give a UUID, such as 5f1c3a52-0d5c-4a4e-9a1a-6f0f4a3c2b1d."),
    )
    since = _moment()
    until = _moment()
    related_agents = _ticked()
    related_activities = _ticked()
    voided = _ticked()
    older = fields.Integer(load_default=None, validate=ANY_SEQ, error_messages=whatever(PLACE))
    newer = fields.Integer(load_default=None, validate=ANY_SEQ, error_messages=whatever(PLACE))


class VoidForm(Form):
    """Why a statement is to count no longer."""

    reason = fields.String(
        required=True,
        validate=[
            validate.Length(min=3, error="Say in a few words why; it stays with the statement."),
            validate.Length(max=500, error="At most 500 characters."),
        ],
        error_messages=whatever("Say in a few words why; it stays with the statement."),
    )


def searched(sent: MultiDict[str, str], zone: ZoneInfo) -> Search:
    """Return what an address asks for; its times are of a clock in `zone`.

    Raises:
        FormInvalid: with what to do about each field.
    """
    if any("\x00" in text for text in sent.values()):
        raise FormInvalid("That cannot be searched for.", {"person": ["That is no text."]})
    form = filled(SearchForm(), sent)
    verb = form.pop("verb")
    return Search(**_in_zone(form, zone), verb=IRIS.get(verb.lower(), verb) if verb else None)


def _in_zone(form: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    moments = {name: form[name] for name in ("since", "until") if form[name] is not None}
    return {**form, **{name: in_zone(local, zone) for name, local in moments.items()}}
