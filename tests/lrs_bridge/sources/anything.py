"""JSON of any kind, and a document with something of it in any of its places."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.sampled_from(["\ud800", "\0", "", "x" * 5000, "http://[", "mailto:", "9999-12-31T23:59Z"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)

Path = tuple[str | int, ...]


def places(value: Any, path: Path = ()) -> list[Path]:
    """Return the path of everything within a document, but not of all of it."""
    steps: list[Any] = []
    if isinstance(value, dict):
        steps = list(value)
    elif isinstance(value, list):
        steps = list(range(len(value)))
    found = []
    for step in steps:
        found += [(*path, step), *places(value[step], (*path, step))]
    return found


def replaced(document: Any, path: Path, by: Any) -> Any:
    """Return a copy of a document with something else in one place."""
    copied = deepcopy(document)
    inner = copied
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = by
    return copied
