"""What Python code says to people: an extraction method of Babel.

Three things are collected:

- what `gettext`, `say` and `_` say, and both forms of `ngettext`;
- what `to_say` marks: titles and subjects, which are said later;
- every literal that reads as a sentence (a capital, a space, a full stop, after which another
  sentence may be filled in): refusals and what is wrong with a form carry their text in English,
  and pages translate it when they show it.

Docstrings and the complaints of one programmer to another (`ValueError` …) are left out. A sentence
put together with constants of its own module is collected as one; with anything else it cannot be.

https://babel.pocoo.org/en/latest/messages.html#writing-extraction-methods
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from typing import IO

Found = tuple[int, str | None, str | tuple[str, ...], list[str]]
"""Line, function (None: it does not matter), message or messages, comments: Babel's shape."""

SENTENCE = re.compile(r"[A-Z]\S* .*[.?!](?: %\(\w+\)s)?")
SAYS = {"gettext", "say", "_", "to_say"}
SAYS_BOTH = {"ngettext"}
AMONG_PROGRAMMERS = {"ValueError", "TypeError", "LookupError", "RuntimeError", "TenancyError"}


def said(
    file: IO[bytes],
    keywords: Mapping[str, object],
    comment_tags: Collection[str],
    options: Mapping[str, object],
) -> Iterator[Found]:
    """Yield what one Python file says; Babel's keywords, tags and options are not needed."""
    reading = _Reading()
    reading.visit(ast.parse(file.read()))
    yield from reading.found()


class _Reading(ast.NodeVisitor):
    def __init__(self) -> None:
        self._found: list[Found] = []
        self._constants: dict[str, str] = {}
        self._pieces: set[str] = set()

    def found(self) -> Iterator[Found]:
        return (each for each in self._found if each[2] not in self._pieces)

    def visit_Module(self, node: ast.Module) -> None:  # ast's own names
        for statement in node.body:
            match statement:
                case (
                    ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(text)))
                    | ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant(value=str(text)))
                ):
                    self._constants[name] = text
        self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> None:
        if not (isinstance(node.exc, ast.Call) and _name(node.exc) in AMONG_PROGRAMMERS):
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        match _name(node), node.args:
            case name, [ast.Constant(value=str(text)), *_] if name in SAYS:
                self._found.append((node.lineno, None, text, []))
            case name, [ast.Constant(value=str(one)), ast.Constant(value=str(many)), *_] if (
                name in SAYS_BOTH
            ):
                self._found.append((node.lineno, "ngettext", (one, many), []))
            case _:
                self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self._sentence(node, node.value)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        names = [
            part.value.id
            for part in node.values
            if isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Name)
        ]
        parts = [self._part(part) for part in node.values]
        if None not in parts:
            self._pieces.update(self._constants[name] for name in names)
            self._sentence(node, "".join(part for part in parts if part))

    def _part(self, part: ast.expr) -> str | None:
        match part:
            case ast.Constant(value=str(text)):
                return text
            case ast.FormattedValue(value=ast.Name(id=name)):
                return self._constants.get(name)
        return None

    def _sentence(self, node: ast.expr, text: str) -> None:
        if SENTENCE.fullmatch(text):
            self._found.append((node.lineno, None, text, []))


def _name(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""
