"""JSON that is taken apart and put together again with its numbers spelt as they were."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from typing import Any


class Spelt(float):
    """A number that knows how it was spelt: 1.10, 1e5 and -0 stay what they are."""

    __slots__ = ("spelling",)
    spelling: str

    def __new__(cls, spelling: str) -> Spelt:
        """Return the number that `spelling` is."""
        made = super().__new__(cls, spelling)
        made.spelling = spelling
        return made


def parsed(text: str) -> Any:
    """Return the value of JSON; a number that could be spelt in another way comes as `Spelt`."""
    return json.loads(text, parse_float=Spelt, parse_int=_whole)


def _whole(digits: str) -> int | Spelt:
    return Spelt(digits) if digits == "-0" else int(digits)


def written(value: Any) -> str:
    """Return JSON in which each number is spelt as it was when it was read."""
    if isinstance(value, dict):
        members = (f"{json.dumps(k)}:{written(v)}" for k, v in value.items())
        return "{" + ",".join(members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    if isinstance(value, Spelt):
        return value.spelling
    return json.dumps(value, ensure_ascii=False)


def parted(text: str, names: Collection[str]) -> tuple[str, str | None]:
    """Return the JSON of an object without some of its members, and these.

    Nothing else of it changes by a character.

    Returns:
        the object that is left, and the JSON object of those members if they were its last ones:
        the two put together again are the text. None if they were not.
    """
    members = list(_members(text))
    is_named = [name in names for name, _, _ in members]
    if True not in is_named or False not in is_named:
        return text, None
    first = is_named.index(True)
    if all(is_named[first:]):
        comma = members[first][1] - 1
        return text[:comma] + "}", "{" + text[comma + 1 :]
    left = (text[begin:end] for name, begin, end in members if name not in names)
    return "{" + ",".join(left) + "}", None


def _members(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield of each member of a JSON object its name, and where it begins and ends with spaces."""
    begin = 1
    while True:
        name, at = _decoder.raw_decode(text, text.index('"', begin))
        _, at = _decoder.raw_decode(text, _SPACES_AND_COLON.match(text, at).end())  # type: ignore[union-attr]
        end = _SPACES.match(text, at).end()  # type: ignore[union-attr] # none are a match as well
        yield name, begin, end
        if text[end] == "}":
            return
        begin = end + 1


_decoder = json.JSONDecoder()
_SPACES = re.compile(r"[ \t\r\n]*")
_SPACES_AND_COLON = re.compile(r"[ \t\r\n]*:[ \t\r\n]*")
