"""What a delivery is given, and what it may answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID


class Outcome(StrEnum):
    """How a debt was settled."""

    DELIVERED = "delivered"
    SUPERSEDED = "superseded"
    """Something newer for the same place made it pointless, or it is not wanted any more."""
    GIVEN_UP = "given-up"
    """Refused for good, or tried too often: parked, until somebody has mended what is wrong."""


class PausedBy(StrEnum):
    """Who paused a channel."""

    PERSON = "person"
    TARGET = "target"
    """It let us in no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeasedDebt:
    """A leased debt, as a delivery sees it.

    Attributes:
        lease: which lease of its channel it was taken under, where order is kept; else 0.
        failures: of its channel, when it was taken.
    """

    id: UUID
    organisation_id: UUID
    kind: str
    key: str
    payload: dict[str, Any]
    attempts: int
    target: str = ""
    channel: UUID | None = None
    lease: int = 0
    failures: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Nothing more to do for this debt.

    Attributes:
        said: what the other side said to it; shown to administrators alone.
    """

    outcome: Outcome = Outcome.DELIVERED
    problem: str | None = None
    said: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Postponed:
    """The other side could not take this one now."""

    problem: str
    retry_after: float | None = None
    """Seconds that the other side asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """The other side takes nothing now: all that is owed to it waits on, and none is blamed."""

    problem: str
    retry_after: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Halted:
    """The other side will take nothing until somebody has mended it: its channel is paused."""

    problem: str


Result = Settled | Postponed | Away | Halted

Delivery = Callable[[Sequence[LeasedDebt]], Iterator[tuple[LeasedDebt, Result]]]
"""Pays leased debts of one channel, and says of each, as soon as it is known, what came of it."""


class Closed(Exception):
    """We ourselves want nothing to go to a target now. `problem` is a slug that says why."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def one_by_one(pay: Callable[[LeasedDebt], Result]) -> Delivery:
    """Return a delivery that pays debts one by one; what is for a `Closed` target waits."""

    def deliver(debts: Sequence[LeasedDebt]) -> Iterator[tuple[LeasedDebt, Result]]:
        for debt in debts:
            try:
                result = pay(debt)
            except Closed as closed:
                result = Away(problem=closed.problem)
            yield debt, result

    return deliver
