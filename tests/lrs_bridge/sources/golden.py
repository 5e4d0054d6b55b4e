"""Golden pairs in tests/golden/completions: what a source sent, and the completion that it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import UUID

from lrs_bridge.completion import Completion, Sighting
from lrs_bridge.sources import told

FOLDER = Path(__file__).parents[2] / "golden" / "completions"
ORGANISATION = UUID("00000000-0000-4000-8000-000000000001")
_UNSAID: dict[str, Any] = {
    "reference": None,
    "source_reference": None,
    "course_names": {},
    "module_names": {},
    "lti_item": False,
}


def pairs(read: str) -> Iterator[Path]:
    """Return the pairs whose input is read in one way, such as "statement"."""
    return (path for path in sorted(FOLDER.glob("*.json")) if loaded(path)["read"] == read)


def loaded(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text()))


def written(completion: Completion | None) -> dict[str, Any] | None:
    """Return a completion as the pairs write it: without what follows from the rest of it."""
    if completion is None:
        return None
    assert completion.organisation_id == ORGANISATION
    assert completion.source_event_id
    members = asdict(completion)
    del members["organisation_id"], members["source_event_id"]
    members["at"] = completion.at.isoformat()
    members["person_keys"] = list(members["person_keys"])
    if completion.reference is not None:
        members["reference"] = str(completion.reference)
    return {name: value for name, value in members.items() if _UNSAID.get(name, ...) != value}


def sighted(statement: dict[str, Any]) -> Sighting | None:
    """Return the module of a course that a statement names."""
    return told(statement, ORGANISATION).sighting
