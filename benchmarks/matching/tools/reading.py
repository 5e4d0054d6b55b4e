"""People as values, read into arrays: what stands before any matrix, whoever writes it by hand.

Just these answers, without a check of any: the engine reads whatever questions there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

import numpy as np

from benchmarks.matching.populations import (
    DEPARTMENTS,
    HOURS,
    LANGUAGES,
    NOBODY,
    SITES,
    SKILLS,
    WISHES,
    Flags,
    Population,
    Side,
    Whole,
)
from plugin.matching.engine.people import Answer, Answers, Mentee, Mentor


def read(mentees: Sequence[Mentee], mentors: Sequence[Mentor]) -> Population:
    """Return the arrays of these people; rows are places in the two lists."""
    row_of = {mentor.id: row for row, mentor in enumerate(mentors)}
    managers = [each.answers["line-manager"] for each in mentees]
    wishes = np.full((len(mentees), WISHES), NOBODY)
    refused = []
    for row, each in enumerate(mentees):
        for place, wished in enumerate(each.wishes):
            wishes[row, place] = row_of[wished]
        refused += [(row, row_of[mentor]) for mentor in each.refuses]
    return Population(
        mentees=_side([each.answers for each in mentees], "wants"),
        mentors=_side([each.answers for each in mentors], "offers"),
        capacity=np.array([each.capacity for each in mentors]),
        line_manager=np.array([row_of[_only(each)] if each else NOBODY for each in managers]),
        wishes=wishes,
        refused=np.array(refused, np.int64).reshape(-1, 2),
    )


def _side(answers: list[Answers], skills_field: str) -> Side:
    return Side(
        skills=_flags((each[skills_field] for each in answers), "skill", SKILLS),
        hours=_flags((each["hours"] for each in answers), "hour", HOURS),
        languages=_flags((each["languages"] for each in answers), "language", LANGUAGES),
        department=_places((each["department"] for each in answers), "department", DEPARTMENTS),
        site=_places((each["site"] for each in answers), "site", SITES),
        grade=np.array([each["grade"] for each in answers]),
    )


def _flags(answers: Iterable[Answer], what: str, many: int) -> Flags:
    place_of = _numbered(what, many)
    rows: list[int] = []
    columns: list[int] = []
    people = 0
    for people, answer in enumerate(answers, start=1):
        chosen = cast(frozenset[str], answer)
        rows += [people - 1] * len(chosen)
        columns += [place_of[each] for each in chosen]
    flags = np.zeros((people, many), np.bool_)
    flags[rows, columns] = True
    return flags


def _places(answers: Iterable[Answer], what: str, many: int) -> Whole:
    place_of = _numbered(what, many)
    return np.array([place_of[_only(each)] for each in answers])


def _numbered(what: str, many: int) -> dict[str, int]:
    return {f"{what}-{each}": each for each in range(many)}


def _only(answer: Answer) -> str:
    (option,) = cast(frozenset[str], answer)
    return option
