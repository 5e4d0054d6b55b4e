"""Statements with a single fault: a good one, and one thing in one place made bad."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from lrs_bridge.version import Version
from tests.lrs_bridge.fuzz.statements import Draw, Json, any_json, statements
from tests.lrs_bridge.fuzz.tables import BAD, REQUIRED, TABLES

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Broken:
    """A statement with one fault.

    Attributes:
        text: its JSON, or what is not quite JSON.
        fault: what was done to it.
        pointer: where a refusal must point: to this place, or into it.
        exactly: whether it must be this very place.
    """

    text: str
    fault: str
    pointer: str
    exactly: bool = True

    def is_pointed_at(self, pointer: str) -> bool:
        """Return whether a refusal that names `pointer` names the fault."""
        return pointer == self.pointer or (not self.exactly and pointer.startswith(self.pointer))


@st.composite
def broken(draw: Draw, version: Version) -> Broken:
    """Return a good statement in which one thing was made bad."""
    statement = draw(statements(version))
    faults = [
        (path, kind, fault)
        for path, kind in places(statement)
        for fault in _FAULTS
        if _FAULTS[fault].suits(path, kind)
    ]
    path, kind, fault = draw(st.sampled_from(faults))
    return draw(_FAULTS[fault].make(copy.deepcopy(statement), path, kind))


def places(
    value: Json, kind: str | list[str] = "statement", path: Path = ()
) -> Iterator[tuple[Path, Any]]:
    """Yield the way to everything in a good statement that has a kind, and which that is."""
    kind = _kind_of(value, kind)
    yield path, kind
    if isinstance(kind, list):
        for index, part in enumerate(value):
            yield from places(part, kind[0], (*path, index))
    elif kind in TABLES:
        for name, part in value.items():
            yield from places(part, _OBJECTS.get(name) or TABLES[kind][name], (*path, name))


_OBJECTS: dict[str, Any] = {
    "object": "object",
    "context": "context of an activity",
    "contextAgents": ["context agent"],
    "contextGroups": ["context group"],
}
_BY_TYPE = {
    "Agent": "agent object",
    "Group": "group",
    "StatementRef": "statement reference",
    "SubStatement": "substatement",
}


def _kind_of(value: Json, kind: str | list[str]) -> str | list[str]:
    """Return of which kind a value is, where there are several that may stand."""
    if kind == "object":
        return _BY_TYPE.get(value.get("objectType"), "activity")
    if kind == "actor":
        return "group" if value.get("objectType") == "Group" else "agent"
    if kind == "definition":
        return "interaction" if "interactionType" in value else kind
    if kind == ["activity"] and isinstance(value, dict):
        return "activity"
    return kind


def pointer(path: Path) -> str:
    """Return the JSON pointer of a place; long names are shown in part."""
    return "".join("/" + str(step)[:80].replace("~", "~0").replace("/", "~1") for step in path)


def _holder(statement: Json, path: Path) -> Json:
    for step in path[:-1]:
        statement = statement[step]
    return statement


class _Fault:
    """Something that can be done to a place."""

    def suits(self, path: Path, kind: Any) -> bool:
        """Return whether it can be done there, and makes the statement a bad one."""
        raise NotImplementedError

    def make(self, statement: Json, path: Path, kind: Any) -> st.SearchStrategy[Broken]:
        """Do it."""
        raise NotImplementedError


def _told(statement: Json, fault: str, path: Path) -> Broken:
    """Return a broken statement; which type an object is of decides how it is read at all."""
    if path and path[-1] == "objectType":
        return Broken(json.dumps(statement), fault, pointer(path[:-1]), exactly=False)
    return Broken(json.dumps(statement), fault, pointer(path))


class _Replaced(_Fault):
    """Another value in its place."""

    def __init__(self, fault: str, values: Any) -> None:
        self._fault, self._values = fault, values

    def suits(self, path: Path, kind: Any) -> bool:
        return bool(path) and bool(self._values(kind))

    def make(self, statement: Json, path: Path, kind: Any) -> st.SearchStrategy[Broken]:
        def put(value: Json) -> Broken:
            _holder(statement, path)[path[-1]] = value
            is_inside = isinstance(value, dict | list)
            told = _told(statement, f"{self._fault}: {value!r} for {kind}", path)
            return Broken(
                told.text, told.fault, told.pointer, exactly=told.exactly and not is_inside
            )

        return st.sampled_from(self._values(kind)).map(put)


class _Missing(_Fault):
    """A property that must be there is not."""

    def suits(self, path: Path, kind: Any) -> bool:
        return isinstance(kind, str) and bool(_needed(kind))

    def make(self, statement: Json, path: Path, kind: Any) -> st.SearchStrategy[Broken]:
        def leave_out(name: str) -> Broken:
            _holder(statement, (*path, name)).pop(name)
            return _told(statement, f"no {name} in {kind}", (*path, name))

        return st.sampled_from(_needed(kind)).map(leave_out)


def _needed(kind: str) -> tuple[str, ...]:
    more = ("object",) if kind in ("statement", "substatement") else ()
    # Without what makes them one, an interaction may be a good definition, a group a good agent.
    if kind in ("interaction", "group"):
        return ()
    return (*REQUIRED.get(kind, ()), *more)


class _Extra(_Fault):
    """A property that the specification does not have."""

    def suits(self, path: Path, kind: Any) -> bool:
        return isinstance(kind, str) and kind in TABLES

    def make(self, statement: Json, path: Path, kind: Any) -> st.SearchStrategy[Broken]:
        def add(name: str, value: Json) -> Broken:
            _holder(statement, (*path, name))[name] = value
            return _told(statement, f"{name!r} in {kind}", (*path, name))

        known = {name for table in TABLES.values() for name in table} | {"context", "object"}
        names = st.sampled_from(["extra", "", "a/b~c", "__proto__", "\x00"]) | st.text(max_size=90)
        return st.builds(add, names.filter(lambda it: it not in {*known, *_OBJECTS}), any_json)


class _OtherCase(_Fault):
    """A property whose name is written in another case."""

    def suits(self, path: Path, kind: Any) -> bool:
        return bool(path) and isinstance(path[-1], str)

    def make(self, statement: Json, path: Path, kind: Any) -> st.SearchStrategy[Broken]:
        name = str(path[-1])

        def rename(other: str) -> Broken:
            holder = _holder(statement, path)
            renamed = {other if it == name else it: value for it, value in holder.items()}
            holder.clear()
            holder.update(renamed)
            told = _told(statement, f"{other} for {name}", path)
            if not told.exactly:
                return told
            return Broken(told.text, told.fault, pointer((*path[:-1], other)))

        return st.sampled_from([name.upper(), name.capitalize() + "_"]).map(rename)


class _NotJson(_Fault):
    """What JSON does not have, where a value belongs."""

    def suits(self, path: Path, kind: Any) -> bool:
        return bool(path)

    def make(self, statement: Json, path: Path, kind: Any) -> st.SearchStrategy[Broken]:
        def put(written: str) -> Broken:
            _holder(statement, path)[path[-1]] = "the fault"
            text = json.dumps(statement).replace('"the fault"', written, 1)
            return Broken(text, f"{written[:20]} for {kind}", pointer(path))

        return (
            st.sampled_from(
                [
                    "NaN",
                    "-Infinity",
                    "1e999",
                    "9" * 5000,
                    r'"\ud800"',
                    r'"x\udfff"',
                    '{"a":1,"a":1}',
                ]
            )
            .map(put)
            .map(_twice)
        )


class _OddNumber(_Fault):
    """A number that no calculation could hold as it is spelt, where no number may be."""

    def suits(self, path: Path, kind: Any) -> bool:
        return bool(path) and kind not in _NUMBERS

    def make(self, statement: Json, path: Path, kind: Any) -> st.SearchStrategy[Broken]:
        def put(written: str) -> Broken:
            _holder(statement, path)[path[-1]] = "the fault"
            told = _told(statement, f"{written[:30]} for {kind}", path)
            text = told.text.replace('"the fault"', written, 1)
            return Broken(text, told.fault, told.pointer, exactly=told.exactly)

        return st.sampled_from(_ODD_NUMBERS).map(put)


_NUMBERS = ("number", "share", "length")
_ODD_NUMBERS = [
    "1e-9999999999999999999",
    "-1.5E-400",
    "0e99999999999999999999",
    "0.0000000e-999",
    "9" * 400,
    "-" + "9" * 400,
]


def _twice(told: Broken) -> Broken:
    """Point into an object that names something twice."""
    is_twice = '{"a":1,"a":1}' in told.text
    return Broken(told.text, told.fault, told.pointer + ("/a" if is_twice else ""))


_WRONG_TYPES: list[Json] = ["x", 5, 1.5, True, [5]]


def _wrong_types(kind: Any) -> list[Json]:
    if isinstance(kind, list):
        return ["x", 5, True] if kind != ["activity"] else ["x", 5]
    return _WRONG_TYPES if kind in TABLES else []


_FAULTS: dict[str, _Fault] = {
    "null": _Replaced("null", lambda _kind: [None]),
    "wrong type": _Replaced("wrong type", _wrong_types),
    "bad value": _Replaced(
        "bad value",
        lambda kind: ["", "Nothing", 5] if str(kind).endswith("!") else BAD.get(str(kind), []),
    ),
    "missing": _Missing(),
    "extra": _Extra(),
    "other case": _OtherCase(),
    "no JSON": _NotJson(),
    "odd number": _OddNumber(),
}
