"""Statements and SubStatements.

https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Data.md#24-statement-properties
"""

from __future__ import annotations

from typing import Any

from lrs_bridge.validation.actors import actor, agent, authority, group
from lrs_bridge.validation.objects import activities, activity, statement_ref
from lrs_bridge.validation.rules import (
    array_of,
    boolean,
    duration,
    extensions,
    iri,
    language_map,
    language_tag,
    media_type,
    number,
    object_of,
    one_of,
    refuse,
    sha2,
    string,
    timestamp,
    uuid,
    version,
)
from lrs_bridge.vocabulary import Verb


def check_statement(value: Any) -> None:
    """Check one statement as received, before an LRS adds anything.

    Raises:
        StatementInvalid: naming the first property found wrong and what it must be.
    """
    _statement(value)


def _scaled(value: Any) -> None:
    number(value)
    if not -1 <= value <= 1:
        raise refuse("must be between -1 and 1")


def _length(value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise refuse("must be a number of bytes")


def _is_in_order(score: dict[str, Any]) -> None:
    low, raw, high = score.get("min"), score.get("raw"), score.get("max")
    if low is not None and high is not None and low >= high:
        raise refuse("must be less than max", "/min")
    if raw is not None and low is not None and raw < low:
        raise refuse("must not be less than min", "/raw")
    if raw is not None and high is not None and raw > high:
        raise refuse("must not be greater than max", "/raw")


def _object(value: Any) -> None:
    kind = value.get("objectType", "Activity") if isinstance(value, dict) else "Activity"
    if kind == "SubStatement":
        _sub_statement(value)
    else:
        _plain_object(value)


def _plain_object(value: Any) -> None:
    """What may also be the object of a SubStatement: anything but another one."""
    kind = value.get("objectType", "Activity") if isinstance(value, dict) else "Activity"
    rule = _PLAIN_OBJECTS.get(kind) if isinstance(kind, str) else None
    if rule is None:
        raise refuse("must be a type of object that may stand here", "/objectType")
    rule(value)


_PLAIN_OBJECTS = {
    "Activity": activity,
    "Agent": agent,
    "Group": group,
    "StatementRef": statement_ref,
}

_verb = object_of({"id": iri}, {"display": language_map})

_score = object_of(
    {}, {"scaled": _scaled, "raw": number, "min": number, "max": number}, _is_in_order
)

_result = object_of(
    {},
    {
        "score": _score,
        "success": boolean,
        "completion": boolean,
        "response": string,
        "duration": duration,
        "extensions": extensions,
    },
)

_context = object_of(
    {},
    {
        "registration": uuid,
        "instructor": actor,
        "team": group,
        "contextActivities": object_of(
            {}, dict.fromkeys(("parent", "grouping", "category", "other"), activities)
        ),
        "revision": string,
        "platform": string,
        "language": language_tag,
        "statement": statement_ref,
        "extensions": extensions,
    },
)

_attachment = object_of(
    {
        "usageType": iri,
        "display": language_map,
        "contentType": media_type,
        "length": _length,
        "sha2": sha2,
    },
    {"description": language_map, "fileUrl": iri},
)


def _context_suits_its_object(value: dict[str, Any]) -> None:
    if value["object"].get("objectType", "Activity") == "Activity":
        return
    for name in ("revision", "platform"):
        if name in value.get("context", {}):
            raise refuse("may only be given when the object is an activity", f"/context/{name}")


def _voiding_names_a_statement(value: dict[str, Any]) -> None:
    if value["verb"]["id"] == Verb.VOIDED and value["object"].get("objectType") != "StatementRef":
        raise refuse("must be a StatementRef when the verb is voided", "/object")


_SHARED = {
    "result": _result,
    "context": _context,
    "timestamp": timestamp,
    "attachments": array_of(_attachment),
}

_sub_statement = object_of(
    {
        "objectType": one_of("SubStatement"),
        "actor": actor,
        "verb": _verb,
        "object": _plain_object,
    },
    _SHARED,
    _context_suits_its_object,
)

_statement = object_of(
    {"actor": actor, "verb": _verb, "object": _object},
    {
        "id": uuid,
        "stored": timestamp,
        "authority": authority,
        "version": version,
        **_SHARED,
    },
    _context_suits_its_object,
    _voiding_names_a_statement,
)
