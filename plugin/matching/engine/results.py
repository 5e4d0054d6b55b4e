"""What the engine answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Origin(StrEnum):
    """Where a pair comes from."""

    ACCEPTED = "accepted"
    """It stood before, and stays."""
    PROPOSED = "proposed"
    """It was proposed before, and is again."""
    NEW = "new"


class Objective(StrEnum):
    """What is sought, in this order of preference for most programmes."""

    COVERAGE = "coverage"
    """First as many mentees as can have a mentor, then the highest total."""
    SCORE = "score"
    """The highest total."""
    STABLE = "stable"
    """No two would both rather have each other: best pair first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A mentee and a mentor, and what the pair is worth."""

    mentee: str
    mentor: str
    score: int
    """Points of the pair alone, without what waiting is worth."""
    origin: Origin


class WhyNot(StrEnum):
    """Why somebody has no mentor."""

    NO_MENTORS = "no-mentors"
    """Nobody takes mentees."""
    RULED_OUT = "ruled-out"
    """Rules exclude every mentor; `Unmatched.ruled_out` counts by rule."""
    PLACES_TAKEN = "places-taken"
    """Every place that the rules leave is taken by somebody else."""
    BELOW_FLOOR = "below-floor"
    """Only with objective `score`: no pair left is worth having."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuledOut:
    """How many mentors one rule excludes for one mentee."""

    rule: int | None
    """Its place in the rule set, from 0; None: a block, or oneself (never said which)."""
    mentors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmatched:
    """A mentee without a mentor, and why."""

    mentee: str
    why: WhyNot
    ruled_out: tuple[RuledOut, ...] = ()
    """Most excluding first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """A set of pairs in numbers. Scores are points; None where there is no pair."""

    mentees: int
    mentors: int
    places: int
    matched: int
    unmatched: int
    avoidable: int
    """How many of the unmatched could have had a mentor (0 with objective coverage)."""
    total: int
    mean: float | None
    worst: int | None
    fifth_percentile: int | None
    own_best: int
    """Mentees whose mentor is among the five best that the rules leave them."""
    idle_mentors: int
    load_spread: float
    """Standard deviation of places used ÷ places, over the mentors with places."""
