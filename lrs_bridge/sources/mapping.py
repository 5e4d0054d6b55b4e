"""Where the parts of a completion stand in the events of a system that has no reader.

A mapping is a small document that an organisation keeps for each such system:

    {"source": "docebo", "home": "https://acme.docebosaas.com",
     "items": "payloads | payload", "event": "$.event",
     "states": {"course.enrollment.completed": "completed"}, "event_id": "$.message_id",
     "account": "user_id", "email": "email", "course": "course_code | course_id",
     "at": "completion_date"}

All but `source`, `states`, one way to know a person, and `course` or `module` may be left out.
Names of people and courses that are no IRIs are taken to be unique at `home`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Mapping as Document
from dataclasses import dataclass
from datetime import tzinfo
from functools import partial
from typing import Any, get_args
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from lrs_bridge.completion import State
from lrs_bridge.sources import paths
from lrs_bridge.sources.errors import MappingInvalid
from lrs_bridge.sources.paths import Path
from lrs_bridge.sources.payload import text

ANY = "*"
"""As the name of an event: every event, also where events have no names."""
PATHS = (
    "items",
    "event",
    "event_id",
    "account",
    "sourced_id",
    "username",
    "email",
    "course",
    "course_name",
    "module",
    "module_name",
    "at",
)
PERSON = ("account", "sourced_id", "username", "email")
_MEMBERS = frozenset({"source", "home", "zone", "states", *PATHS})
_SOURCE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_MOST_STATES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """A valid mapping.

    Attributes:
        source: what its completions say they are of.
        home: the address of the system; "" if names are unique in the organisation.
        zone: of times that do not say their own.
        states: what the name of an event means; other events are passed over.
        paths: by the names in `PATHS`; those that were left out are not there.
    """

    source: str
    home: str
    zone: tzinfo
    states: Document[str, State]
    paths: Document[str, Path]

    def said(self, name: str, event: Any, message: Any) -> Any:
        """Return what an event says of something, or None."""
        path = self.paths.get(name)
        return path.leads_to(event, message) if path else None

    @property
    def person(self) -> str:
        """Where a person is looked for, in words."""
        return ", ".join(self.paths[it].written for it in PERSON if it in self.paths)


def parsed(document: Any) -> Mapping:
    """Return a mapping.

    Raises:
        MappingInvalid: the first of `faults`.
    """
    found = faults(document)
    if found:
        raise found[0]
    written = {name: text(document.get(name)) for name in PATHS}
    return Mapping(
        source=document["source"],
        home=(text(document.get("home")) or "").rstrip("/"),
        zone=ZoneInfo(text(document.get("zone")) or "UTC"),
        states=dict(document["states"]),
        paths={name: paths.parsed(path, name) for name, path in written.items() if path},
    )


def faults(document: Any) -> list[MappingInvalid]:
    """Return all that is wrong with a mapping, for whoever mends it."""
    if not isinstance(document, dict):
        return [MappingInvalid("The mapping", "must be an object")]
    found = [
        MappingInvalid(str(name)[:40], "is nothing that a mapping has")
        for name in document
        if name not in _MEMBERS
    ]
    checks: list[Callable[[Document[str, Any]], None]] = [_source, _home, _zone, _states]
    checks += [partial(_path, name=name) for name in PATHS]
    for check in (*checks, _person, _place):
        try:
            check(document)
        except MappingInvalid as fault:
            found.append(fault)
    return found


def _source(document: Document[str, Any]) -> None:
    source = document.get("source")
    if not isinstance(source, str) or not _SOURCE.fullmatch(source):
        raise MappingInvalid("source", "must be a short name of small letters, digits and dashes")


def _home(document: Document[str, Any]) -> None:
    home = document.get("home")
    if home in (None, ""):
        return
    try:
        parts = urlsplit(text(home) or "")
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise MappingInvalid("home", "must be an address, such as https://learn.example.com")


def _zone(document: Document[str, Any]) -> None:
    zone = document.get("zone")
    if zone in (None, ""):
        return
    try:
        ZoneInfo(text(zone) or ".")
    except (KeyError, OSError, ValueError):  # what zoneinfo raises for names of no zone
        raise MappingInvalid("zone", "must be a time zone, such as Europe/Berlin") from None


def _states(document: Document[str, Any]) -> None:
    states, allowed = document.get("states"), get_args(State)
    good = (
        isinstance(states, dict)
        and 0 < len(states) <= _MOST_STATES
        and all(text(name) == name and state in allowed for name, state in states.items())
    )
    if not good:
        raise MappingInvalid("states", f"must say which events mean which of {', '.join(allowed)}")
    if ANY not in document["states"] and not document.get("event"):
        raise MappingInvalid("event", f"must be a path, or states must be of “{ANY}”")


def _path(document: Document[str, Any], name: str) -> None:
    written = document.get(name)
    if written is None or written == "":
        return
    path = text(written)
    if path is None:
        raise MappingInvalid(name, "must be a path, such as learner.email")
    paths.parsed(path, name)


def _person(document: Document[str, Any]) -> None:
    if not any(document.get(name) for name in PERSON):
        raise MappingInvalid(PERSON[0], f"or one of {', '.join(PERSON[1:])} must be a path")
    if not document.get("home") and (document.get("account") or document.get("username")):
        raise MappingInvalid("home", "must say at which system accounts and usernames are unique")


def _place(document: Document[str, Any]) -> None:
    if not document.get("course") and not document.get("module"):
        raise MappingInvalid("course", "or module must be a path")
