"""Where something stands in JSON: a language that can point, and nothing else.

    user_id                    a member of the event
    learner.email              a member of a member
    courses[0].code            the first of a list
    data["course-name"].title  a member whose name is no plain word
    $.message_id               from the top of the message, when the message brings several events
    course_code | course_id    the first of these that says something

There are no wildcards, filters, functions or recursion: what may be read is what is written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lrs_bridge.sources.errors import MappingInvalid

LONGEST = 300  # characters
_MOST_STEPS = 10
_MOST_WAYS = 5
_STEP = re.compile(
    r"""(?P<dot>\.?)(?P<word>[^\W\d][\w-]*)|\[(?P<index>\d{1,4})\]|\["(?P<name>[^"\\]{1,100})"\]"""
)
_Step = str | int


@dataclass(frozen=True, slots=True)
class _Way:
    """From the top of the message, or from the event, step by step."""

    from_the_top: bool
    steps: tuple[_Step, ...]

    def leads_to(self, event: Any, message: Any) -> Any:
        value = message if self.from_the_top else event
        for step in self.steps:
            if isinstance(step, str) and isinstance(value, dict):
                value = value.get(step)
            elif isinstance(step, int) and isinstance(value, list) and step < len(value):
                value = value[step]
            else:
                return None
        return value


@dataclass(frozen=True, slots=True)
class Path:
    """A parsed path; `written` is how it was written."""

    written: str
    _ways: tuple[_Way, ...]

    def leads_to(self, event: Any, message: Any) -> Any:
        """Return what the first way that leads to something leads to, or None.

        An empty text is nothing: many systems send one for what they do not know.
        """
        found = (way.leads_to(event, message) for way in self._ways)
        return next((value for value in found if value is not None and value != ""), None)


def parsed(written: str, name: str) -> Path:
    """Return the path that is written.

    Args:
        name: what it is of, for the error.

    Raises:
        MappingInvalid: saying where it cannot be followed.
    """
    if len(written) > LONGEST:
        raise MappingInvalid(name, f"must be a path of at most {LONGEST} characters")
    ways = written.split("|")
    if len(ways) > _MOST_WAYS:
        raise MappingInvalid(name, f"must name at most {_MOST_WAYS} places")
    return Path(written=written, _ways=tuple(_way(way.strip(), name) for way in ways))


def _way(written: str, name: str) -> _Way:
    from_the_top = written.startswith("$")
    rest = written[1:] if from_the_top else written
    steps = tuple(_steps(rest, name, begins=not from_the_top))
    if not steps and not from_the_top:
        raise MappingInvalid(name, "must be a path, such as learner.email")
    if len(steps) > _MOST_STEPS:
        raise MappingInvalid(name, f"must be a path of at most {_MOST_STEPS} steps")
    return _Way(from_the_top=from_the_top, steps=steps)


def _steps(written: str, name: str, *, begins: bool) -> Sequence[_Step]:
    found: list[_Step] = []
    at = 0
    while at < len(written):
        step = _STEP.match(written, at)
        first = begins and at == 0
        if step is None or (step["word"] is not None and bool(step["dot"]) is first):
            raise MappingInvalid(name, f"cannot be followed from “{written[at : at + 20]}” on")
        word = step["word"] or step["name"]
        found.append(int(step["index"]) if word is None else word)
        at = step.end()
    return found
