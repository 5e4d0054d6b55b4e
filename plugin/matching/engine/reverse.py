"""Reverse mentoring: who used to be mentored mentors, and who used to mentor is mentored.

It needs no solver of its own. People change sides, the rules turn with them, and everything else
stays as it is: nobody mentors themselves, and `RuleSet.reciprocal` says whether two people may
mentor each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from plugin.matching.engine.people import Mentee, Mentor
from plugin.matching.engine.rules import AtLeast, Comparison, Rule, RuleSet, Wish


def reversed_rules(rules: RuleSet, *, by_role: bool = False) -> RuleSet:
    """Return the rules for the same people with the sides exchanged.

    What two people were worth to each other they are worth again, but for shared overlaps: a weight
    that was shared out among the options of one is now shared out among those of the other. Turned
    twice, rules are what they were.

    Args:
        by_role: people answer anew, as what they are now: each field stays with its side, and only
            who must be ahead of whom turns. Otherwise answers stay with the people, and the fields
            change sides with them.
    """
    return replace(rules, rules=tuple(_turned(rule, by_role=by_role) for rule in rules.rules))


def exchanged(
    mentees: Iterable[Mentee], mentors: Iterable[Mentor], *, capacity: int = 1
) -> tuple[list[Mentee], list[Mentor]]:
    """Return the people with the sides exchanged: the mentees of now, and the mentors of now.

    Args:
        capacity: how many each of those who now mentor takes.
    """
    now_mentees = [
        Mentee(id=each.id, answers=each.answers, wishes=each.wishes, refuses=each.refuses)
        for each in mentors
    ]
    now_mentors = [
        Mentor(
            id=each.id,
            answers=each.answers,
            wishes=each.wishes,
            refuses=each.refuses,
            capacity=capacity,
        )
        for each in mentees
    ]
    return now_mentees, now_mentors


def _turned(rule: Rule, *, by_role: bool) -> Rule:
    if isinstance(rule, Wish):
        by = "mentor" if rule.by == "mentee" else "mentee"
        return rule if by_role else replace(rule, by=by)
    if isinstance(rule, Comparison):
        return _turned_comparison(rule, by_role=by_role)
    return replace(rule, what=_turned_comparison(rule.what, by_role=by_role))


def _turned_comparison(what: Comparison, *, by_role: bool) -> Comparison:
    if isinstance(what, AtLeast):
        what = replace(what, reverse=not what.reverse)
    return what if by_role else replace(what, mentee=what.mentor, mentor=what.mentee)
