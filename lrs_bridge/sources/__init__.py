"""Other people's statements, read into `Completion`: one module per dialect.

Each has `read(statement, organisation_id)`, which returns None for whatever it does not
understand, and a `SOURCE` name that stands in the completions that it makes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from lrs_bridge.completion import Completion, Sighting
from lrs_bridge.sources import moodle

_READERS = (moodle.read,)
_SIGHTINGS = (moodle.sighted,)


def read(statement: Mapping[str, Any], organisation_id: UUID) -> Completion | None:
    """Return the completion that a valid statement reports, or None if it reports none.

    Args:
        statement: as a reader of a store gets it (`Statement.document`), so with a timestamp.
        organisation_id: whose store it is in.
    """
    for reader in _READERS:
        completion = reader(statement, organisation_id)
        if completion is not None:
            return completion
    return None


def sighted(statement: Mapping[str, Any]) -> Sighting | None:
    """Return the module of a course that a valid statement names, or None if it names none."""
    for sighting in _SIGHTINGS:
        seen = sighting(statement)
        if seen is not None:
            return seen
    return None
