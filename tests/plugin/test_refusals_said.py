"""A refusal that a page may show is one constant sentence where it is raised, and is in German too.

`Worded` keeps the sentence and what fills it in apart. These tests read the sources, for a sentence
that is put together there would be found by nobody who looks for it in a catalogue.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import lti
import plugin
import plugin.app  # so that every class of the trees is known
from lti.errors import Worded
from plugin.foundation.errors import MentesError
from plugin.translations import catalogues

LTI, PLUGIN = Path(lti.__file__).parent, Path(plugin.__file__).parent
SOURCES = sorted([*LTI.glob("*.py"), *PLUGIN.rglob("*.py")])
LAUNCHES = sorted([*PLUGIN.glob("launches/*.py"), *PLUGIN.glob("platforms/*.py")])
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def tree(root: type[Exception]) -> dict[str, type[Exception]]:
    """Return an exception and all below it, by name."""
    found, waiting = {}, [root]
    while waiting:
        error = waiting.pop()
        found[error.__name__] = error
        waiting.extend(error.__subclasses__())
    return found


@dataclass(frozen=True)
class Said:
    """What is wrong with a place where something is said, if anything, and what is said there."""

    place: str
    templates: tuple[str, ...] = ()
    values: frozenset[str] | None = frozenset()
    """The names of the values; None: they are another refusal's, as its template is."""
    fault: str | None = None


class Sayings(ast.NodeVisitor):
    """Finds where one module makes an error of the tree, or calls what makes one of a template."""

    def __init__(self, path: Path, sayers: dict[str, list[str]]) -> None:
        self.found: list[Said] = []
        self._path = path
        self._sayers = sayers
        self._functions: list[Function] = []
        self._class = ""
        module = ast.parse(path.read_text("utf-8"))
        self._constants = _constants(module)
        self.visit(module)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:  # ast's own names
        self._class = node.name
        self.generic_visit(node)
        self._class = ""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._functions.append(node)
        self.generic_visit(node)
        self._functions.pop()

    def visit_Assign(self, node: ast.Assign) -> None:
        for part in ast.walk(node.value):
            among: list[ast.AST] = [part] if part is node.value else []
            if isinstance(part, ast.Tuple | ast.List | ast.IfExp):
                among = list(ast.iter_child_nodes(part))
            if any(isinstance(each, ast.Name) and each.id in tree(Worded) for each in among):
                self._add(node, fault="a class of the tree under another name")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        parameters = self._sayers.get(_called(node, self._class), [])
        if "template" in parameters:
            given = dict(zip(parameters, node.args, strict=False))
            given |= {each.arg: each.value for each in node.keywords if each.arg}
            self._look(node, given.get("template"), given.get("values"))
        self.generic_visit(node)

    def _look(self, call: ast.Call, template: ast.expr | None, values: ast.expr | None) -> None:
        templates = self._texts(template)
        names = self._names(values)
        if templates is None:
            self._add(call, fault=f"no constant: {ast.unparse(call)}")
        elif names is None and templates:
            self._add(call, fault=f"values that are not written out: {ast.unparse(call)}")
        else:
            self._add(call, tuple(templates), names)

    def _texts(self, node: ast.expr | None) -> list[str] | None:
        """Return the texts that `node` may be: none if they are another's, None if unknown."""
        match node:
            case ast.Constant(value=str(text)):
                return [text]
            case ast.Attribute(attr="template"):
                return []
            case ast.Name(id="template") if "template" in self._parameters():
                return []  # whoever calls this is looked at
            case ast.Name(id=name):
                return self._constants.get(name)
            case ast.Call(func=ast.Attribute(attr="get", value=ast.Name(id=name)), args=[_, other]):
                some, rest = self._constants.get(name), self._texts(other)
                return None if some is None or rest is None else [*some, *rest]
        return None

    def _names(self, node: ast.expr | None) -> frozenset[str] | None:
        match node:
            case None:
                return frozenset()
            case ast.Dict(keys=keys) if all(isinstance(key, ast.Constant) for key in keys):
                return frozenset(str(key.value) for key in keys if isinstance(key, ast.Constant))
        return None

    def _parameters(self) -> set[str]:
        return {name for function in self._functions for name in _parameters(function)}

    def _add(
        self,
        node: ast.AST,
        templates: tuple[str, ...] = (),
        values: frozenset[str] | None = frozenset(),
        fault: str | None = None,
    ) -> None:
        place = f"{self._path.parent.name}/{self._path.name}:{getattr(node, 'lineno', 0)}"
        self.found.append(Said(place, templates, values, fault))


def _called(call: ast.Call, within: str) -> str:
    """Return the name of the class or the function that is called, in the class `within`."""
    match call.func:
        case ast.Attribute(attr="__init__"):
            return f"super of {within}"
        case ast.Name(id=name):
            return name
        case ast.Attribute(attr=name) if name[:1].isupper():  # a class; else a method
            return name
    return ""


def _parameters(function: Function) -> list[str]:
    return [each.arg for each in (*function.args.args, *function.args.kwonlyargs)]


def _constants(module: ast.Module) -> dict[str, list[str]]:
    """Return the texts that a module keeps under each name: one, or those of a mapping."""
    known: dict[str, list[str]] = {}
    for statement in module.body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=value)
            ):
                each_of = value.values if isinstance(value, ast.Dict) else [value]
                texts = [_constant(each, known) for each in each_of]
                if None not in texts:
                    known[name] = [text for text in texts if text is not None]
    return known


def _constant(node: ast.expr | None, known: Mapping[str, list[str]]) -> str | None:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Name(id=name) if len(known.get(name, ())) == 1:
            return known[name][0]
    return None


@cache
def said() -> tuple[Said, ...]:
    """Return every place of `SOURCES` where something of the tree is said."""
    sayers = {
        name: list(inspect.signature(error).parameters) for name, error in tree(Worded).items()
    }
    above = list(inspect.signature(Worded).parameters)
    sayers |= {f"super of {name}": above for name in tree(Worded) if name != "Worded"}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, Function) and {"slug", "template"} <= {*_parameters(node)}:
                sayers.setdefault(node.name, _parameters(node))
    return tuple(each for path in SOURCES for each in Sayings(path, sayers).found)


@cache
def german() -> dict[str, str]:
    """Return what is said in German, by what it is in English."""
    return {
        str(message.id): str(message.string)
        for message in catalogues.written("de")
        if message.id and not message.pluralizable and catalogues.is_translated(message)
    }


def test_every_refusal_is_a_constant_sentence() -> None:
    assert [(each.place, each.fault) for each in said() if each.fault] == []
    assert len({text for each in said() for text in each.templates}) > 80


def test_every_refusal_has_a_place_for_each_of_its_values() -> None:
    for each in said():
        for template in each.templates:
            if each.values:
                assert set(PLACEHOLDER.findall(template)) == each.values, each.place
                assert template % dict.fromkeys(each.values, "x")
            else:
                assert not PLACEHOLDER.search(template), each.place


def test_every_refusal_is_in_german() -> None:
    missing = [(each.place, text) for each in said() for text in each.templates]
    assert [(place, text) for place, text in missing if text not in german()] == []


def test_german_fills_in_what_english_does() -> None:
    for each in said():
        for text in each.templates:
            found = PLACEHOLDER.findall(german()[text])
            assert sorted(found) == sorted(PLACEHOLDER.findall(text)), text


def test_what_is_refused_while_somebody_launches_is_in_german_as_well() -> None:
    """The tool's own errors say their text to the letter: it has to be a constant."""
    unsaid = []
    for path in LAUNCHES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _called(node, "") in tree(MentesError) and node.args:
                text = node.args[0]
                if not isinstance(text, ast.Constant) or text.value not in german():
                    unsaid.append(f"{path.name}:{node.lineno}")
    assert unsaid == []
