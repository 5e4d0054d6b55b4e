"""What a debt to a target says: a statement of ours, one to pass on, or whom to erase."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Own:
    """A statement of ours, as it was when it was owed."""

    statement: Json


@dataclass(frozen=True, slots=True)
class PassOn:
    """A statement that others stored in the embedded store, where it never changes."""

    statement_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Erase:
    """What we told about somebody in one programme is not to be kept any more.

    Attributes:
        people: agents, each with one identifier, by which they were called.
        programme: the id of the programme's activity.
    """

    withdrawal_id: UUID
    people: tuple[Json, ...]
    programme: str


Item = Own | PassOn


def passing_on(statement_id: UUID) -> dict[str, Any]:
    """Return the payload that passes a statement on."""
    return {"pass_on": str(statement_id)}


def erasing(withdrawal_id: UUID, people: Sequence[Json], programme: str) -> dict[str, Any]:
    """Return the payload that erases."""
    return {
        "erase": {
            "withdrawal_id": str(withdrawal_id),
            "people": [dict(person) for person in people],
            "programme": programme,
        }
    }


def read(payload: Json) -> Item | Erase:
    """Return what a payload says."""
    if "pass_on" in payload:
        return PassOn(UUID(payload["pass_on"]))
    if "erase" in payload:
        said = payload["erase"]
        return Erase(
            withdrawal_id=UUID(said["withdrawal_id"]),
            people=tuple(said["people"]),
            programme=said["programme"],
        )
    return Own(payload)
