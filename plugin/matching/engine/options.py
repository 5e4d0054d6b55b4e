"""What may be asked of a matching besides its people and rules."""

from __future__ import annotations

from dataclasses import dataclass

from plugin.matching.engine.errors import Problem, RulesInvalid
from plugin.matching.engine.results import Objective
from plugin.matching.engine.rules import HEAVIEST

Named = tuple[str, str]
"""Ids of a mentee and a mentor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """See `match.match`."""

    accepted: tuple[Named, ...]
    proposed: tuple[Named, ...]
    keep_bonus: int
    objective: Objective
    floor: bool
    balance: int
    seed: int
    tolerance: float | None

    def __post_init__(self) -> None:
        """Check the weights.

        Raises:
            RulesInvalid: one is out of range.
        """
        weights = {"keep_bonus": self.keep_bonus, "balance": self.balance}
        problems = [
            Problem(
                slug="weight-out-of-range",
                where=f"/{name}",
                text=f"Give a whole number from 0 to {HEAVIEST}.",
            )
            for name, weight in weights.items()
            if type(weight) is not int or not 0 <= weight <= HEAVIEST
        ]
        if problems:
            raise RulesInvalid(problems)
