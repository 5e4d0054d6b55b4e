"""Why two people are a pair: as stored beside the pair, and in words for those who may read it.

A reason is a JSON object that names a question and what the two have in common there; never what
only one of them said, never a private question, never a refusal:

    {"kind": "overlap", "field": "skill", "options": ["giving-feedback"]}
    {"kind": "overlap", "field": "hours", "count": 4}
    {"kind": "same", "field": "site", "options": ["berlin"]}
    {"kind": "different", "field": "team"}
    {"kind": "at-least", "field": "years"}
    {"kind": "wish", "by": "mentee"}
    {"kind": "has-time"}, {"kind": "only-one-free"}, {"kind": "said-by-the-platform"}
    {"kind": "talks-the-same-way"}                    in pairings of Mentes 0.1
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from plugin.foundation.i18n import Words, to_say
from plugin.matching.engine.people import Mentee, Mentor
from plugin.matching.engine.rules import AtLeast, Different, Overlap, RuleSet, Same, Wish
from plugin.matching.engine.scoring import Contribution, contributions
from plugin.programmes.catalogue import PRIVATE
from plugin.programmes.model import Part
from plugin.programmes.questions import Questionnaire, labels

Reason = dict[str, Any]

HAS_TIME: Reason = {"kind": "has-time"}
"""The mentor had nobody yet."""
ONLY_ONE_FREE: Reason = {"kind": "only-one-free"}
"""No other mentor had a place for this mentee."""


def reasons_of(rules: RuleSet, mentee: Mentee, mentor: Mentor) -> list[Reason]:
    """Return why the two suit each other, what counts most first."""
    found = sorted(
        (each for each in contributions(rules, mentee, mentor) if each.points > 0),
        key=lambda each: (-each.points, each.rule),
    )
    reasons: list[Reason] = []
    for each in found:
        reason = reason_of(rules, each)
        if reason is not None and reason not in reasons:
            reasons.append(reason)
    return reasons


def reason_of(rules: RuleSet, found: Contribution) -> Reason | None:
    """Return one contribution as a reason; None where the question is private."""
    rule = rules.rules[found.rule]
    if isinstance(rule, Wish):
        return {"kind": "wish", "by": rule.by}
    if not isinstance(rule, Overlap | Same | Different | AtLeast):
        return None
    if {rule.mentee, rule.mentor} & PRIVATE:
        return None
    if isinstance(rule, Different):
        return {"kind": "different", "field": rule.mentee}
    if isinstance(rule, AtLeast):
        return {"kind": "at-least", "field": rule.mentee}
    kind = "overlap" if isinstance(rule, Overlap) else "same"
    if rule.mentee in COUNTED:
        return {"kind": kind, "field": rule.mentee, "count": len(found.common)}
    if rule.mentee in UNNAMED:
        return {"kind": kind, "field": rule.mentee}
    return {"kind": kind, "field": rule.mentee, "options": list(found.common)}


COUNTED = frozenset({"hours"})
"""Of these answers it is said how much is in common, not what."""
UNNAMED = frozenset({"team"})
"""Of these, only that something is."""


@dataclass(frozen=True, slots=True)
class _Said:
    """A reason as the mentee, their mentor and an instructor read it."""

    mentee: str
    mentor: str
    instructor: str

    def to(self, reader: Part | None) -> str:
        """Return the sentence for one of the two, or for an instructor."""
        if reader is Part.MENTEE:
            return self.mentee
        return self.mentor if reader is Part.MENTOR else self.instructor


_IN_COMMON: Mapping[str, _Said] = {
    "skill": _Said(
        to_say("Offers %(options)s, which you chose."),
        to_say("Looks for %(options)s, which you offer."),
        to_say("Offers %(options)s, which the learner chose."),
    ),
    "help": _Said(
        to_say("Helps in the way that you chose: %(options)s."),
        to_say("Looks for the help that you offer: %(options)s."),
        to_say("Helps in the way that the learner chose: %(options)s."),
    ),
    "talk": _Said(
        to_say("A way of talking that suits you both: %(options)s."),
        to_say("A way of talking that suits you both: %(options)s."),
        to_say("A way of talking that suits both: %(options)s."),
    ),
    "style": _Said(
        to_say("You both like a conversation to be like this: %(options)s."),
        to_say("You both like a conversation to be like this: %(options)s."),
        to_say("Both like a conversation to be like this: %(options)s."),
    ),
    "language": _Said(
        to_say("You can both talk about work in %(options)s."),
        to_say("You can both talk about work in %(options)s."),
        to_say("Both can talk about work in %(options)s."),
    ),
    "site": _Said(
        to_say("You are both at %(options)s."),
        to_say("You are both at %(options)s."),
        to_say("Both are at %(options)s."),
    ),
    "team": _Said(
        to_say("You are of one team."),
        to_say("You are of one team."),
        to_say("They are of one team."),
    ),
}
_DIFFERENT: Mapping[str, _Said] = {
    "team": _Said(
        to_say("You are of different teams."),
        to_say("You are of different teams."),
        to_say("They are of different teams."),
    ),
    "site": _Said(
        to_say("You are at different places."),
        to_say("You are at different places."),
        to_say("They are at different places."),
    ),
    "style": _Said(
        to_say("You like conversations of different kinds."),
        to_say("You like conversations of different kinds."),
        to_say("They like conversations of different kinds."),
    ),
}
_WISHED: Mapping[str, _Said] = {
    "mentee": _Said(
        to_say("You named them."),
        to_say("They named you."),
        to_say("The learner named this mentor."),
    ),
    "mentor": _Said(
        to_say("They named you."),
        to_say("You named them."),
        to_say("The mentor named this learner."),
    ),
}
_CIRCUMSTANCE: Mapping[str, _Said] = {
    "talks-the-same-way": _Said(
        to_say("You two like to talk in the same way."),
        to_say("You two like to talk in the same way."),
        to_say("They like to talk in the same way."),
    ),
    "has-time": _Said(
        to_say("Nobody else was with them yet, so they have time for you."),
        to_say("Nobody else was with you yet."),
        to_say("Nobody else was with this mentor yet."),
    ),
    "said-by-the-platform": _Said(
        to_say("Your learning platform names them as your mentor."),
        to_say("Your learning platform names you as their mentor."),
        to_say("The learning platform names them as a pair."),
    ),
    "only-one-free": _Said(
        to_say("They had a place free for you."),
        to_say("You had a place free."),
        to_say("Nobody else had a place free."),
    ),
}


def in_words(
    reasons: Iterable[Mapping[str, Any]],
    questionnaire: Questionnaire,
    words: Words,
    reader: Part | None,
) -> list[str]:
    """Return reasons as sentences; what nobody is asked about any more is left out.

    Args:
        reader: which of the two reads; None: their instructor.
    """
    said = (_in_words(each, questionnaire, words, reader) for each in reasons)
    return list(dict.fromkeys(sentence for sentence in said if sentence))


def _in_words(
    reason: Mapping[str, Any], questionnaire: Questionnaire, words: Words, reader: Part | None
) -> str | None:
    kind, field = reason.get("kind"), reason.get("field", "")
    if field in PRIVATE:
        return None
    if "count" in reason:
        return _hours(reason["count"], words, reader)
    if kind in ("overlap", "same"):
        return _in_common(field, reason.get("options", ()), questionnaire, words, reader)
    said = {
        "different": _DIFFERENT.get(field),
        "wish": _WISHED.get(reason.get("by", "mentee")),
    }.get(str(kind), _CIRCUMSTANCE.get(str(kind)))
    return words.gettext(said.to(reader)) if said else None


def _in_common(
    field: str,
    options: Iterable[str],
    questionnaire: Questionnaire,
    words: Words,
    reader: Part | None,
) -> str | None:
    said = _IN_COMMON.get(field)
    if said is None:
        return None
    if field in UNNAMED:
        return words.gettext(said.to(reader))
    named = [label for each in options if (label := labels(field, each, questionnaire, words))]
    if field != "language":  # whose names need no quotation marks
        named = [words.gettext("“%(label)s”", label=each) for each in named]
    return words.gettext(said.to(reader), options=words.listed(named)) if named else None


def _hours(count: int, words: Words, reader: Part | None) -> str:
    if reader is None:
        return words.ngettext(
            "They have one hour a week in common.",
            "They have %(num)s hours a week in common.",
            count,
        )
    return words.ngettext(
        "You have one hour a week in common.", "You have %(num)s hours a week in common.", count
    )
