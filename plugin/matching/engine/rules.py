"""What makes a good pair, as data. `reading.py` takes it from and to JSON.

A rule compares one field of the mentee with one of the mentor. What it is worth, exactly, is
defined by `scoring.contribution`; the compiled columns give the same numbers for all pairs at once
(a property test holds the two together).
"""

from __future__ import annotations

from dataclasses import dataclass

POINTS = 1000
"""Points to a weight of one. Scores are whole points."""
HEAVIEST = 1_000_000
"""The largest weight: sums over a hundred thousand people stay exact in 53 bits. What must be is a
requirement, not a huge weight."""
MOST_RULES = 50
FULL_FOCUS = 5
"""So many options a mentor may offer at full worth; who offers more offers each at 5/n (in
twentieths), so that listing everything does not win."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """Options chosen by both.

    With `share`, the weight is shared out among the options that the mentee chose (all of them
    met: the whole weight, but for rounding to points), and a mentor's options count in full up to
    `FULL_FOCUS` of them. Without, every common option is worth the whole weight, up to `most`.
    """

    mentee: str
    mentor: str
    weight: int
    share: bool = True
    most: int | None = None
    """Only without `share`; None: no limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Same:
    """The two answers have something in common (for single answers: are equal)."""

    mentee: str
    mentor: str
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Different:
    """Both answered, and nothing is in common."""

    mentee: str
    mentor: str
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLeast:
    """The mentor's number is at least `by` above the mentee's (reverse mentoring: below)."""

    mentee: str
    mentor: str
    by: int
    weight: int
    reverse: bool = False
    """The mentee's number is at least `by` above the mentor's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One named the other: the first name is worth the weight, the second half, the third a third
    (whole points, rounded down).
    """

    weight: int
    by: str = "mentee"
    """"mentee" or "mentor": whose wishes count."""


Comparison = Overlap | Same | Different | AtLeast
"""What can be required or forbidden; its weight plays no part there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Require:
    """Only pairs for which the comparison holds. Who did not answer is excluded by nothing,
    unless `strict`.
    """

    what: Comparison
    strict: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Forbid:
    """No pair for which the comparison holds (line managers, the same team …)."""

    what: Comparison


Soft = Overlap | Same | Different | AtLeast | Wish
Hard = Require | Forbid
Rule = Soft | Hard


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """All rules of a programme, and what waiting is worth.

    The extras belong to the mentee, not to the pair: they decide who gets a place when there are
    too few, never which of two mentors somebody gets.
    """

    rules: tuple[Rule, ...] = ()
    never_matched: int = 0
    """Weight for who never had a mentor here."""
    waiting: int = 0
    """Weight for who waits longer than `waiting_after`."""
    waiting_after: int = 14
    """Days."""
    reciprocal: bool = True
    """Whether two people may mentor each other."""
