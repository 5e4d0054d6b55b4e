"""Rule sets to begin with.

Fields are the questions that a programme can ask: skill, help, talk, style, hours, language, site,
team, level. A question that is not asked counts for nothing, so that each preset works whatever is
asked. The weights of a preset are per cent: a pair that agrees in everything is worth a hundred.
"""

from __future__ import annotations

from collections.abc import Mapping

from plugin.matching.engine.rules import (
    AtLeast,
    Different,
    Overlap,
    Require,
    Rule,
    RuleSet,
    Same,
)

HOURS_ENOUGH = 3
"""So many hours of the week in common are as good as any number: they can meet."""


def _overlap(field: str, weight: int) -> Overlap:
    return Overlap(mentee=field, mentor=field, weight=weight)


def _hours(weight: int) -> Overlap:
    """Hours are not shared out: whoever has more time to offer is no worse for it."""
    each = weight // HOURS_ENOUGH
    return Overlap(mentee="hours", mentor="hours", weight=each, share=False, most=HOURS_ENOUGH)


def _same(field: str, weight: int) -> Same:
    return Same(mentee=field, mentor=field, weight=weight)


def _different(field: str, weight: int) -> Different:
    return Different(mentee=field, mentor=field, weight=weight)


def _preset(*rules: Rule) -> RuleSet:
    """A common language where both said one; the newcomers and the waiting before the others."""
    language = Require(what=_same("language", 0))
    return RuleSet(rules=(*rules, language), never_matched=10, waiting=5, waiting_after=14)


DEFAULT = "balanced"
PRESETS: Mapping[str, RuleSet] = {
    DEFAULT: _preset(
        _overlap("skill", 45),
        _overlap("help", 15),
        _hours(15),
        _same("site", 10),
        _same("style", 10),
        _same("talk", 5),
    ),
    "skill-first": _preset(
        _overlap("skill", 75),
        _overlap("help", 10),
        _hours(6),
        _same("talk", 5),
        _same("style", 4),
    ),
    "same-place": _preset(
        _same("site", 35),
        _same("team", 10),
        _overlap("skill", 30),
        _overlap("help", 8),
        _hours(12),
        _same("talk", 5),
    ),
    "across-departments": _preset(
        _different("team", 25),
        _different("site", 10),
        _overlap("skill", 40),
        _overlap("help", 8),
        _hours(12),
        _same("talk", 5),
    ),
    "reverse-mentoring": _preset(
        AtLeast(mentee="level", mentor="level", by=1, weight=20),
        _overlap("skill", 40),
        _different("team", 15),
        _overlap("help", 10),
        _hours(9),
        _same("talk", 6),
    ),
}
"""By slug. Balanced; the skill above all; people who can meet in person; people who would not meet
otherwise; and reverse mentoring: whoever is surer of the subject teaches, whatever their rank.

`level` is how sure somebody is of the subject. Rank, age and the like are not asked, so that no
preset can reverse them; rules about a number that an organisation brings along can
(`AtLeast.reverse`).
"""
