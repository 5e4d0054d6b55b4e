"""Query parameters: each known, given once, and read into what it means.

https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Communication.md#32-error-codes (400 for a
parameter that the resource does not have, in any spelling)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from lrs_bridge.errors import Malformed, ParameterInvalid, StatementInvalid
from lrs_bridge.identity import ifi
from lrs_bridge.lrs.wire import read_json
from lrs_bridge.statement import parsed_timestamp
from lrs_bridge.validation import actors, rules

Reader = Callable[[str], Any]
"""Returns what a parameter's text means, or raises `StatementInvalid` or `Malformed`."""

_LONGEST_NAME_SHOWN = 80


def read(
    parameters: Iterable[tuple[str, str]], readers: Mapping[str, Reader], *required: str
) -> dict[str, Any]:
    """Return the values of `parameters` by their names.

    Raises:
        ParameterInvalid: if one is unknown, given twice, not as it must be, or missing.
    """
    given = once_each(parameters)
    for name in given:
        if name not in readers:
            known = ", ".join(readers) or "none"
            raise ParameterInvalid(
                name[:_LONGEST_NAME_SHOWN], f"is not a parameter of this request; it has {known}"
            )
    for name in required:
        if name not in given:
            raise ParameterInvalid(name, "is required")
    return {name: value(name, text, readers[name]) for name, text in given.items()}


def once_each(parameters: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return `parameters` by their names.

    Raises:
        ParameterInvalid: if one is given twice, or holds what no database could.
    """
    given: dict[str, str] = {}
    for name, text in parameters:
        if name in given:
            raise ParameterInvalid(name[:_LONGEST_NAME_SHOWN], "must not be given twice")
        if "\x00" in text:
            raise ParameterInvalid(name[:_LONGEST_NAME_SHOWN], "must not hold NUL characters")
        given[name] = text
    return given


def value(name: str, text: str, reader: Reader) -> Any:
    """Return what `reader` makes of `text`.

    Raises:
        ParameterInvalid: if it can make nothing of it.
    """
    try:
        return reader(text)
    except StatementInvalid as error:
        raise ParameterInvalid(name, f"{error.pointer} {error.requirement}".strip()) from None
    except Malformed:
        raise ParameterInvalid(name, "must be JSON") from None


def uuid(text: str) -> UUID:
    """Read a UUID."""
    rules.uuid(text)
    return UUID(text)


def iri(text: str) -> str:
    """Read an IRI."""
    rules.iri(text)
    return text


def time(text: str) -> datetime:
    """Read a timestamp."""
    rules.timestamp(text)
    return parsed_timestamp(text)


def flag(text: str) -> bool:
    """Read true or false."""
    rules.one_of("true", "false")(text)
    return text == "true"


def word(text: str) -> str:
    """Read an id that the sender made up: any characters, but some."""
    if not text:
        raise rules.refuse("must not be empty")
    return text


def agent(text: str) -> Mapping[str, Any]:
    """Read the JSON of an agent."""
    found = identified(text)
    if found.get("objectType") == "Group":
        raise rules.refuse("must be an agent, not a group")
    return found


def identified(text: str) -> Mapping[str, Any]:
    """Read the JSON of an agent or an identified group."""
    found: Mapping[str, Any] = read_json(text)
    actors.actor(found)
    if ifi(found) is None:
        raise rules.refuse("must be an agent or an identified group")
    return found
