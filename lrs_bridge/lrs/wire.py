"""From the bytes of a request to valid statements, without losing a character of them.

JSON is read strictly: UTF-8, no name twice in an object, no NaN, not absurdly deep. Each
statement keeps the exact text that it arrived in, so that 1.10 stays 1.10 for ever.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID

from lrs_bridge.errors import JsonInvalid, Malformed, StatementInvalid, TooLarge
from lrs_bridge.lrs.places import first_fault
from lrs_bridge.validation import check_statement
from lrs_bridge.validation.rules import step
from lrs_bridge.version import Version

Buffer = bytes | memoryview

DEEPEST = 100  # levels of nesting; deep enough for any sender, shallow enough for any recursion

_WHITESPACE = re.compile(r"[ \t\n\r]*")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A valid statement that is not stored yet.

    Attributes:
        text: the JSON of it, exactly as it came.
        payload: the same, parsed.
        id: what the sender calls it; None lets the store choose.
        pointer: where it was in the body, for errors that are found later.
    """

    text: str
    payload: Mapping[str, Any]
    id: UUID | None
    pointer: str = ""


def incoming(payload: Mapping[str, Any]) -> Incoming:
    """Return a statement that was made here as one that may be stored.

    Raises:
        StatementInvalid: if it is not valid.
    """
    return _incoming(json.dumps(payload, ensure_ascii=False), payload, Version.V1_0)


def read_statement(body: Buffer, version: Version = Version.V1_0) -> Incoming:
    """Return the one statement in `body`.

    Args:
        version: whose rules hold.

    Raises:
        Malformed: if the body is not one JSON value.
        StatementInvalid: if that is not a valid statement.
    """
    text = _decoded(body)
    value, start, end = _sole_value(text)
    return _incoming(text[start:end], value, version)


def read_statements(body: Buffer, version: Version = Version.V1_0, *, most: int) -> list[Incoming]:
    """Return the statement, or the array of statements, in `body`.

    Args:
        version: whose rules hold.
        most: how many statements one request may bring.

    Raises:
        Malformed: if the body is not JSON.
        StatementInvalid: if any statement is not valid; the pointer begins with its index.
        TooLarge: if there are more than `most`.
    """
    text = _decoded(body)
    start = _skip(text, 0)
    if not text.startswith("[", start):
        return [read_statement(body, version)]
    found = []
    for index, (value, begin, end) in enumerate(_elements(text, start)):
        if index == most:
            raise TooLarge(f"One request may bring {most} statements. Send them in several.")
        try:
            found.append(_incoming(text[begin:end], value, version, step(index)))
        except StatementInvalid as error:
            raise error.within(step(index)) from None
    return found


def read_json(text: str) -> Any:
    """Return the JSON value that is all of `text`, read strictly.

    Raises:
        Malformed: if it is anything else.
    """
    return _sole_value(text)[0]


def _incoming(text: str, payload: Any, version: Version, pointer: str = "") -> Incoming:
    try:
        check_statement(payload, version)
    except StatementInvalid as error:
        raise error.of(payload) from None
    given = payload.get("id")
    id = UUID(given) if given else None
    return Incoming(text=text, payload=payload, id=id, pointer=pointer)


def _decoded(body: Buffer) -> str:
    try:
        return str(body, "utf-8")
    except UnicodeDecodeError:
        raise Malformed("The body is not UTF-8.") from None


def _elements(text: str, start: int) -> Iterator[tuple[Any, int, int]]:
    """Yield each element of the array that is all of `text`, with where it begins and ends."""
    at = _skip(text, start + 1)
    if text.startswith("]", at):
        _expect_end(text, at + 1)
        return
    for index in count():
        try:
            value, end = _value(text, at)
        except JsonInvalid as error:
            raise error.within(step(index)) from None
        yield value, at, end
        at = _skip(text, end)
        if text.startswith("]", at):
            _expect_end(text, at + 1)
            return
        if not text.startswith(",", at):
            raise Malformed(f'The body is not JSON: "," or "]" expected at character {at}.')
        at = _skip(text, at + 1)


def _sole_value(text: str) -> tuple[Any, int, int]:
    start = _skip(text, 0)
    value, end = _value(text, start)
    _expect_end(text, end)
    return value, start, end


def _value(text: str, start: int) -> tuple[Any, int]:
    try:
        value, end = _decoder.raw_decode(text, start)
        if text.find("\\u", start, end) >= 0 and _SURROGATE.search(text, start, end):
            _refuse_half_characters(value)
    except json.JSONDecodeError as error:
        if start == len(text):
            raise Malformed("The body is empty, or ends where JSON was to come.") from None
        raise Malformed(f"The body is not JSON: {error.msg} at character {error.pos}.") from None
    except RecursionError:
        raise Malformed(_TOO_DEEP) from None
    except ValueError:
        raise JsonInvalid(*(first_fault(text, start) or ("", "is not JSON"))) from None
    _refuse_depth(text, start, end, value)
    return value, end


def _refuse_depth(text: str, start: int, end: int, value: Any) -> None:
    if text.count("{", start, end) + text.count("[", start, end) <= DEEPEST:
        return
    level = [value]
    for _ in range(DEEPEST):
        level = [
            part
            for holder in level
            for part in (holder.values() if isinstance(holder, dict) else holder)
            if isinstance(part, dict | list)
        ]
        if not level:
            return
    raise Malformed(_TOO_DEEP)


_TOO_DEEP = f"The body is nested more than {DEEPEST} levels deep."


def _refuse_half_characters(value: Any) -> None:
    """Raise ValueError if a text in `value` could not be written as UTF-8."""
    json.dumps(value, ensure_ascii=False).encode()


def _skip(text: str, at: int) -> int:
    found = _WHITESPACE.match(text, at)
    return found.end() if found else at


def _expect_end(text: str, at: int) -> None:
    if _skip(text, at) != len(text):
        raise Malformed(f"The body is not JSON: extra data at character {at}.")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError
    return number


def _no_constant(_name: str) -> Any:
    raise ValueError


# What it does not take is a ValueError: where that is, `first_fault` finds out.
_decoder = json.JSONDecoder(
    object_pairs_hook=_unique, parse_float=_finite, parse_constant=_no_constant
)
