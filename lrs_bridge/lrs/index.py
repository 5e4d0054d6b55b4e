"""What a statement can be found by: pure functions from a statement to index keys.

A key is the digest of a thing that can be asked for, and of the organisation: an agent, an
activity, a registration, a verb. What is found by `agent` or `activity` as they are stands under
another key than what is found only through their `related_` siblings, so that nothing is written
twice.

https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Communication.md#213-get-statements
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from itertools import chain, islice
from typing import Any
from uuid import UUID

from lrs_bridge.identity import ifi
from lrs_bridge.statement import listed

Key = int

_AGENT, _RELATED_AGENT = "agent", "related-agent"
_ACTIVITY, _RELATED_ACTIVITY = "activity", "related-activity"
_VERB, _REGISTRATION = "verb", "registration"

THROUGH = 32
"""Under how many of its keys a statement leads to those that refer to it (docs/adr/0030)."""


def key(value: str) -> Key:
    """Return the 64-bit digest under which `value` stands in the index."""
    return int.from_bytes(blake2b(value.encode(), digest_size=8).digest(), signed=True)


def digest(value: str) -> bytes:
    """Return 16 bytes that stand for `value` where no two may ever be taken for one."""
    return blake2b(value.encode(), digest_size=16).digest()


def agent_key(actor: Mapping[str, Any]) -> Key | None:
    """Return the key of an agent or identified group, or None if it is anonymous."""
    identifier = ifi(actor)
    return None if identifier is None else key(identifier)


@dataclass(frozen=True, slots=True)
class Entry:
    """What one statement is found by.

    Attributes:
        verb: its key, which stands beside every other.
        keys: all of them, the verb's too.
        foremost: those that lead to statements which refer to it, if not all do: verb and
            registration, then activities and agents, then what is related.
    """

    verb: Key
    keys: frozenset[Key]
    foremost: frozenset[Key] | None = None

    @property
    def through(self) -> frozenset[Key]:
        """Return what statements that refer to it are found by."""
        return self.keys if self.foremost is None else self.foremost


def entry(organisation_id: UUID, payload: Mapping[str, Any], authority: Mapping[str, Any]) -> Entry:
    """Return what a valid statement is found by."""
    organisation = organisation_id.hex
    verb = _often(f"{organisation} {_VERB} {payload['verb']['id']}")
    found = {verb}
    registration = payload.get("context", {}).get("registration")
    if registration is not None:
        found.add(key(f"{organisation} {_REGISTRATION} {registration.lower()}"))
    alone = tuple(found)
    agents = set(_identifiers((payload["actor"], _actor_as_object(payload))))
    activities = set(_activity_as_object(payload))
    named = (
        (_ACTIVITY, activities),
        (_AGENT, agents),
        (_RELATED_ACTIVITY, _related_activities(payload) - activities),
        (_RELATED_AGENT, _related_agents(payload, authority) - agents),
    )
    for what, values in named:
        for value in values:
            found.add(_often(f"{organisation} {what} {value}"))
    if len(found) <= THROUGH:
        return Entry(verb, frozenset(found))
    others = (
        sorted(_often(f"{organisation} {what} {value}") for value in values)
        for what, values in named
    )
    foremost = islice(chain(alone, *others), THROUGH)
    return Entry(verb, frozenset(found), frozenset(foremost))


def agent_keys(organisation_id: UUID, ifi: str, *, related: bool) -> list[Key]:
    """Return the keys of all statements of an agent; no two of them are of one statement."""
    whats = (_AGENT, _RELATED_AGENT) if related else (_AGENT,)
    return [key(f"{organisation_id.hex} {what} {ifi}") for what in whats]


def activity_keys(organisation_id: UUID, iri: str, *, related: bool) -> list[Key]:
    """Return the keys of all statements about an activity; no two of them are of one statement."""
    whats = (_ACTIVITY, _RELATED_ACTIVITY) if related else (_ACTIVITY,)
    return [key(f"{organisation_id.hex} {what} {iri}") for what in whats]


def verb_key(organisation_id: UUID, iri: str) -> Key:
    """Return the key of all statements with a verb."""
    return key(f"{organisation_id.hex} {_VERB} {iri}")


def registration_key(organisation_id: UUID, registration: UUID) -> Key:
    """Return the key of all statements with a registration."""
    return key(f"{organisation_id.hex} {_REGISTRATION} {registration}")


class Place(StrEnum):
    """Where in a statement somebody can be named."""

    ACTOR = "actor"
    OBJECT = "object"
    """Itself an agent or a group; or anywhere in a SubStatement."""
    CONTEXT = "context"
    """Instructor, team, context agents and groups."""
    AUTHORITY = "authority"


def named(payload: Mapping[str, Any], authority: Mapping[str, Any]) -> dict[Place, set[str]]:
    """Return the identifiers in each place of a valid statement, of members of groups as well."""
    inside = [_actor_as_object(payload)]
    if payload["object"].get("objectType") == "SubStatement":
        inner = payload["object"]
        inside += [inner["actor"], _actor_as_object(inner), *_context_actors(inner)]
    return {
        Place.ACTOR: set(_identifiers([payload["actor"]])),
        Place.OBJECT: set(_identifiers(inside)),
        Place.CONTEXT: set(_identifiers(_context_actors(payload))),
        Place.AUTHORITY: set(_identifiers([authority])),
    }


_LONGEST_REMEMBERED = 300  # characters; what is remembered must not grow with what is sent


def _often(value: str) -> Key:
    """Return the key of what most likely comes again and again."""
    return _remembered(value) if len(value) < _LONGEST_REMEMBERED else key(value)


def _related_agents(payload: Mapping[str, Any], authority: Mapping[str, Any]) -> set[str]:
    found = set(_identifiers((authority, *_context_actors(payload))))
    if payload["object"].get("objectType") == "SubStatement":
        inner = payload["object"]
        found.update(
            _identifiers((inner["actor"], _actor_as_object(inner), *_context_actors(inner)))
        )
    return found


def _related_activities(payload: Mapping[str, Any]) -> set[str]:
    found = set(_context_activities(payload))
    if payload["object"].get("objectType") == "SubStatement":
        inner = payload["object"]
        found.update(_activity_as_object(inner), _context_activities(inner))
    return found


def _identifiers(actors: Iterable[Mapping[str, Any] | None]) -> Iterator[str]:
    """Yield what identifies each of `actors` and of the members of groups among them."""
    for actor in actors:
        if actor is None:
            continue
        for one in (actor, *actor.get("member", ())):
            found = ifi(one)
            if found is not None:
                yield found


def _actor_as_object(payload: Mapping[str, Any]) -> Mapping[str, Any] | None:
    value: Mapping[str, Any] = payload["object"]
    return value if value.get("objectType") in ("Agent", "Group") else None


def _context_actors(payload: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    context = payload.get("context", {})
    for name in ("instructor", "team"):
        if name in context:
            yield context[name]
    for names, name in (("contextAgents", "agent"), ("contextGroups", "group")):
        for one in context.get(names, ()):
            yield one[name]


def _activity_as_object(payload: Mapping[str, Any]) -> Iterator[str]:
    value = payload["object"]
    if value.get("objectType", "Activity") == "Activity":
        yield value["id"]


def _context_activities(payload: Mapping[str, Any]) -> Iterator[str]:
    for activities in payload.get("context", {}).get("contextActivities", {}).values():
        for activity in listed(activities):
            yield activity["id"]


_remembered = lru_cache(maxsize=10_000)(key)
