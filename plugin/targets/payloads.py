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


@dataclass(frozen=True, slots=True)
class Told:
    """Which statement a debt is about, and what it says that somebody did; nothing of people.

    Attributes:
        verb: an IRI; None for a statement of others, which is not here.
    """

    statement_id: str
    verb: str | None


def told(payload: Json) -> Told | None:
    """Return which statement a payload is about; None: about none, or one that was emptied."""
    item = read(payload)
    if isinstance(item, PassOn):
        return Told(str(item.statement_id), None)
    if isinstance(item, Erase) or "id" not in item.statement:
        return None
    verb = item.statement.get("verb")
    return Told(str(item.statement["id"]), verb.get("id") if isinstance(verb, Mapping) else None)


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
