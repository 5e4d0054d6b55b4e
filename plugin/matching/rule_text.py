"""The rules as a text of JSON, for those who like it better than a form: every fault by its line.

Pure. A text that is JSON at all is laid out anew, so that its lines can be counted.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from plugin.foundation.i18n import Words, to_say
from plugin.matching.engine.errors import Problem, RulesInvalid
from plugin.matching.wording import problem_in_words

NO_JSON = to_say("This is not JSON from here on: look for a comma, a bracket or a quotation mark.")
TOO_DEEP = to_say("Rules are not nested as deep as that.")
LONGEST_EXCERPT = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something wrong in the text, for whoever wrote it."""

    line: int
    excerpt: str
    """What stands in that line."""
    where: str
    """A JSON pointer; empty where the text is no JSON."""
    text: str


def parsed(text: str) -> Any:
    """Return the document that `text` holds.

    Raises:
        RulesInvalid: it is no JSON; `where` is the number of a line.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise RulesInvalid(
            [Problem(slug="no-json", where=str(error.lineno), text=NO_JSON)]
        ) from error
    except (RecursionError, ValueError) as error:  # numbers of a thousand digits
        raise RulesInvalid([Problem(slug="no-json", where="1", text=TOO_DEEP)]) from error


def laid_out(document: object) -> str:
    """Return a document as text, one thing to a line."""
    text = json.dumps(document, indent=2, ensure_ascii=False)
    return text.encode("utf-8", "replace").decode()


def faults(text: str, problems: Iterable[Problem], words: Words) -> tuple[str, list[Fault]]:
    """Return the text as it is to be shown again, and what is wrong by its lines."""
    try:
        document = json.loads(text)
        shown = laid_out(document)
    except (ValueError, RecursionError):
        return text, [_fault(text, int(each.where), "", each, words) for each in problems]
    found = [
        _fault(shown, line_of(document, each.where), each.where, each, words) for each in problems
    ]
    return shown, sorted(found, key=lambda fault: fault.line)


def _fault(text: str, line: int, where: str, problem: Problem, words: Words) -> Fault:
    lines = text.splitlines()
    excerpt = lines[line - 1].strip() if line <= len(lines) else ""
    return Fault(
        line=line,
        excerpt=excerpt[:LONGEST_EXCERPT],
        where=where,
        text=problem_in_words(problem, words),
    )


def line_of(document: object, pointer: str) -> int:
    """Return the line on which `laid_out` has what `pointer` names, or what it would stand in."""
    line, value = 1, document
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        at = line + 1
        for key, each in _items(value):
            if key == name:
                line, value = at, each
                break
            at += laid_out(each).count("\n") + 1
        else:
            return line
    return line


def _items(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from ((str(index), each) for index, each in enumerate(value))
