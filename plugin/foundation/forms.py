"""Reading forms: marshmallow parses, and what needs attention comes back by field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import EXCLUDE, Schema, ValidationError
from werkzeug.datastructures import MultiDict

from plugin.foundation.errors import FormInvalid


class Form(Schema):
    """A form; fields that it does not know are left out."""

    class Meta:
        """How forms are read."""

        unknown = EXCLUDE


def whatever(text: str) -> dict[str, Any]:
    """Return a field's `error_messages` that say `text` whatever is wrong: in our words, never
    marshmallow's, which nobody translates.
    """
    return dict.fromkeys(("required", "null", "invalid", "invalid_uuid", "unknown"), text)


def filled(form: Form, sent: MultiDict[str, str]) -> dict[str, Any]:
    """Return what was filled in; an empty answer counts as none.

    Every answer is one line: what breaks lines ends in headers and calendars of others.

    Raises:
        FormInvalid: with what to do about each field.
    """
    lists = {name for name, field in form.fields.items() if hasattr(field, "inner")}
    given: dict[str, Any] = {}
    for name in form.fields:
        if name in lists:
            given[name] = sent.getlist(name)
        elif line := " ".join(sent.get(name, "").split()):
            given[name] = line
    try:
        loaded: dict[str, Any] = form.load(given)
    except ValidationError as error:
        raise FormInvalid(
            "Something in the form needs your attention.", _by_field(error.messages)
        ) from error
    return loaded


def _by_field(messages: Any) -> dict[str, list[str]]:
    if not isinstance(messages, Mapping):
        return {"form": [str(messages)]}
    return {name: _flat(texts) for name, texts in messages.items()}


def _flat(texts: Any) -> list[str]:
    if isinstance(texts, Mapping):
        return [text for each in texts.values() for text in _flat(each)]
    return [str(text) for text in texts]


def in_zone(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment that a clock in `zone` shows as `local`.

    A time that the clocks skip (spring) is the moment after the gap; one that they show twice
    (autumn) is the first.
    """
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)
