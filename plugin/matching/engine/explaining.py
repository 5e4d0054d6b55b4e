"""Why somebody has this mentor, not another, or none. For those who match, never for participants.

What participants may read is made of `scoring.contributions` alone, for their own pair: nobody
else's id, answer or place is in there. What is here names other people and their pairs.

A block is not explained to anybody. A mentor whom nothing but a block keeps from a mentee is left
out, as though the mentor were not there.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from heapq import nsmallest
from math import inf

from plugin.matching.engine.outcome import Outcome
from plugin.matching.engine.people import Mentee, Mentor
from plugin.matching.engine.results import Origin, Pair, RuledOut, Unmatched, WhyNot
from plugin.matching.engine.rules import RuleSet
from plugin.matching.engine.scoring import (
    Contribution,
    contributions,
    exclusion,
    exclusions,
    extra,
    score,
)

LISTED = 5
"""Better mentors listed, of those who could have been, and of those whom rules exclude."""


class Why(StrEnum):
    """Why a mentor of a higher score is not the one."""

    EXCLUDED = "excluded"
    """A rule excludes the pair; `Better.rule` says which."""
    MENTORS_THEM = "mentors-them"
    """The mentee is this mentor's mentor, and two people are not to mentor each other."""
    STAYS = "stays"
    """The mentee's own pair stood before, and stays."""
    TAKES_NOBODY = "takes-nobody"
    """The mentor has no place at all."""
    FULL = "full"
    """Every place is taken by a pair that stood before."""
    TAKEN = "taken"
    """The places went to pairs that lose more without them."""
    OTHER_AIMS = "other-aims"
    """There is a place: something else weighed more than the score of this pair (the worst pair,
    an even load, a pair proposed before, a choice made by hand)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Better:
    """A mentor of a higher score than the one given."""

    mentor: str
    score: int
    more: int
    """Points above the mentor given; above nothing for who has none."""
    why: Why
    rule: int | None = None
    """Of EXCLUDED: the first rule against the pair, from 0."""
    taken_by: tuple[Pair, ...] = ()
    """Of TAKEN and FULL: who has the places, highest score first."""
    others_lose: int | None = None
    """Of TAKEN: had this mentee that place, all others together would have so many points fewer at
    least (what waiting is worth among them), no less than `more`: the prices prove it. None: they
    do not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why one mentee has this mentor, or none."""

    mentee: str
    mentor: str | None
    score: int | None
    """Points; exactly the sum of the contributions'."""
    contributions: tuple[Contribution, ...]
    extra: int
    """Points that decide who gets a place, not whose: what waiting is worth."""
    rank: int | None
    """The mentor's place in the mentee's own list, 1 for the best; equals share a place."""
    possible: int
    """Mentors with places whom rules and blocks leave this mentee."""
    better: tuple[Better, ...]
    """Best first; see `LISTED`."""
    unmatched: Unmatched | None


def explain(outcome: Outcome, mentee_id: str, mentor_id: str | None = None) -> Explanation:
    """Return why a mentee has this mentor: one of theirs, the best if it is not said which.

    Raises:
        KeyError: there is no such mentee, or the two are no pair.
    """
    mentee = outcome.mentees[mentee_id]
    given = _given(outcome, mentee_id, mentor_id)
    judged = _judged(outcome, mentee)
    possible = [each.score for each in judged if each.rule is None and each.mentor.capacity > 0]
    parts = contributions(outcome.rules, mentee, outcome.mentors[given.mentor]) if given else ()
    points = sum(each.points for each in parts)
    return Explanation(
        mentee=mentee_id,
        mentor=given.mentor if given else None,
        score=points if given else None,
        contributions=parts,
        extra=extra(outcome.rules, mentee),
        rank=1 + sum(each > points for each in possible) if given else None,
        possible=len(possible),
        better=_better(outcome, mentee, given, judged, points if given else -1),
        unmatched=None if given else why_unmatched(outcome, mentee_id),
    )


def why_not(outcome: Outcome, mentee_id: str, mentor_id: str) -> Better | None:
    """Return why a mentee does not have this one mentor, of whatever score.

    None where there is nothing to say: they are a pair, or a block is between them.

    Raises:
        KeyError: there is no such mentee or mentor.
    """
    mentee, mentor = outcome.mentees[mentee_id], outcome.mentors[mentor_id]
    given = _given(outcome, mentee_id, None)
    if any(pair.mentor == mentor_id for pair in outcome.of_mentee.get(mentee_id, ())):
        return None
    points = score(outcome.rules, mentee, outcome.mentors[given.mentor]) if given else 0
    judged = _judgement(outcome.rules, mentee, mentor)
    return _answer(outcome, mentee, given, judged, points) if judged else None


def why_unmatched(outcome: Outcome, mentee_id: str) -> Unmatched:
    """Return why a mentee has no mentor, and how many mentors each rule excludes for them.

    A mentor whom two rules exclude counts for both. Only mentors with places are looked at.

    Raises:
        KeyError: there is no such mentee.
    """
    mentee = outcome.mentees[mentee_id]
    takers = [each for each in outcome.mentors.values() if each.capacity > 0]
    against = [exclusions(outcome.rules, mentee, each) for each in takers]
    counts = Counter(each.rule for reasons in against for each in reasons)
    left = [each for each, reasons in zip(takers, against, strict=True) if not reasons]
    if not takers:
        why = WhyNot.NO_MENTORS
    elif not left:
        why = WhyNot.RULED_OUT
    elif any(outcome.free(each) and not outcome.is_mutual(mentee, each) for each in left):
        why = WhyNot.BELOW_FLOOR
    else:
        why = WhyNot.PLACES_TAKEN
    ruled_out = (RuledOut(rule=rule, mentors=count) for rule, count in counts.items())
    return Unmatched(
        mentee=mentee_id,
        why=why,
        ruled_out=tuple(sorted(ruled_out, key=lambda each: (-each.mentors, _last(each.rule)))),
    )


@dataclass(frozen=True, slots=True)
class _Judged:
    """What a mentor would be worth to the mentee, and the first rule against it."""

    mentor: Mentor
    score: int
    rule: int | None


def _judged(outcome: Outcome, mentee: Mentee) -> list[_Judged]:
    """Judge every mentor for one mentee; whom only a block keeps away is left out."""
    found = (_judgement(outcome.rules, mentee, each) for each in outcome.mentors.values())
    return [each for each in found if each is not None]


def _judgement(rules: RuleSet, mentee: Mentee, mentor: Mentor) -> _Judged | None:
    against = exclusion(rules, mentee, mentor)
    if against is not None and against.rule is None:
        return None
    return _Judged(mentor, score(rules, mentee, mentor), against.rule if against else None)


def _given(outcome: Outcome, mentee_id: str, mentor_id: str | None) -> Pair | None:
    pairs = outcome.of_mentee.get(mentee_id, ())
    if mentor_id is None:
        return pairs[0] if pairs else None
    for pair in pairs:
        if pair.mentor == mentor_id:
            return pair
    raise KeyError(mentor_id)


def _better(
    outcome: Outcome, mentee: Mentee, given: Pair | None, judged: list[_Judged], points: int
) -> tuple[Better, ...]:
    """Return mentors of more points than `points`, best first, other mentors of theirs left out."""
    theirs = {pair.mentor for pair in outcome.of_mentee.get(mentee.id, ())}
    above = [each for each in judged if each.score > points and each.mentor.id not in theirs]
    listed = [
        each
        for excluded in (False, True)
        for each in nsmallest(
            LISTED, (e for e in above if (e.rule is not None) is excluded), _order
        )
    ]
    return tuple(
        _answer(outcome, mentee, given, each, max(points, 0)) for each in sorted(listed, key=_order)
    )


def _answer(
    outcome: Outcome, mentee: Mentee, given: Pair | None, judged: _Judged, points: int
) -> Better:
    mentor, more = judged.mentor, judged.score - points
    why = _why(outcome, mentee, given, judged)
    taken = outcome.of_mentor.get(mentor.id, ()) if why in (Why.TAKEN, Why.FULL) else ()
    return Better(
        mentor=mentor.id,
        score=judged.score,
        more=more,
        why=why,
        rule=judged.rule,
        taken_by=tuple(taken),
        others_lose=_others_lose(outcome, given, mentor, more) if why is Why.TAKEN else None,
    )


def _why(outcome: Outcome, mentee: Mentee, given: Pair | None, judged: _Judged) -> Why:
    mentor = judged.mentor
    if judged.rule is not None:
        return Why.EXCLUDED
    if outcome.is_mutual(mentee, mentor):
        return Why.MENTORS_THEM
    if given is not None and given.origin is Origin.ACCEPTED:
        return Why.STAYS
    if mentor.capacity <= 0:
        return Why.TAKES_NOBODY
    if outcome.free(mentor):
        return Why.OTHER_AIMS
    stood = sum(pair.origin is Origin.ACCEPTED for pair in outcome.of_mentor[mentor.id])
    return Why.FULL if stood >= mentor.capacity else Why.TAKEN


def _others_lose(outcome: Outcome, given: Pair | None, mentor: Mentor, more: int) -> int | None:
    """Return what the place is worth to the others beyond the one given up for it.

    At an optimum with its prices, no pair is worth more than the two would pay for it; so whoever
    moves to another mentor gains no more than the difference of the two prices.
    """
    if given is None or not {given.mentor, mentor.id} <= outcome.prices.keys():
        return None
    lost = outcome.prices[mentor.id] - outcome.prices[given.mentor]
    return lost if lost >= more else None


def _order(judged: _Judged) -> tuple[int, str]:
    return -judged.score, judged.mentor.id


def _last(rule: int | None) -> float:
    """Sort blocks after rules."""
    return inf if rule is None else rule
