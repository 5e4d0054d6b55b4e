"""The forms of the matching room; the rules have theirs in `rule_form.py`."""

from __future__ import annotations

from marshmallow import fields, validate

from plugin.foundation.forms import Form, whatever
from plugin.matching.engine.results import Objective
from plugin.matching.outcome import BALANCES, KEEPS

ONE_OF_THESE = whatever("Choose one of these.")
A_PERSON = whatever("Choose a person.")


def _one_of(values: list[int]) -> validate.OneOf:
    return validate.OneOf(values, error="Choose one of these.")


class DraftForm(Form):
    """How a draft is made."""

    objective = fields.Enum(
        Objective, by_value=True, load_default=Objective.COVERAGE, error_messages=ONE_OF_THESE
    )
    floor = fields.Boolean(load_default=True, error_messages=ONE_OF_THESE)
    balance = fields.Integer(
        load_default=0,
        validate=_one_of([int(value) for value, _ in BALANCES]),
        error_messages=ONE_OF_THESE,
    )
    keep_bonus = fields.Integer(
        load_default=3,
        validate=_one_of([int(value) for value, _ in KEEPS]),
        error_messages=ONE_OF_THESE,
    )
    based_on = fields.UUID(load_default=None, error_messages=whatever("Choose a draft."))
    same_rules = fields.Boolean(load_default=False, error_messages=ONE_OF_THESE)
    """Of a draft that is made again: with its rules, not those that hold now."""


class DecisionForm(Form):
    """A yes to pairs of a draft, or a yes taken back; a pair taken apart. One of these is sent."""

    accept = fields.UUID(load_default=None, error_messages=A_PERSON)
    release = fields.UUID(load_default=None, error_messages=A_PERSON)
    apart = fields.UUID(load_default=None, error_messages=A_PERSON)
    all = fields.String(
        load_default=None,
        validate=validate.OneOf(["shown", "yes", "no"], error="Choose one of these."),
    )
    """Yes to all that the page shows, to every pair, or to none."""
    shown = fields.List(fields.UUID(error_messages=A_PERSON), load_default=list)


class MentorForm(Form):
    """Somebody else for a mentee of a draft."""

    mentor = fields.UUID(required=True, error_messages=A_PERSON)
