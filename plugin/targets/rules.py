"""What is passed on of what others store here, and who a statement names: pure functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from uuid import UUID, uuid5

from lrs_bridge.identity import ifi
from lrs_bridge.statement import listed

Json = Mapping[str, Any]
_IDENTIFIERS = ("mbox", "mbox_sha1sum", "openid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which statements are passed on; an empty condition asks for nothing.

    Attributes:
        verbs: ids of which it must have one.
        activities: beginnings of which one must be that of its object's id, or of an activity of
            its context.
        credentials: ids of those of which one must have stored it.
    """

    verbs: tuple[str, ...] = ()
    activities: tuple[str, ...] = ()
    credentials: tuple[str, ...] = ()

    @classmethod
    def of(cls, kept: Json) -> Filter:
        """Return the filter that was kept as JSON."""
        return cls(**{name: tuple(kept.get(name, ())) for name in cls.__slots__})

    def as_json(self) -> dict[str, list[str]]:
        """Return it as it is kept."""
        return {name: list(getattr(self, name)) for name in self.__slots__}

    def lets_through(self, statement: Json, credential: str) -> bool:
        """Return whether a statement that a credential stored is passed on."""
        if self.credentials and credential not in self.credentials:
            return False
        if self.verbs and statement["verb"]["id"] not in self.verbs:
            return False
        return not self.activities or any(
            iri.startswith(self.activities) for iri in activities_of(statement)
        )


def activities_of(statement: Json) -> Iterator[str]:
    """Yield the id of a statement's object, if that is an activity, and those of its context."""
    what = statement["object"]
    if what.get("objectType", "Activity") == "Activity":
        yield what["id"]
    for several in statement.get("context", {}).get("contextActivities", {}).values():
        for activity in listed(several):
            yield activity["id"]


def is_of(statement: Json, programme: str) -> bool:
    """Tell whether a statement of ours belongs to a programme, or to none in particular.

    Args:
        programme: the id of its activity; those of all programmes begin alike.
    """
    beginning = programme.rpartition("/")[0] + "/"
    named = {iri for iri in activities_of(statement) if iri.startswith(beginning)}
    return not named or programme in named


def people_in(value: Any) -> set[str]:
    """Return the identifiers of all that a statement names, wherever: an extension may, too."""
    found: set[str] = set()
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):  # most are
            continue
        if isinstance(part, list):
            waiting += part
        elif isinstance(part, Mapping):
            waiting += part.values()
            identifier = _identifier(part)
            if identifier is not None:
                found.add(identifier)
    return found


def _identifier(value: Json) -> str | None:
    account = value.get("account")
    is_account = isinstance(account, Mapping) and {"homePage", "name"} <= account.keys()
    if is_account or any(isinstance(value.get(name), str) for name in _IDENTIFIERS):
        return ifi(value)
    return None


def digest(identifier: str) -> str:
    """Return what stands for somebody where it need not be read who it is."""
    return blake2b(identifier.encode(), digest_size=16).hexdigest()


def renamed(value: Any, call: Callable[[str], Json | None]) -> Any:
    """Return a statement in which some are called otherwise.

    Args:
        call: returns for an identifier what its agent is called by instead, or None.
    """
    if isinstance(value, list):
        return [renamed(part, call) for part in value]
    if not isinstance(value, Mapping):
        return value
    identifier = _identifier(value)
    instead = None if identifier is None else call(identifier)
    if instead is None:
        return {name: renamed(part, call) for name, part in value.items()}
    kept = {name: part for name, part in value.items() if name == "objectType"}
    return {**kept, **instead}


def without_instructor(statement: Json, identifiers: set[str]) -> dict[str, Any] | None:
    """Return a statement without its instructor, if that is one of `identifiers`.

    It is another statement, of another id: the same one for the same statement. None: it names them
    elsewhere, too, and is about them.
    """
    context = {**statement.get("context", {})}
    instructor = context.pop("instructor", None)
    told = {**statement, "context": context}
    if instructor is None or people_in(told) & identifiers:
        return None
    return told | {"id": str(uuid5(UUID(statement["id"]), "without instructor"))}
