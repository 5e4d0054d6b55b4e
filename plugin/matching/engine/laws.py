"""What must be true of pairs that were made, each as a function that finds the exceptions.

    excluded_pairs, overfull_mentors     of any matching: nothing found, ever, beyond what stood
    refused_with_room, improving_swaps   of the highest total (no floor, balance or keep bonus)
    blocking_pairs                       of a stable matching; of others, a number to report

In plain Python over every pair there could be: for tests and audits of some hundred people.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from plugin.matching.engine.outcome import Outcome
from plugin.matching.engine.people import Mentee, Mentor
from plugin.matching.engine.results import Origin, Pair
from plugin.matching.engine.scoring import exclusion, extra, score

Two = tuple[str, str]
"""A mentee and a mentor, by id."""


def excluded_pairs(outcome: Outcome) -> list[Two]:
    """Return pairs that a rule or a block excludes, of those that did not stand before."""
    return [
        (pair.mentee, pair.mentor)
        for pair in _movable(outcome.pairs)
        if exclusion(outcome.rules, outcome.mentees[pair.mentee], outcome.mentors[pair.mentor])
        is not None
    ]


def overfull_mentors(outcome: Outcome) -> list[str]:
    """Return mentors with more mentees than places, where that did not stand before."""
    return [
        mentor_id
        for mentor_id, pairs in outcome.of_mentor.items()
        if len(pairs) > outcome.mentors[mentor_id].capacity and _movable(pairs)
    ]


def refused_with_room(outcome: Outcome) -> list[Two]:
    """Return mentees and mentors with a free place whose score is higher than what the mentee has.

    To have nobody is worth nothing; to have several, as much as the least of them. Pairs that stood
    are not given up.
    """
    return [
        (mentee.id, mentor.id)
        for mentee, mentor in _elsewhere(outcome)
        if outcome.free(mentor) and _would_gain(outcome, mentee, mentor)
    ]


def improving_swaps(outcome: Outcome) -> list[tuple[Pair, Pair]]:
    """Return any two pairs that, were their mentors exchanged, would be worth more together."""
    return [
        (one, other)
        for one, other in combinations(_movable(outcome.pairs), 2)
        if (exchanged := _exchanged(outcome, one, other)) is not None
        and exchanged > _worth(outcome, one) + _worth(outcome, other)
    ]


def blocking_pairs(outcome: Outcome) -> list[Two]:
    """Return who would both rather have each other than somebody they have, or nobody.

    A mentee looks at the scores, a mentor also at what waiting is worth (`scoring.extra`).
    """
    return [
        (mentee.id, mentor.id)
        for mentee, mentor in _elsewhere(outcome)
        if _would_gain(outcome, mentee, mentor) and _would_take(outcome, mentee, mentor)
    ]


def _elsewhere(outcome: Outcome) -> Iterator[tuple[Mentee, Mentor]]:
    """Yield who could be a pair and is none."""
    made = {(pair.mentee, pair.mentor) for pair in outcome.pairs}
    for mentee in outcome.mentees.values():
        for mentor in outcome.mentors.values():
            if (mentee.id, mentor.id) not in made and outcome.is_possible(mentee, mentor):
                yield mentee, mentor


def _would_gain(outcome: Outcome, mentee: Mentee, mentor: Mentor) -> bool:
    pairs = outcome.of_mentee.get(mentee.id, ())
    have = [_worth(outcome, pair) for pair in _movable(pairs)]
    if len(pairs) < mentee.wants:
        have.append(0)
    return any(score(outcome.rules, mentee, mentor) > each for each in have)


def _would_take(outcome: Outcome, mentee: Mentee, mentor: Mentor) -> bool:
    if outcome.free(mentor):
        return True
    rules = outcome.rules
    worth = score(rules, mentee, mentor) + extra(rules, mentee)
    return any(
        worth > _worth(outcome, pair) + extra(rules, outcome.mentees[pair.mentee])
        for pair in _movable(outcome.of_mentor.get(mentor.id, ()))
    )


def _movable(pairs: Sequence[Pair]) -> list[Pair]:
    return [pair for pair in pairs if pair.origin is not Origin.ACCEPTED]


def _exchanged(outcome: Outcome, one: Pair, other: Pair) -> int | None:
    """Return what two pairs are worth with their mentors exchanged; None if that cannot be."""
    made = {(pair.mentee, pair.mentor) for pair in outcome.of_mentee[one.mentee]}
    made |= {(pair.mentee, pair.mentor) for pair in outcome.of_mentee[other.mentee]}
    total = 0
    for mentee_id, mentor_id in ((one.mentee, other.mentor), (other.mentee, one.mentor)):
        mentee, mentor = outcome.mentees[mentee_id], outcome.mentors[mentor_id]
        if (mentee_id, mentor_id) in made or not outcome.is_possible(mentee, mentor):
            return None
        total += score(outcome.rules, mentee, mentor)
    return total


def _worth(outcome: Outcome, pair: Pair) -> int:
    return score(outcome.rules, outcome.mentees[pair.mentee], outcome.mentors[pair.mentor])
