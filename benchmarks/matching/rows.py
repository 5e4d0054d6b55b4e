"""A population as plain JSON rows, for tools whose environment has no numpy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.matching.populations import (
    DEPARTMENT,
    GRADE,
    GRADES_ABOVE,
    HOUR,
    SITE,
    SKILL,
    WISH,
    WISHES,
    Population,
    Side,
)
from benchmarks.matching.scores import HIGHEST, POINT

Rows = dict[str, Any]


def write(people: Population, path: Path) -> None:
    """Write everybody, and what each rule is worth in points."""
    path.write_text(json.dumps(plain(people)))


def plain(people: Population) -> Rows:
    """Return everybody as lists of numbers, and what each rule is worth in points."""
    mentees = _side(people.mentees)
    for number, row in enumerate(mentees):
        row["line_manager"] = int(people.line_manager[number])
        row["points_of_wish"] = [
            [int(mentor), POINT * WISH // (place + 1)]
            for place, mentor in zip(range(WISHES), people.wishes[number], strict=True)
            if mentor >= 0
        ]
        row["refused"] = []
    for mentee, mentor in people.refused.tolist():
        mentees[mentee]["refused"].append(mentor)
    mentors = _side(people.mentors)
    for row, places in zip(mentors, people.capacity.tolist(), strict=True):
        row["capacity"] = places
    return {
        "mentees": mentees,
        "mentors": mentors,
        "a_match": (people.size[0] + 1) * HIGHEST,
        "points": {
            "skill": POINT * SKILL,
            "department": POINT * DEPARTMENT,
            "site": POINT * SITE,
            "hour": POINT * HOUR,
            "grade": POINT * GRADE,
            "grades_above": GRADES_ABOVE,
        },
    }


def _side(side: Side) -> list[Rows]:
    return [
        {
            "skills": np.flatnonzero(side.skills[row]).tolist(),
            "hours": np.flatnonzero(side.hours[row]).tolist(),
            "languages": np.flatnonzero(side.languages[row]).tolist(),
            "organisation": int(side.department[row]),
            "site": int(side.site[row]),
            "grade": int(side.grade[row]),
        }
        for row in range(len(side.grade))
    ]
