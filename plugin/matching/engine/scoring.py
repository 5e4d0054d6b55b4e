"""What one pair is worth, and why: the definition of a score, in plain Python.

The compiled columns give the same numbers for all pairs at once. For that, every rule is a sum of
products of something about the mentee and something about the mentor, or a limit upon one.

How answers compare:

- A field that is absent, or an empty set, was not answered: nothing is said, nothing counts.
- A number is compared as one option, the number itself. Zero is an answer.
- A number beside a set of options (a question changed its kind) says nothing either: as though
  one of the two had not answered. Nobody is excluded for what was asked differently.
"""

from __future__ import annotations

from dataclasses import dataclass

from plugin.matching.engine.people import Answer, Mentee, Mentor
from plugin.matching.engine.rules import (
    FULL_FOCUS,
    POINTS,
    AtLeast,
    Comparison,
    Different,
    Forbid,
    Overlap,
    Require,
    Rule,
    RuleSet,
    Same,
    Wish,
)

PARTS = 20
"""A mentor's focus is counted in twentieths: a part of `POINTS`, so that one, two or five options
share any weight without a rest."""

Option = str | int
NO_OPTIONS: frozenset[Option] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What one rule adds to a pair, and what it found."""

    rule: int
    """Its place in the rule set, from 0."""
    points: int
    common: tuple[str, ...] = ()
    """Options that both chose, in alphabetical order."""
    place: int | None = None
    """Of a wish: 1 for the dearest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """Why a pair cannot be."""

    rule: int | None
    """Its place in the rule set, from 0. None: one of the two blocked the other, or they are the
    same person; it is not said which."""


def contribution(rule: Rule, mentee: Mentee, mentor: Mentor) -> int:
    """Return the points that one rule gives to a pair; a hard rule gives none."""
    found = _found(rule, mentee, mentor)
    return 0 if found is None else found[0]


def contributions(rules: RuleSet, mentee: Mentee, mentor: Mentor) -> tuple[Contribution, ...]:
    """Return what each rule that found something adds, in the order of the rules.

    The points sum exactly to `score`.
    """
    return tuple(
        Contribution(
            rule=index,
            points=found[0],
            common=tuple(sorted(each for each in found[1] if isinstance(each, str))),
            place=found[2],
        )
        for index, rule in enumerate(rules.rules)
        if (found := _found(rule, mentee, mentor)) is not None
    )


def score(rules: RuleSet, mentee: Mentee, mentor: Mentor) -> int:
    """Return what the pair is worth in points, whether or not it is excluded."""
    return sum(contribution(rule, mentee, mentor) for rule in rules.rules)


def extra(rules: RuleSet, mentee: Mentee) -> int:
    """Return the points that waiting is worth: the mentee's, whichever the mentor."""
    weight = rules.never_matched if mentee.never_matched else 0
    if mentee.waiting_days > rules.waiting_after:
        weight += rules.waiting
    return POINTS * weight


def exclusion(rules: RuleSet, mentee: Mentee, mentor: Mentor) -> Exclusion | None:
    """Return why the pair cannot be, or None if it can: the first rule against it, else a block."""
    return next(iter(exclusions(rules, mentee, mentor)), None)


def exclusions(rules: RuleSet, mentee: Mentee, mentor: Mentor) -> tuple[Exclusion, ...]:
    """Return every rule that excludes the pair; a block only where no rule does.

    So a block shows nowhere but where nothing else explains that two people cannot meet.
    """
    against = tuple(
        Exclusion(rule=index)
        for index, rule in enumerate(rules.rules)
        if excludes(rule, mentee, mentor)
    )
    return against or ((Exclusion(rule=None),) if blocked(mentee, mentor) else ())


def excludes(rule: Rule, mentee: Mentee, mentor: Mentor) -> bool:
    """Tell whether a hard rule excludes the pair; a soft rule never does."""
    if isinstance(rule, Require):
        verdict = holds(rule.what, mentee, mentor)
        return not verdict if rule.strict else verdict is False
    return isinstance(rule, Forbid) and holds(rule.what, mentee, mentor) is True


def blocked(mentee: Mentee, mentor: Mentor) -> bool:
    """Tell whether one of the two refuses the other, or both are the same person."""
    return mentor.id in mentee.refuses or mentee.id in mentor.refuses or mentee.id == mentor.id


def holds(what: Comparison, mentee: Mentee, mentor: Mentor) -> bool | None:
    """Tell whether a comparison holds; None when the answers do not say."""
    one, other = mentee.answers.get(what.mentee), mentor.answers.get(what.mentor)
    if isinstance(what, AtLeast):
        if not (isinstance(one, int) and isinstance(other, int)):
            return None
        return (one - other if what.reverse else other - one) >= what.by
    shared = common(one, other)
    if shared is None:
        return None
    return not shared if isinstance(what, Different) else bool(shared)


def common(one: Answer | None, other: Answer | None) -> frozenset[Option] | None:
    """Return the options in both answers; None when the two cannot be compared."""
    if isinstance(one, frozenset) and isinstance(other, frozenset):
        return one & other if one and other else None
    if isinstance(one, int) and isinstance(other, int):
        return frozenset((one,)) if one == other else NO_OPTIONS
    return None


def size(answer: Answer) -> int:
    """Return how many options an answer is: a number is one."""
    return len(answer) if isinstance(answer, frozenset) else 1


def option_points(weight: int, chosen: int) -> int:
    """Return a twentieth of what each of `chosen` options is worth, where the weight is shared.

    Rounded to whole points (half a point up), so that a pair's points are a sum over the common
    options: `option_points(weight, chosen) * focus(offered)` each.
    """
    return (POINTS * weight + PARTS * chosen // 2) // (PARTS * chosen)


def focus(offered: int) -> int:
    """Return at what share, in twentieths, each of `offered` options of a mentor counts."""
    return PARTS if offered <= FULL_FOCUS else max(1, PARTS * FULL_FOCUS // offered)


_Found = tuple[int, frozenset[Option], int | None]
"""Points, options in common, place of a wish."""


def _found(rule: Rule, mentee: Mentee, mentor: Mentor) -> _Found | None:
    """Return what a rule found in a pair; None when nothing, or when the rule is a hard one."""
    match rule:
        case Overlap() | Same():
            one, other = mentee.answers.get(rule.mentee), mentor.answers.get(rule.mentor)
            shared = common(one, other)
            if not shared or one is None or other is None:
                return None
            if isinstance(rule, Same):
                return POINTS * rule.weight, shared, None
            return _overlap_points(rule, len(shared), size(one), size(other)), shared, None
        case Different() | AtLeast():
            held = holds(rule, mentee, mentor)
            return (POINTS * rule.weight, NO_OPTIONS, None) if held else None
        case Wish():
            return _wished(rule, mentee, mentor)
    return None


def _overlap_points(rule: Overlap, shared: int, chosen: int, offered: int) -> int:
    if rule.share:
        return shared * option_points(rule.weight, chosen) * focus(offered)
    counted = shared if rule.most is None else min(shared, rule.most)
    return POINTS * rule.weight * counted


def _wished(rule: Wish, mentee: Mentee, mentor: Mentor) -> _Found | None:
    wishes, wished = (
        (mentee.wishes, mentor.id) if rule.by == "mentee" else (mentor.wishes, mentee.id)
    )
    if wished not in wishes:
        return None
    place = wishes.index(wished) + 1
    return POINTS * rule.weight // place, NO_OPTIONS, place
