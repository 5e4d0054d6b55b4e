"""Looking into what somebody sent: nothing in it is taken for granted.

Each function returns what is there in a usable form, or None: a reader decides what it needs.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any, NoReturn

from lrs_bridge.sources.errors import EventInvalid

LONGEST_TEXT = 4000  # characters; names, ids and addresses are shorter
_YEARS = range(2, 9999)  # datetime ends there, and an offset must not carry a time over the edge
_MILLISECONDS_FROM = 100_000_000_000  # as seconds that would be the year 5138
_NOBODY: Mapping[str, Any] = {}


def read_json(body: bytes) -> Any:
    """Return the JSON value that is all of `body`.

    Raises:
        EventInvalid: if it is none, or if two readers may read it as two things.
    """
    try:
        return json.loads(
            body.decode("utf-8-sig"),
            object_pairs_hook=_distinct,
            parse_constant=_no_number,
            parse_float=_finite,
        )
    except (ValueError, RecursionError) as error:
        raise EventInvalid("", "must be one JSON value in UTF-8") from error


def mapping(value: Any) -> Mapping[str, Any]:
    """Return an object as it is, and anything else as an empty one."""
    return value if isinstance(value, dict) else _NOBODY


def listed(value: Any) -> list[Any]:
    """Return a list as it is, and one thing alone as a list of it; nothing is none."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def text(value: Any) -> str | None:
    """Return a text that says something and that every database keeps, without space around it."""
    if not isinstance(value, str) or len(value) > LONGEST_TEXT or "\0" in value:
        return None
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:  # half of a surrogate pair
            return None
    return value.strip() or None


def name(value: Any) -> str | None:
    """Return a text, or an integer as one: some systems send ids as numbers."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
        return str(value)
    return text(value)


def number(value: Any) -> float | None:
    """Return a finite number."""
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15:
        return float(value)
    return None


def instant(value: Any, zone: tzinfo = UTC) -> datetime | None:
    """Return a time: ISO 8601, or seconds or milliseconds since 1970.

    Args:
        zone: of a time that does not say its own.
    """
    seconds = number(value)
    if seconds is not None:
        seconds = seconds / 1000 if seconds >= _MILLISECONDS_FROM else seconds
        return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < _MILLISECONDS_FROM else None
    written = text(value)
    if written is None or len(written) < len("2026-01-01"):
        return None
    try:
        at = datetime.fromisoformat(written.upper())
        at = at if at.tzinfo else at.replace(tzinfo=zone)
        return at.astimezone(UTC) if at.year in _YEARS else None
    except (ValueError, OverflowError):
        return None


def names(value: Any) -> dict[str, str]:
    """Return the usable part of a language map."""
    found = ((text(language), text(said)) for language, said in mapping(value).items())
    return {language: said for language, said in found if language and said}


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is repeated")
    return members


def _finite(digits: str) -> float:
    value = float(digits)
    return value if math.isfinite(value) else _no_number(digits)


def _no_number(_text: str) -> NoReturn:
    raise ValueError("a number is out of range")
