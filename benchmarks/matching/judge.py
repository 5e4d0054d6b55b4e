"""The judge: what an assignment is worth, and whether it keeps the rules. Knows no tool."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from benchmarks.matching import scores
from benchmarks.matching.populations import NOBODY, Flags, Population, Whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What an assignment is."""

    matched: int
    total: int
    """Points."""
    against_a_rule: int
    """Pairs that a hard rule forbids."""
    over_capacity: int
    """Mentees above what their mentor takes."""
    worst: int | None = field(default=None, compare=False)
    """Points of the worst pair; equally good assignments may differ in it."""


def verdict(people: Population, mentor_of: Whole, *, share: bool = False) -> Verdict:
    """Judge an assignment: one mentor's row, or `NOBODY`, to a mentee.

    Raises:
        ValueError: it is no assignment of these people.
    """
    of_mentees, of_mentors = people.size
    if mentor_of.shape != (of_mentees,):
        raise ValueError(f"{mentor_of.shape} is not one mentor to each of {of_mentees} mentees")
    if ((mentor_of < NOBODY) | (mentor_of >= of_mentors)).any():
        raise ValueError(f"somebody has a mentor who is none of the {of_mentors}")
    mentees = np.flatnonzero(mentor_of != NOBODY)
    mentors = mentor_of[mentees]
    taken = np.bincount(mentors, minlength=of_mentors)
    points = scores.of_pairs(people, mentees, mentors, share=share)
    return Verdict(
        matched=len(mentees),
        total=int(points.sum()),
        against_a_rule=int(scores.forbidden(people, mentees, mentors).sum()),
        over_capacity=int(np.maximum(taken - people.capacity, 0).sum()),
        worst=int(points.min()) if len(points) else None,
    )


def most_matchable(people: Population) -> int:
    """Return a number that no assignment can match more mentees than.

    The largest flow from mentees to places between groups that speak the same languages. Single
    pairs that are forbidden are left aside; they could only make it smaller.
    """
    mentees = _by_languages(people.mentees.languages, np.ones(people.size[0], np.int64))
    mentors = _by_languages(people.mentors.languages, people.capacity)
    groups = len(mentees)
    network = np.zeros((2 * groups + 2, 2 * groups + 2), np.int32)
    source, sink = 2 * groups, 2 * groups + 1
    network[source, :groups] = mentees
    network[groups : 2 * groups, sink] = mentors
    can_talk = (np.arange(groups)[:, None] & np.arange(groups)) > 0
    network[:groups, groups : 2 * groups] = np.where(can_talk, mentees[:, None], 0)
    return int(maximum_flow(csr_array(network), source, sink).flow_value)


def _by_languages(languages: Flags, many: Whole) -> Whole:
    """Return how many there are of each set of languages, the set read as a binary number."""
    bits = languages.shape[1]
    groups = languages @ (1 << np.arange(bits))
    return np.bincount(groups, weights=many, minlength=1 << bits).astype(np.int64)
