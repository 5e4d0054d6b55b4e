"""Seeded populations: the same people for every tool, as arrays, as plain rows, as a stream.

    surplus   0.4 mentors to a mentee, 1 to 5 places each: 1.2 places to a mentee
    scarce    0.3 mentors to a mentee: 0.9 places, so somebody stays without
    coarse    surplus without skills and hours: thousands of pairs are worth the same

They are synthetic, and independent where real questionnaires are correlated.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from plugin.matching.engine.people import Answers, Mentee, Mentor
from plugin.matching.engine.rules import (
    AtLeast,
    Different,
    Forbid,
    Overlap,
    Require,
    RuleSet,
    Same,
    Wish,
)

SEED = 7
NOBODY = -1
"""Where a mentor's row is asked for."""
SKILLS, DEPARTMENTS, SITES, LANGUAGES, HOURS, GRADES = 40, 8, 5, 4, 12, 9
WISHES = 3
"""Mentors that one mentee may name."""

SKILL, DEPARTMENT, SITE, HOUR, GRADE, WISH = 5, 3, 2, 1, 4, 10
"""Weights."""
GRADES_ABOVE = 2


def rules(*, share: bool) -> RuleSet:
    """What every tool is asked for; `scores.py` says the same in arrays, peers in their own words.

    With `share`, skills count as a share of what was wanted, which is the product's default.
    """
    return RuleSet(
        rules=(
            Overlap(mentee="wants", mentor="offers", weight=SKILL, share=share),
            Different(mentee="department", mentor="department", weight=DEPARTMENT),
            Same(mentee="site", mentor="site", weight=SITE),
            Overlap(mentee="hours", mentor="hours", weight=HOUR, share=False),
            AtLeast(mentee="grade", mentor="grade", by=GRADES_ABOVE, weight=GRADE),
            Wish(weight=WISH),
            Require(what=Same(mentee="languages", mentor="languages", weight=0)),
            Forbid(what=Same(mentee="line-manager", mentor="staff-number", weight=0)),
        )
    )


Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Kind(StrEnum):
    """How many places there are, and how finely scores differ."""

    SURPLUS = "surplus"
    SCARCE = "scarce"
    COARSE = "coarse"
    COARSE_SCARCE = "coarse-scarce"

    @property
    def is_coarse(self) -> bool:
        """Whether skills and hours are off."""
        return self in {Kind.COARSE, Kind.COARSE_SCARCE}

    @property
    def mentors_to_a_mentee(self) -> float:
        """0.4 or 0.3."""
        return 0.3 if self in {Kind.SCARCE, Kind.COARSE_SCARCE} else 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side's answers, a row to a person."""

    skills: Flags
    hours: Flags
    languages: Flags
    department: Whole
    site: Whole
    grade: Whole

    def answers(self, row: int, skills_field: str) -> dict[str, frozenset[str] | int]:
        """What one person answered, as the engine reads it."""
        return {
            skills_field: _chosen("skill", self.skills[row]),
            "hours": _chosen("hour", self.hours[row]),
            "languages": _chosen("language", self.languages[row]),
            "department": frozenset({f"department-{self.department[row]}"}),
            "site": frozenset({f"site-{self.site[row]}"}),
            "grade": int(self.grade[row]),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Everybody, as arrays. A mentor is meant by her row."""

    mentees: Side
    mentors: Side
    capacity: Whole
    line_manager: Whole
    """One mentor's row, or `NOBODY`, to a mentee."""
    wishes: Whole
    """Mentees × `WISHES`, dearest first; `NOBODY` after the last."""
    refused: Whole
    """Rows of (mentee, mentor): the mentee declined her."""

    @property
    def size(self) -> tuple[int, int]:
        """Mentees, mentors."""
        return len(self.mentees.grade), len(self.mentors.grade)

    def stream_of_mentees(self) -> Iterator[Mentee]:
        """Each mentee once, made when asked for."""
        refuses = _by_mentee(self.refused)
        for row, manager in enumerate(self.line_manager):
            own: Answers = self.mentees.answers(row, "wants") | {
                "line-manager": frozenset({mentor_id(manager)} if manager >= 0 else ())
            }
            yield Mentee(
                id=mentee_id(row),
                answers=own,
                wishes=tuple(mentor_id(each) for each in self.wishes[row] if each >= 0),
                refuses=frozenset(mentor_id(each) for each in refuses.get(row, ())),
            )

    def stream_of_mentors(self) -> Iterator[Mentor]:
        """Each mentor once, made when asked for."""
        for row, places in enumerate(self.capacity):
            own: Answers = self.mentors.answers(row, "offers") | {
                "staff-number": frozenset({mentor_id(row)})
            }
            yield Mentor(id=mentor_id(row), answers=own, capacity=int(places))

    def first(self, mentees: int, mentors: int) -> Population:
        """Only the first so many of each side; who named or refused somebody else named nobody."""
        return Population(
            mentees=_head(self.mentees, mentees),
            mentors=_head(self.mentors, mentors),
            capacity=self.capacity[:mentors],
            line_manager=_within(self.line_manager[:mentees], mentors),
            wishes=_packed(_within(self.wishes[:mentees], mentors)),
            refused=self.refused[(self.refused < [mentees, mentors]).all(axis=1)],
        )


def mentee_id(row: int) -> str:
    """The id of the mentee in that row."""
    return f"mentee-{row}"


def mentor_id(row: int) -> str:
    """The id (and the staff number) of the mentor in that row."""
    return f"mentor-{row}"


def row_of(id: str) -> int:
    """The row that an id stands for."""
    return int(id.rpartition("-")[2])


def population(
    mentees: int,
    kind: Kind = Kind.SURPLUS,
    *,
    mentors: int | None = None,
    most_places: int = 5,
    seed: int = SEED,
) -> Population:
    """Make up people. The same arguments give the same people.

    `mentors` overrides what the kind says; capacities are uniform from 1 to `most_places`.
    """
    of_mentors = mentors or max(1, round(mentees * kind.mentors_to_a_mentee))
    random = np.random.default_rng([seed, mentees, of_mentors, list(Kind).index(kind)])
    of_mentor = _side(random, of_mentors, skills=(3, 8), hours=5, coarse=kind.is_coarse)
    return Population(
        mentees=_side(random, mentees, skills=(2, 5), hours=3, coarse=kind.is_coarse),
        mentors=of_mentor,
        capacity=random.integers(1, most_places + 1, of_mentors),
        line_manager=_sometimes(random, 0.5, random.integers(0, of_mentors, mentees)),
        wishes=_named(random, mentees, of_mentors),
        refused=_declined(random, mentees, of_mentors),
    )


def _side(
    random: np.random.Generator, people: int, *, skills: tuple[int, int], hours: int, coarse: bool
) -> Side:
    fewest, most = (0, 0) if coarse else skills
    many = random.integers(fewest, most + 1, people)
    popular = 1 / np.arange(1, SKILLS + 1)  # Zipf: everybody wants the same few
    first_language = random.choice(LANGUAGES, people, p=[0.6, 0.2, 0.12, 0.08])
    languages = random.random((people, LANGUAGES)) < 0.15
    languages[np.arange(people), first_language] = True
    return Side(
        skills=_drawn(random, many, popular),
        hours=_drawn(random, np.full(people, 0 if coarse else hours), np.ones(HOURS)),
        languages=languages,
        department=random.integers(0, DEPARTMENTS, people),
        site=random.integers(0, SITES, people),
        grade=random.integers(1, GRADES + 1, people),
    )


def _drawn(random: np.random.Generator, many: Whole, popular: NDArray[np.float64]) -> Flags:
    """So many options to a person, without repetition, the popular ones more often."""
    luck = np.log(random.random((len(many), len(popular)))) / popular
    rank = np.argsort(np.argsort(-luck, axis=1), axis=1)
    drawn: Flags = rank < many[:, None]
    return drawn


def _named(random: np.random.Generator, mentees: int, mentors: int) -> Whole:
    """A fifth of the mentees name one to three mentors."""
    wishes = random.integers(0, mentors, (mentees, WISHES))
    repeated = np.zeros(wishes.shape, np.bool_)
    for later in range(1, WISHES):
        repeated[:, later] = (wishes[:, :later] == wishes[:, later : later + 1]).any(axis=1)
    many = _sometimes(random, 0.2, random.integers(1, WISHES + 1, mentees), otherwise=0)
    return _packed(np.where(repeated | (np.arange(WISHES) >= many[:, None]), NOBODY, wishes))


def _declined(random: np.random.Generator, mentees: int, mentors: int) -> Whole:
    """One in ten declined somebody once."""
    who = np.flatnonzero(random.random(mentees) < 0.1)
    return np.stack([who, random.integers(0, mentors, len(who))], axis=1)


def _sometimes(
    random: np.random.Generator, share: float, rows: Whole, *, otherwise: int = NOBODY
) -> Whole:
    return np.where(random.random(len(rows)) < share, rows, otherwise)


def _packed(wishes: Whole) -> Whole:
    """The same wishes without gaps."""
    order = np.argsort(wishes < 0, axis=1, kind="stable")
    return np.take_along_axis(wishes, order, axis=1)


def _within(rows: Whole, mentors: int) -> Whole:
    return np.where(rows < mentors, rows, NOBODY)


def _head(side: Side, people: int) -> Side:
    return Side(
        skills=side.skills[:people],
        hours=side.hours[:people],
        languages=side.languages[:people],
        department=side.department[:people],
        site=side.site[:people],
        grade=side.grade[:people],
    )


def _by_mentee(refused: Whole) -> dict[int, list[int]]:
    rows: dict[int, list[int]] = {}
    for mentee, mentor in refused.tolist():
        rows.setdefault(mentee, []).append(mentor)
    return rows


def _chosen(what: str, flags: Flags) -> frozenset[str]:
    return frozenset(f"{what}-{each}" for each in np.flatnonzero(flags))
