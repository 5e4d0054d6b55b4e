"""What another store said, without those whom it names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from plugin.targets.rules import people_in

_ADDRESS = re.compile(r"[^\s\"'<>()\[\]{},;:]+@[^\s\"'<>()\[\]{},;:]+")
_HIDDEN = "…"
_LEAST = 3
"""Letters; a shorter name of an account would be found in any sentence."""


def without_people(said: str, statement: Mapping[str, Any]) -> str:
    """Return what a store said of a statement, without addresses and names of accounts."""
    found = _ADDRESS.sub(_HIDDEN, said)
    for identifier in people_in(statement):
        name = identifier.rpartition("|")[2].removeprefix("mbox::mailto:")
        if len(name) >= _LEAST:
            found = found.replace(name, _HIDDEN)
    return found
