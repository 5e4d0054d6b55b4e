"""Where JSON holds what it must not hold, so that whoever sent it finds it.

Strict reading stops at a fault and does not know where it is. So a body that was refused is read
once more, leniently and slower, with each fault kept in its place; the first one is named.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lrs_bridge.validation.rules import step


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that must not be there, in the place where it is."""

    what: str


CONSTANT = Fault("is NaN or Infinity, which are not numbers in JSON")
TOO_LARGE = Fault("is a number that is too large")
TOO_LONG = Fault("is a number that is too long")
TWICE = Fault("is there twice, and JSON must not name anything twice in an object")
HALF = Fault("holds half of a surrogate pair, which is no character")


def first_fault(text: str, start: int) -> tuple[str, str] | None:
    """Return the JSON pointer of the first fault in the value at `start`, and what it is.

    None if there is none that has a place of its own.
    """
    try:
        value, _ = _decoder.raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    return next(_faults(value, ""), None)


def _faults(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Fault):
        yield pointer, value.what
    elif isinstance(value, str) and _is_half(value):
        yield pointer, HALF.what
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _faults(part, pointer + step(index))
    elif isinstance(value, dict):
        for name, part in value.items():
            if _is_half(name):
                yield pointer, HALF.what
            yield from _faults(part, pointer + step(name))


def _is_half(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    times = Counter(name for name, _ in pairs)
    return {name: value if times[name] == 1 else TWICE for name, value in pairs}


def _float(digits: str) -> float | Fault:
    number = float(digits)
    return number if math.isfinite(number) else TOO_LARGE


def _int(digits: str) -> int | Fault:
    try:
        return int(digits)
    except ValueError:  # more digits than Python reads
        return TOO_LONG


_decoder = json.JSONDecoder(
    object_pairs_hook=_pairs,
    parse_float=_float,
    parse_int=_int,
    parse_constant=lambda _name: CONSTANT,
)
