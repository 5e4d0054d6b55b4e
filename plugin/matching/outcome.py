"""What came of a draft, in words and numbers for the instructor. Pure.

A pair's points are told as a share of what the rules count altogether: "62 % of what counts".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal

from plugin.foundation.i18n import Words, to_say
from plugin.matching.engine.results import Objective
from plugin.matching.engine.rules import POINTS, Hard, RuleSet
from plugin.matching.wording import reach

WEAK = 0.5
"""A pair worth less than this share of the average is weak: worth a second look."""
OBJECTIVES: Mapping[Objective, tuple[str, str]] = {
    Objective.COVERAGE: (
        to_say("As many as possible get a mentor"),
        to_say("Then the pairs that suit best. Right for most programmes."),
    ),
    Objective.SCORE: (
        to_say("The best pairs altogether"),
        to_say("Even if somebody more stays without a mentor."),
    ),
    Objective.STABLE: (
        to_say("The best pair first, then the next"),
        to_say("No two who are apart would both rather have each other."),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One number of a draft, before it and after it."""

    label: str
    before: str
    after: str


def lines(statistics: Mapping[str, Any], rules: RuleSet, words: Words) -> list[Line]:
    """Return a draft's statistics as lines of a table."""
    say, most = words.gettext, attainable(rules)
    before, after = statistics["before"], statistics["after"]

    def line(label: str, told: Any) -> Line:
        return Line(label=label, before=told(before), after=told(after))

    avoidable = [line(say("Of these, could have one"), lambda it: str(it["avoidable"]))]
    return [
        line(say("Learners with a mentor"), lambda it: _of(it["matched"], it["mentees"], words)),
        line(say("Learners without one"), lambda it: str(it["unmatched"])),
        *(avoidable if after["avoidable"] else []),
        line(say("A pair on average"), lambda it: share_in_words(it["mean"], most, words)),
        line(say("The weakest pair"), lambda it: share_in_words(it["worst"], most, words)),
        line(
            say("Have one of the five who suit them best"),
            lambda it: _of(it["own_best"], it["matched"], words),
        ),
        line(say("Mentors without a learner"), lambda it: str(it["idle_mentors"])),
        line(say("Places taken"), lambda it: _of(it["matched"], it["places"], words)),
    ]


def _of(part: int, whole: int, words: Words) -> str:
    return words.gettext("%(part)s of %(whole)s", part=part, whole=whole) if whole else "–"


def attainable(rules: RuleSet) -> int:
    """Return the points of a pair for which every rule holds."""
    return POINTS * sum(reach(rule) for rule in rules.rules if not isinstance(rule, Hard))


def weight_in_words(points: int, words: Words) -> str:
    """Return points on the scale of the weights, so exactly that they add up: "67.5"."""
    weight = Decimal(points) / POINTS
    return format_decimal(weight, format="#,##0.###", locale=words.language)


def share_in_words(points: float | None, most: int, words: Words) -> str:
    """Return points in words and as a share of what counts; "–" where there is nothing to tell."""
    if points is None or most <= 0:
        return "–"
    share = min(max(points / most, 0.0), 1.0)
    return words.gettext(
        "%(words)s: %(percent)s%% of what counts",
        words=_in_words(share, words),
        percent=round(share * 100),
    )


def _in_words(share: float, words: Words) -> str:
    say = words.gettext
    if share >= 0.75:
        return say("Suits very well")
    if share >= 0.5:
        return say("Suits well")
    return say("Suits in part") if share >= 0.25 else say("Suits little")


def proof(statistics: Mapping[str, Any], options: Mapping[str, Any], words: Words) -> str:
    """Return how good the pairs are beside the best that there could be, as one sentence."""
    gap, total = statistics.get("gap"), statistics["after"]["total"]
    if gap is None:
        return ""
    if options.get("objective") == Objective.STABLE:
        return words.gettext("No two who are apart would both rather have each other.")
    if gap <= 0:
        return words.gettext(
            "Proved: no other set of pairs does better under these rules and options."
        )
    return words.gettext(
        "At most %(percent)s %% below the best that there could be.",
        percent=f"{max(100 * gap / (total + gap), 0.01):.2f}",
    )


def weak_below(statistics: Mapping[str, Any] | None) -> int:
    """Return the points below which a pair of this draft is weak."""
    mean = ((statistics or {}).get("after") or {}).get("mean")
    return int(WEAK * mean) if mean else 0


def options_in_words(options: Mapping[str, Any], words: Words) -> list[tuple[str, str]]:
    """Return how a draft was made, beside its rules: (what, how)."""
    say = words.gettext
    label = OBJECTIVES[Objective(options.get("objective", Objective.COVERAGE))][0]
    return [
        (say("What is sought"), say(label)),
        (say("The weakest pair"), say(_floors(options.get("floor", True)))),
        (say("Evenness"), say(_named(BALANCES, options.get("balance", 0)))),
        (say("Pairs proposed before"), say(_named(KEEPS, options.get("keep_bonus", 0)))),
        (say("Seed"), str(options.get("seed", "–"))),
    ]


def _floors(is_on: bool) -> str:
    return FLOORS[0][1] if is_on else FLOORS[1][1]


def _named(choices: Sequence[tuple[str, str]], value: int) -> str:
    """Return what a number is called, or the number."""
    return next((label for key, label in choices if key == str(value)), str(value))


FLOORS = (
    ("yes", to_say("made as good as it can be, for a small part of the total")),
    ("no", to_say("as it comes")),
)
BALANCES = (
    ("0", to_say("decides where all else is equal")),
    ("2", to_say("matters a little")),
    ("10", to_say("matters much")),
)
KEEPS = (
    ("0", to_say("may change freely")),
    ("3", to_say("stay unless another is clearly better")),
    ("10", to_say("stay unless another is far better")),
)
