"""The part of JSONPath that profiles may use: names, numbers, stars, and unions of them.

https://github.com/adlnet/xapi-profiles/blob/master/xapi-profiles-structure.md#statement-template-rules
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Path = Callable[[Any], list[Any]]
"""Returns every value that a path leads to, from a document."""

Step = tuple[str | int, ...] | None
"""The names and numbers that a path goes on by; None: all there are."""

_STEP = re.compile(
    r"""\.(?P<name>[^.\[\]'"*|\s]+) | \.\* | \[\s*(?P<several>[^\]]*?)\s*\]""", re.VERBOSE
)
_MEMBER = re.compile(r"""\s*(?:'(?P<one>[^']*)'|"(?P<two>[^"]*)"|(?P<number>\d+)|\*)\s*(?:,|$)""")
_EITHER = re.compile(r"""\|(?=\s*\$)""")


def path(text: str) -> Path:
    """Return the path that `text` spells.

    Raises:
        ValueError: it is none of those that profiles may use.
    """
    ways = [_steps(way.strip()) for way in _EITHER.split(text)]
    if len(ways) == 1:
        only = ways[0]
        return lambda document: _reached(document, only)
    return lambda document: [found for way in ways for found in _reached(document, way)]


def pointer(text: str) -> str:
    """Return where a path leads as a JSON pointer (RFC 6901), as far as it is one place."""
    found = ""
    for step in _steps(_EITHER.split(text)[0].strip()):
        if step is None or len(step) != 1:
            break
        found += "/" + str(step[0]).replace("~", "~0").replace("/", "~1")
    return found


def _steps(way: str) -> tuple[Step, ...]:
    if not way.startswith("$"):
        raise ValueError(f"{way!r} does not begin with $.")
    steps: list[Step] = []
    position = 1
    while position < len(way):
        found = _STEP.match(way, position)
        if found is None:
            raise ValueError(f"{way!r} cannot be read from {way[position:]!r} on.")
        if found["name"] is not None:
            steps.append((found["name"],))
        else:
            steps.append(None if found["several"] is None else _members(found["several"]))
        position = found.end()
    return tuple(steps)


def _members(several: str) -> Step:
    members: list[str | int] = []
    position = 0
    while position < len(several) or not members:
        found = _MEMBER.match(several, position)
        if found is None:
            raise ValueError(f"[{several}] is not names, numbers or a star.")
        if found["number"] is not None:
            members.append(int(found["number"]))
        elif found["one"] is None and found["two"] is None:
            return None  # a star, beside which nothing else counts
        else:
            members.append(found["two"] if found["one"] is None else found["one"])
        position = found.end()
    return tuple(members)


def _reached(document: Any, steps: tuple[Step, ...]) -> list[Any]:
    reached = [document]
    for step in steps:
        reached = [further for value in reached for further in _beyond(value, step)]
    return reached


def _beyond(value: Any, step: Step) -> list[Any]:
    if isinstance(value, dict):
        if step is None:
            return list(value.values())
        return [value[name] for name in step if isinstance(name, str) and name in value]
    if isinstance(value, list):
        if step is None:
            return value
        return [value[at] for at in step if isinstance(at, int) and at < len(value)]
    return []
