"""What a statement can be found by: pure functions from a statement to index keys.

https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Communication.md#213-get-statements
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from lrs_bridge.identity import ifi
from lrs_bridge.statement import listed

PLAIN = 0  # found by `agent` or `activity` as they are
RELATED = 1  # found when `related_agents` or `related_activities` is true

Key = int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The keys of one statement. Agents and activities come as (key, scope)."""

    verb: Key
    registration: Key | None
    agents: frozenset[tuple[Key, int]]
    activities: frozenset[tuple[Key, int]]


def key(value: str) -> Key:
    """Return the 64-bit digest under which `value` stands in the index."""
    return int.from_bytes(blake2b(value.encode(), digest_size=8).digest(), signed=True)


def agent_key(actor: Mapping[str, Any]) -> Key | None:
    """Return the key of an agent or identified group, or None if it is anonymous."""
    identifier = ifi(actor)
    return None if identifier is None else key(identifier)


def entry(payload: Mapping[str, Any], authority: Mapping[str, Any]) -> Entry:
    """Return what a valid statement can be found by."""
    plain_agents = set(_keys((payload["actor"], _actor_as_object(payload))))
    plain_activities = set(_activity_as_object(payload))
    related_agents = plain_agents.union(_keys((authority, *_context_actors(payload))))
    related_activities = plain_activities.union(_context_activities(payload))
    if payload["object"].get("objectType") == "SubStatement":
        inner = payload["object"]
        related_agents.update(
            _keys((inner["actor"], _actor_as_object(inner), *_context_actors(inner)))
        )
        related_activities.update(_activity_as_object(inner), _context_activities(inner))
    registration = payload.get("context", {}).get("registration")
    return Entry(
        verb=key(payload["verb"]["id"]),
        registration=None if registration is None else key(registration.lower()),
        agents=_scoped(plain_agents, related_agents),
        activities=_scoped(plain_activities, related_activities),
    )


def _scoped(plain: set[Key], related: set[Key]) -> frozenset[tuple[Key, int]]:
    return frozenset([(it, PLAIN) for it in plain] + [(it, RELATED) for it in related])


def _keys(actors: Iterable[Mapping[str, Any] | None]) -> Iterator[Key]:
    """Yield the keys of `actors` and of the members of groups among them."""
    for actor in actors:
        if actor is None:
            continue
        for one in (actor, *actor.get("member", ())):
            found = agent_key(one)
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


def _activity_as_object(payload: Mapping[str, Any]) -> Iterator[Key]:
    value = payload["object"]
    if value.get("objectType", "Activity") == "Activity":
        yield key(value["id"])


def _context_activities(payload: Mapping[str, Any]) -> Iterator[Key]:
    for activities in payload.get("context", {}).get("contextActivities", {}).values():
        for activity in listed(activities):
            yield key(activity["id"])
