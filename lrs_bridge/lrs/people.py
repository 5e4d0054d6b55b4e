"""Who an agent is, as far as the store knows: a Person.

Identifiers are never joined: that two of them are one human being, no statement says. Names are,
as recent statements give them.

https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Communication.md#24-agents-resource
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from lrs_bridge.identity import IDENTIFIERS, ifi
from lrs_bridge.lrs import select
from lrs_bridge.lrs.query import StatementQuery

_STATEMENTS_READ = 25  # the newest ones; whoever has had more names has had them long ago


def person(agent: Mapping[str, Any], names: Iterator[str] | None = None) -> dict[str, Any]:
    """Return the Person that a valid agent is: arrays of what agents have one of.

    Args:
        names: by which the agent is known, besides the one that it has itself.
    """
    found: dict[str, Any] = {"objectType": "Person"}
    own = [agent["name"]] if "name" in agent else []
    every = dict.fromkeys([*own, *(names or ())])
    if every:
        found["name"] = list(every)
    found.update({name: [agent[name]] for name in IDENTIFIERS if name in agent})
    return found


def names(session: Session, organisation_id: UUID, agent: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names that recent statements give an agent, the newest first."""
    identifier = ifi(agent)
    query = StatementQuery(agent=identifier, related_agents=True, limit=_STATEMENTS_READ)
    for one in select.page(session, organisation_id, query).found:
        for each in _agents(json.loads(one.text)):
            if "name" in each and ifi(each) == identifier:
                yield each["name"]


def _agents(value: Any) -> Iterator[Mapping[str, Any]]:
    """Yield every agent that appears in a part of a statement."""
    if isinstance(value, list):
        for each in value:
            yield from _agents(each)
    elif isinstance(value, dict):
        if any(name in value for name in IDENTIFIERS):
            yield value
        for name, part in value.items():
            if name not in ("extensions", "account"):
                yield from _agents(part)
