"""What pairs are worth, in arrays: the rules of `populations.rules`, written a second time.

Independent of the engine and of its columns, so that it can judge them. One matrix product gives
all pairs at once, as a good engineer would write it for these rules by hand; the dense peers score
with it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.matching.populations import (
    DEPARTMENT,
    DEPARTMENTS,
    GRADE,
    GRADES,
    GRADES_ABOVE,
    HOUR,
    SITE,
    SITES,
    SKILL,
    WISH,
    WISHES,
    Flags,
    Population,
    Side,
    Whole,
)

POINT = 1000
"""Points to a weight of one."""
PARTS, FULL = 20, 5
"""Where skills are shared out: in twentieths, and a mentor offers five at their full worth."""
HIGHEST = POINT * (5 * SKILL + DEPARTMENT + SITE + 3 * HOUR + GRADE + WISH)
"""No pair is worth more: five skills wanted, three hours."""

Matrix = NDArray[np.float32]


def of_pairs(people: Population, mentees: Whole, mentors: Whole, *, share: bool = False) -> Whole:
    """Return the points of each pair of rows, whether or not it may be."""
    one, other = people.mentees, people.mentors
    skills = (one.skills[mentees] & other.skills[mentors]).sum(axis=1)
    worth, focus = _worth_of_a_skill(people, share=share)
    hours = (one.hours[mentees] & other.hours[mentors]).sum(axis=1)
    weight = (
        DEPARTMENT * (one.department[mentees] != other.department[mentors])
        + SITE * (one.site[mentees] == other.site[mentors])
        + HOUR * hours
        + GRADE * (other.grade[mentors] - one.grade[mentees] >= GRADES_ABOVE)
    )
    named = people.wishes[mentees] == mentors[:, None]
    wished = np.where(named, POINT * WISH // np.arange(1, WISHES + 1), 0).sum(axis=1)
    points: Whole = skills * worth[mentees] * focus[mentors] + POINT * weight + wished
    return points


def forbidden(people: Population, mentees: Whole, mentors: Whole) -> Flags:
    """Tell of each pair of rows whether a hard rule is against it."""
    shared = people.mentees.languages[mentees] & people.mentors.languages[mentors]
    of_mentors = people.size[1]
    declined = people.refused @ [of_mentors, 1]
    against: Flags = (
        ~shared.any(axis=1)
        | (people.line_manager[mentees] == mentors)
        | np.isin(mentees * of_mentors + mentors, declined)
    )
    return against


def of_all(people: Population, *, share: bool = False) -> tuple[Matrix, Flags]:
    """Return the points of all pairs, mentees × mentors, and which may be."""
    worth, focus = _worth_of_a_skill(people, share=share)
    points = _columns_of_mentees(people.mentees, worth) @ _columns_of_mentors(people.mentors, focus)
    one, other = people.mentees.languages, people.mentors.languages
    allowed = (one.astype(np.float32) @ other.T.astype(np.float32)) > 0
    for place in range(WISHES):
        who = np.flatnonzero(people.wishes[:, place] >= 0)
        points[who, people.wishes[who, place]] += POINT * WISH // (place + 1)
    managed = np.flatnonzero(people.line_manager >= 0)
    allowed[managed, people.line_manager[managed]] = False
    allowed[people.refused[:, 0], people.refused[:, 1]] = False
    return points, allowed


def _columns_of_mentees(side: Side, worth: Whole) -> Matrix:
    """Each rule's weight stands on the mentee's side of the product."""
    department = _one_of(side.department, DEPARTMENTS)
    enough = np.arange(GRADES) >= side.grade[:, None] - 1 + GRADES_ABOVE
    return np.hstack(
        [
            side.skills * worth[:, None],
            POINT * HOUR * side.hours,
            POINT * SITE * _one_of(side.site, SITES),
            POINT * DEPARTMENT * ~department,
            POINT * GRADE * enough,
        ],
        dtype=np.float32,
    )


def _columns_of_mentors(side: Side, focus: Whole) -> Matrix:
    rows = np.hstack(
        [
            side.skills * focus[:, None],
            side.hours,
            _one_of(side.site, SITES),
            _one_of(side.department, DEPARTMENTS),
            _one_of(side.grade - 1, GRADES),
        ],
        dtype=np.float32,
    )
    return np.ascontiguousarray(rows.T)


def _worth_of_a_skill(people: Population, *, share: bool) -> tuple[Whole, Whole]:
    """Return what one skill in common is worth: the mentee's factor and the mentor's."""
    chosen = np.maximum(people.mentees.skills.sum(axis=1), 1)
    offered = np.maximum(people.mentors.skills.sum(axis=1), 1)
    if not share:
        return np.full(len(chosen), POINT * SKILL), np.ones(len(offered), np.int64)
    worth = (POINT * SKILL + 10 * chosen) // (20 * chosen)
    return worth, np.where(offered <= 5, 20, np.maximum(1, 100 // offered))


def _one_of(which: Whole, many: int) -> Flags:
    chosen: Flags = which[:, None] == np.arange(many)
    return chosen
