"""What the engine refuses.

    MatchingError          anything below; carries every problem that was found, not the first only
    ├── RulesInvalid       the rules cannot be read, or ask for what cannot be counted
    └── PeopleInvalid      two people share an id, a capacity is below zero …

Nobody to match, nobody eligible, contradictory requirements are no errors: they are results in
which the unmatched are named with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong: where, and what to do about it."""

    slug: str
    """Stable: `weight-out-of-range`, `unknown-kind`, `duplicate-id` …"""
    where: str
    """A JSON pointer into the rules (`/rules/2/weight`), or the id of a person."""
    text: str
    """What to do, in one English sentence."""


class MatchingError(ValueError):
    """The engine was given something that it cannot work with."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{each.where}: {each.text}" for each in problems))
        self.problems = tuple(problems)


class RulesInvalid(MatchingError):
    """The rules cannot be used as they are."""


class PeopleInvalid(MatchingError):
    """The people cannot be used as they are."""
