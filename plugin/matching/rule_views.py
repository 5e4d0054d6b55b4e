"""What the page of the rules shows: rows with their choices, sentences, faults and doubts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from plugin.foundation.i18n import Words
from plugin.matching.engine.doubts import warnings
from plugin.matching.engine.errors import Problem, RulesInvalid
from plugin.matching.engine.reading import rules_from_json
from plugin.matching.engine.rules import Rule, RuleSet
from plugin.matching.rule_form import WEIGHTS, How, Much, Places, Row, RulesForm
from plugin.matching.wording import (
    asked_of_mentees,
    asked_of_mentors,
    heaviest,
    problem_in_words,
    sentence,
)
from plugin.programmes.questions import Questionnaire

Choice = tuple[str, str]
"""(value, label)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """One row of the editor."""

    row: Row
    mentee_fields: Sequence[Choice]
    mentor_fields: Sequence[Choice]
    says: str
    """The rule as a sentence; empty while it is none."""
    doubts: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Editor:
    """All rows, and what concerns them together."""

    form: RulesForm
    rows: Sequence[RowView]
    hows: Sequence[Choice]
    muches: Sequence[Choice]
    doubts: Sequence[str]
    """About no row of its own."""
    errors: Mapping[str, str]
    """Id of an input → what to do."""


def fields_asked(questionnaire: Questionnaire) -> list[str]:
    """Return the questions whose answers can be compared."""
    return ["talk", *(each.key for each in questionnaire.questions)]


def editor(
    form: RulesForm, asked: Sequence[str], words: Words, problems: Sequence[Problem] = ()
) -> Editor:
    """Return the editor for a form; `problems` are those of its JSON."""
    rules = [_rule_of(row) for row in form.rows]
    most = heaviest(rule for rule in rules if rule is not None)
    doubts = _doubts(form, asked, words)
    places = Places(form)
    return Editor(
        form=form,
        rows=[
            RowView(
                row=row,
                mentee_fields=_fields(asked, row.mentee, words, mentor=False),
                mentor_fields=_fields(asked, row.mentor, words, mentor=True),
                says=sentence(rule, most, words) if rule else "",
                doubts=doubts.get(number, ()),
            )
            for number, (row, rule) in enumerate(zip(form.rows, rules, strict=True))
        ],
        hows=_hows(words),
        muches=_muches(words),
        doubts=doubts.get(None, ()),
        errors={
            places.input_of(each.where): problem_in_words(each, words)
            for each in reversed(problems)
        },
    )


def _rule_of(row: Row) -> Rule | None:
    """Return the rule that a row says by itself, or None."""
    rules = _rules_of(RulesForm(rows=(row,)))
    return rules.rules[0] if rules is not None and rules.rules else None


def _rules_of(form: RulesForm) -> RuleSet | None:
    try:
        return rules_from_json(form.as_json())
    except RulesInvalid:
        return None


def _doubts(form: RulesForm, asked: Sequence[str], words: Words) -> dict[int | None, list[str]]:
    rules = _rules_of(form)
    found: dict[int | None, list[str]] = {}
    if rules is None:
        return found
    places = Places(form)
    for doubt in warnings(rules, asked=asked):
        said = found.setdefault(places.row_of(doubt.where), [])
        if (text := problem_in_words(doubt, words)) not in said:
            said.append(text)
    return found


def _fields(asked: Sequence[str], chosen: str, words: Words, *, mentor: bool) -> list[Choice]:
    called = asked_of_mentors if mentor else asked_of_mentees
    keys = [*asked, chosen] if chosen and chosen not in asked else asked
    return [(key, called(key, words)) for key in keys]


def _hows(words: Words) -> list[Choice]:
    say = words.gettext
    return [
        (How.SHARE, say("something in common")),
        (How.EACH, say("each thing in common")),
        (How.SAME, say("the same")),
        (How.DIFFERENT, say("different")),
        (How.HIGHER, say("the mentor higher by at least")),
        (How.LOWER, say("the learner higher by at least")),
        (How.WISHED_BY_MENTEE, say("the learner named the mentor")),
        (How.WISHED_BY_MENTOR, say("the mentor named the learner")),
    ]


def _muches(words: Words) -> list[Choice]:
    say = words.gettext
    return [
        (Much.MUST, say("Must be")),
        (Much.HIGH, say("High (%(weight)s)", weight=WEIGHTS[Much.HIGH])),
        (Much.MEDIUM, say("Medium (%(weight)s)", weight=WEIGHTS[Much.MEDIUM])),
        (Much.LOW, say("Low (%(weight)s)", weight=WEIGHTS[Much.LOW])),
        (Much.NOTHING, say("Not at all")),
        (Much.NEVER, say("Never together")),
        (Much.NUMBER, say("By a number")),
    ]
