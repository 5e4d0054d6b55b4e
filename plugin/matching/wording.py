"""Rules in words: what is compared, how much it counts, what is wrong or doubtful about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from plugin.foundation.i18n import Words, to_say
from plugin.matching.engine.errors import Problem
from plugin.matching.engine.rules import (
    AtLeast,
    Forbid,
    Overlap,
    Require,
    Rule,
    RuleSet,
    Same,
    Soft,
    Wish,
)

WANTED: Mapping[str, str] = {
    "skill": to_say("Skill they want"),
    "help": to_say("Help they want"),
}
OFFERED: Mapping[str, str] = {
    "skill": to_say("Skill offered"),
    "help": to_say("Help offered"),
}
BOTH: Mapping[str, str] = {
    "talk": to_say("Way of talking"),
    "style": to_say("Kind of conversation"),
    "hours": to_say("Free times"),
    "language": to_say("Language"),
    "site": to_say("Site"),
    "team": to_say("Team"),
    "level": to_say("How sure they feel"),
}
"""What mentees and mentors are both asked in the same words."""

ALONE_AT_THE_TOP = 1.0
MUCH, SOME = 0.5, 0.2
"""Of the heaviest weight: what counts a lot, what counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleGroup:
    """Rules of the same standing: what it is called, and what they compare."""

    label: str
    compares: tuple[str, ...]


def asked_of_mentees(field: str, words: Words) -> str:
    """Return what a mentee's answer is called; of a question that we do not know, its key."""
    known = WANTED.get(field) or BOTH.get(field)
    return words.gettext(known) if known else field


def asked_of_mentors(field: str, words: Words) -> str:
    """Return what a mentor's answer is called."""
    known = OFFERED.get(field) or BOTH.get(field)
    return words.gettext(known) if known else field


def compared(what: Soft, words: Words) -> str:
    """Return what a rule looks at: "Skill they want ↔ Skill offered", "Team: different"."""
    say = words.gettext
    if isinstance(what, Wish):
        if what.by == "mentee":
            return say("The mentor whom the learner named")
        return say("The learner whom the mentor named")
    one, other = asked_of_mentees(what.mentee, words), asked_of_mentors(what.mentor, words)
    both = one if one == other else f"{one} ↔ {other}"
    if isinstance(what, Overlap):
        return _overlap(what, both, words)
    if isinstance(what, Same):
        return say("%(what)s: the same", what=both)
    if isinstance(what, AtLeast):
        return _at_least(what, both, words)
    return say("%(what)s: different", what=both)


def _overlap(what: Overlap, both: str, words: Words) -> str:
    say = words.gettext
    if what.share:
        return both if "↔" in both else say("%(what)s: in common", what=both)
    if what.most is None:
        return say("%(what)s: each thing in common", what=both)
    return say("%(what)s: each thing in common, up to %(most)s", what=both, most=what.most)


def _at_least(what: AtLeast, both: str, words: Words) -> str:
    if what.reverse:
        text = words.gettext("%(what)s: the learner at least %(by)s higher", what=both, by=what.by)
    else:
        text = words.gettext("%(what)s: the mentor at least %(by)s higher", what=both, by=what.by)
    return text


def standing(rule: Rule, most: int, words: Words) -> str:
    """Return how much a rule counts beside others, the heaviest of which weighs `most`."""
    say = words.gettext
    if isinstance(rule, Require):
        return say("Must be")
    if isinstance(rule, Forbid):
        return say("Never together")
    if rule.weight == 0:
        return say("Counts nothing")
    share = reach(rule) / most
    if share >= ALONE_AT_THE_TOP:
        return say("Counts most")
    if share >= MUCH:
        return say("Counts a lot")
    return say("Counts") if share >= SOME else say("Counts a little")


def sentence(rule: Rule, most: int, words: Words) -> str:
    """Return a rule as one line: "Counts most: Skill they want ↔ Skill offered"."""
    line = words.gettext(
        "%(standing)s: %(compared)s",
        standing=standing(rule, most, words),
        compared=compared(subject(rule), words),
    )
    if isinstance(rule, Require) and rule.strict:
        line += " " + words.gettext("(who did not answer is left out)")
    return line


def subject(rule: Rule) -> Soft:
    """Return what a rule looks at, whether it counts, must be or must not."""
    return rule.what if isinstance(rule, Require | Forbid) else rule


def reach(rule: Soft) -> int:
    """Return the most that a rule can weigh: what counts by option counts up to so many times."""
    most = rule.most if isinstance(rule, Overlap) and not rule.share else None
    return rule.weight * (most or 1)


def heaviest(rules: Iterable[Rule]) -> int:
    """Return the most that any rule can weigh; 1 where nothing weighs anything."""
    soft = (each for each in rules if not isinstance(each, Require | Forbid))
    return max(max((reach(each) for each in soft), default=1), 1)


def grouped(rules: RuleSet, words: Words) -> tuple[RuleGroup, ...]:
    """Return the rules as a short list: requirements first, then by what counts most."""
    most = heaviest(rules.rules)
    groups: dict[str, list[str]] = {}
    for rule in sorted(rules.rules, key=_weightiest_first):
        line = compared(subject(rule), words)
        groups.setdefault(standing(rule, most, words), []).append(line)
    return tuple(RuleGroup(label=label, compares=tuple(each)) for label, each in groups.items())


def _weightiest_first(rule: Rule) -> tuple[int, int]:
    if isinstance(rule, Require):
        return 0, 0
    return (1, 0) if isinstance(rule, Forbid) else (2, -reach(rule))


def extras(rules: RuleSet, words: Words) -> list[str]:
    """Return what waiting is worth, and whether two may mentor each other, as sentences."""
    said = []
    if rules.never_matched:
        said.append(words.gettext("Who never had a mentor here comes first where places are few."))
    if rules.waiting:
        said.append(
            words.ngettext(
                "Who has waited for more than a day comes first where places are few.",
                "Who has waited for more than %(num)s days comes first where places are few.",
                rules.waiting_after,
            )
        )
    if not rules.reciprocal:
        said.append(words.gettext("Nobody mentors their own mentor."))
    return said


def exact(rule: Rule, words: Words) -> str:
    """Return a rule with its weight, so that two versions of it can be told apart."""
    if isinstance(rule, Require | Forbid):
        return sentence(rule, 1, words)
    return words.gettext(
        "%(compared)s (weight %(weight)s)", compared=compared(rule, words), weight=rule.weight
    )


def differences(left: RuleSet, right: RuleSet, words: Words) -> dict[str, list[str]]:
    """Return what only one of two rule sets has: {"left": sentences, "right": sentences}."""
    told = {
        "left": [*(exact(each, words) for each in left.rules), *extras(left, words)],
        "right": [*(exact(each, words) for each in right.rules), *extras(right, words)],
    }
    return {
        "left": [each for each in told["left"] if each not in told["right"]],
        "right": [each for each in told["right"] if each not in told["left"]],
    }


PROBLEMS: Mapping[str, str] = {
    "wrong-type": to_say("Write this another way: a number, true or false, text or a list."),
    "unknown-version": to_say("Begin with the version: 1."),
    "missing": to_say("Something is missing here."),
    "unknown-key": to_say("This is nothing that rules have; take it away."),
    "too-many-rules": to_say("Those are too many rules; 50 is the most."),
    "unknown-kind": to_say("Choose how the two are compared."),
    "most-with-share": to_say("Take the limit away: what is shared out has one already."),
    "field-unreadable": to_say("Choose what is compared."),
    "unknown-side": to_say("Choose whose wishes count."),
    "weight-out-of-range": to_say("Give a whole number, 0 or more, at most 1000000."),
    "most-out-of-range": to_say("Give a whole number, 1 or more."),
    "by-out-of-range": to_say("Give a whole number."),
    "days-out-of-range": to_say("Give a number of days, at most 3650."),
    "contradiction": to_say("This and a rule above it leave nobody who could be paired."),
    "counts-for-all": to_say("This holds for every pair that the rules allow: it decides nothing."),
    "counts-for-none": to_say("This holds for no pair that the rules allow: it decides nothing."),
    "counts-twice": to_say("Another rule is about the same: it counts twice."),
    "not-asked": to_say("Nobody is asked about this, so it decides nothing."),
    "nothing-counts": to_say("Nothing counts: every allowed pair is as good as any other."),
}


def problem_in_words(problem: Problem, words: Words) -> str:
    """Return what is wrong or doubtful, in the reader's language."""
    return words.gettext(PROBLEMS.get(problem.slug, problem.text))


PRESET_WORDS: Mapping[str, tuple[str, str]] = {
    "balanced": (
        to_say("Balanced"),
        to_say("The skill counts most; help, times, place and style count too."),
    ),
    "skill-first": (
        to_say("The skill above all"),
        to_say("Who offers what they want, wherever and whenever."),
    ),
    "same-place": (
        to_say("Near each other"),
        to_say("People of one site, who can meet in person."),
    ),
    "across-departments": (
        to_say("Across departments"),
        to_say("People who would not meet otherwise."),
    ),
    "reverse-mentoring": (
        to_say("Reverse mentoring"),
        to_say("Whoever is surer of the subject teaches, whatever their rank."),
    ),
}


def preset_in_words(slug: str, words: Words) -> tuple[str, str]:
    """Return what a preset is called, and what it is for in a line."""
    label, hint = PRESET_WORDS.get(slug, (slug, ""))
    return words.gettext(label), words.gettext(hint)
