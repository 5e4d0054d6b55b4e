"""What a statement is about: activities and references.

https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Data.md#244-object
"""

from __future__ import annotations

from typing import Any

from lrs_bridge.validation.rules import (
    array_of,
    extensions,
    iri,
    language_map,
    object_of,
    one_of,
    refuse,
    step,
    string,
    uuid,
)

INTERACTIONS = (
    "true-false",
    "choice",
    "fill-in",
    "long-fill-in",
    "matching",
    "performance",
    "sequencing",
    "likert",
    "numeric",
    "other",
)
COMPONENTS = ("choices", "scale", "source", "target", "steps")

_component = object_of({"id": string}, {"description": language_map})


def _components(value: Any) -> None:
    """A list of interaction components with ids of their own."""
    array_of(_component)(value)
    if len({component["id"] for component in value}) != len(value):
        raise refuse("must not repeat an id")


def _says_its_interaction(value: dict[str, Any]) -> None:
    if "interactionType" in value:
        return
    for name in ("correctResponsesPattern", *COMPONENTS):
        if name in value:
            raise refuse("may only be given together with interactionType", step(name))


_definition = object_of(
    {},
    {
        "name": language_map,
        "description": language_map,
        "type": iri,
        "moreInfo": iri,
        "extensions": extensions,
        "interactionType": one_of(*INTERACTIONS),
        "correctResponsesPattern": array_of(string),
        **dict.fromkeys(COMPONENTS, _components),
    },
    _says_its_interaction,
)

activity = object_of({"id": iri}, {"objectType": one_of("Activity"), "definition": _definition})
statement_ref = object_of({"objectType": one_of("StatementRef"), "id": uuid})

_activities = array_of(activity)


def activities(value: Any) -> None:
    """Activities; a single one may stand without its array, as 1.0.0 wrote it."""
    if isinstance(value, dict):
        activity(value)
    else:
        _activities(value)
