"""Statements made up from the specification's tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from lrs_bridge.version import Version
from tests.lrs_bridge.fuzz.tables import (
    EITHER,
    GOOD,
    IFIS,
    REQUIRED,
    TABLES,
    TIMES,
    VERSIONS,
)

Json = Any
Draw = Callable[[st.SearchStrategy[Any]], Any]

any_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.sampled_from([10**400, -(10**400), 5e-324])
    | st.floats(-1e9, 1e9)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def statements(version: Version) -> st.SearchStrategy[Json]:
    """Return statements that are valid in a version of the standard."""
    return _about_something("statement", version)


@st.composite
def _made(draw: Draw, kind: str | list[str], version: Version) -> Json:
    """Make up something of a kind."""
    if isinstance(kind, list):
        return draw(st.lists(_made(kind[0], version), min_size=kind == ["iri"], max_size=2))
    if kind.endswith("!"):
        return kind[:-1]
    if kind == "timestamp":
        return draw(TIMES[version])
    if kind == "version":
        return draw(VERSIONS[version])
    if kind == "language map":
        return draw(st.dictionaries(GOOD["language tag"], GOOD["string"], max_size=2))
    if kind == "extensions":
        return draw(st.dictionaries(GOOD["iri"], any_json, max_size=2))
    if kind in GOOD:
        return draw(GOOD[kind])
    if kind in EITHER:
        kind = draw(st.sampled_from(EITHER[kind]))
    return draw(_object(kind, version))


@st.composite
def _object(draw: Draw, kind: str, version: Version) -> Json:
    required, table = REQUIRED.get(kind, ()), TABLES[kind]
    left_out = IFIS if {"mbox", "openid"} <= table.keys() else ()
    optional = [name for name in table if name not in (*required, *left_out)]
    chosen = draw(st.lists(st.sampled_from(optional), unique=True, max_size=3)) if optional else []
    made = {name: draw(_made(table[name], version)) for name in (*required, *chosen)}
    return _AMENDED[kind](draw, made, version) if kind in _AMENDED else made


def _identified(draw: Draw, made: Json, version: Version) -> Json:
    """Give an agent its one identifier; a group has one, or members."""
    is_anonymous = made.get("objectType") == "Group" and draw(st.booleans())
    if is_anonymous:
        members = draw(st.lists(_made("agent", version), min_size=1, max_size=3))
        return {**made, "member": members}
    name = draw(st.sampled_from(IFIS))
    return {**made, name: draw(_made(TABLES["agent"][name], version))}


def _in_order(_draw: Draw, made: Json, _version: Version) -> Json:
    """Bring the numbers of a score into order."""
    names = [name for name in ("min", "raw", "max") if name in made]
    values = sorted({made[name] for name in names})
    if len(values) < len(names):
        return {name: value for name, value in made.items() if name == "scaled"}
    return {**made, **dict(zip(names, values, strict=True))}


def _told_apart(_draw: Draw, made: Json, _version: Version) -> Json:
    """Give each component of an interaction an id of its own."""
    return {
        name: list({one["id"]: one for one in part}.values())
        if isinstance(part, list) and part and isinstance(part[0], dict)
        else part
        for name, part in made.items()
    }


def _with_lone_activities(draw: Draw, made: Json, _version: Version) -> Json:
    """Let a single activity stand without its array, as 1.0.0 wrote it."""
    return {
        name: part[0] if len(part) == 1 and draw(st.booleans()) else part
        for name, part in made.items()
    }


def _reachable(draw: Draw, made: Json, version: Version) -> Json:
    """Say where the content of an attachment lies: these statements come without it."""
    return {**made, "fileUrl": draw(_made("iri", version))}


_AMENDED = {
    "agent": _identified,
    "agent object": _identified,
    "group": _identified,
    "score": _in_order,
    "interaction": _told_apart,
    "context activities": _with_lone_activities,
    "attachment": _reachable,
}


@st.composite
def _about_something(draw: Draw, kind: str, version: Version) -> Json:
    """Make up a statement or SubStatement with an object, and with the context that suits it."""
    made = draw(_object(kind, version))
    kinds = ["activity", "activity", "agent object", "group", "statement reference"]
    about = draw(st.sampled_from([*kinds, "substatement"] if kind == "statement" else kinds))
    if about == "substatement":
        made["object"] = draw(_about_something("substatement", version))
    else:
        made["object"] = draw(_object(about, version))
    if draw(st.booleans()):
        is_of_an_activity = about == "activity"
        context = draw(
            _object("context of an activity" if is_of_an_activity else "context", version)
        )
        made["context"] = context
        if version is Version.V2_0 and draw(st.booleans()):
            for name, what in (
                ("contextAgents", "context agent"),
                ("contextGroups", "context group"),
            ):
                context[name] = draw(st.lists(_made(what, version), max_size=2))
    return made
