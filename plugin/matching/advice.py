"""What an instructor can do about those whom a draft leaves without a mentor.

Said of all together, never of one person: nobody's answers show. What no mentor offers is said of
the mentors.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from plugin.foundation.i18n import Words
from plugin.matching import overviews
from plugin.matching.drafts import TAKEN_APART
from plugin.matching.engine.reading import rules_from_json
from plugin.matching.engine.results import WhyNot
from plugin.matching.engine.rules import Overlap, RuleSet, Same, Soft
from plugin.matching.model import Draft
from plugin.matching.views.unmatched import rule_said
from plugin.matching.wording import OFFERED, subject
from plugin.programmes.model import Programme
from plugin.programmes.questions import Questionnaire, labels

FEW = 12
"""Options that are named; languages are too many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """A reason for which some have no mentor, and what to do about it."""

    learners: int
    text: str
    endpoint: str
    """The page on which it is done; empty: this one."""
    label: str
    """What the link to it says."""


def advice(session: Session, programme: Programme, draft: Draft, words: Words) -> list[Advice]:
    """Return why mentees of a draft have no mentor, the commonest reason first."""
    rules = rules_from_json(draft.rules)
    counted = overviews.ruling_out(session, draft)
    return [
        _of_rule(session, programme, rules, rule, learners, words)
        if why == WhyNot.RULED_OUT
        else _of_places(why, learners, words)
        for (why, rule), learners in counted.most_common()
    ]


def _of_places(why: str, learners: int, words: Words) -> Advice:
    say = words.gettext
    set_up = ("setting_up.show", say("Attach a mentor"))
    texts = {
        WhyNot.NO_MENTORS: (say("Nobody takes learners now. Attach a mentor."), *set_up),
        WhyNot.PLACES_TAKEN: (
            say("Every place that the rules leave them is taken. Attach a mentor, or give one "
                "another place."),
            *set_up,
        ),
        WhyNot.BELOW_FLOOR: (
            say("No pair that is left is worth having. Draft again so that as many as possible "
                "get a mentor."),
            "",
            "",
        ),
        TAKEN_APART: (say("You took them apart. Give them somebody else below."), "", ""),
    }  # fmt: skip
    text, endpoint, label = texts.get(why, (say("No mentor could be found for them."), "", ""))
    return Advice(learners=learners, text=text, endpoint=endpoint, label=label)


def _of_rule(
    session: Session,
    programme: Programme,
    rules: RuleSet,
    rule: int | None,
    learners: int,
    words: Words,
) -> Advice:
    say = words.gettext
    if rule is None or rule >= len(rules.rules):
        text = say("They cannot be paired with anybody who has a place. Attach a mentor.")
        return Advice(
            learners=learners, text=text, endpoint="setting_up.show", label=say("Attach a mentor")
        )
    what = subject(rules.rules[rule])
    text = say("“%(rule)s” leaves them nobody.", rule=rule_said(rules, rule, words))
    return Advice(
        learners=learners,
        text=f"{text} {_way_out(session, programme, what, words)}",
        endpoint="matching_rules.edit",
        label=say("Change the rules"),
    )


def _way_out(session: Session, programme: Programme, what: Soft, words: Words) -> str:
    say = words.gettext
    if isinstance(what, Overlap | Same):
        missing = _missing(session, programme, what.mentor, words)
        if missing and what.mentor in OFFERED:
            return say(
                "No mentor offers %(options)s: attach somebody who does, or take the requirement "
                "out.",
                options=words.listed(missing),
            )
        if missing:
            return say(
                "No mentor said %(options)s: attach somebody who does, or take the requirement "
                "out.",
                options=words.listed(missing),
            )
    return say("Attach other mentors, or take the requirement out.")


def _missing(session: Session, programme: Programme, field: str, words: Words) -> list[str]:
    """Return the labels of what can be chosen and no mentor chose."""
    questionnaire = Questionnaire.of(programme)
    question = questionnaire.question(field)
    if question is None or question.private or len(question.options) > FEW:
        return []
    options = [each.id for each in question.options]
    unoffered = overviews.not_offered(session, programme, field, options)
    if len(unoffered) == len(options):
        return []  # nobody answered at all: that is no gap in the offer
    return [label for each in unoffered if (label := labels(field, each, questionnaire, words))]
