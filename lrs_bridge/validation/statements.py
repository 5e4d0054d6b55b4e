"""Statements and SubStatements.

https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Data.md#24-statement-properties
IEEE 9274.1.1-2023, 4.2.2 to 4.2.7, where 2.0 differs: context agents and groups, RFC 3339.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lrs_bridge.validation.actors import actor, agent, authority, group
from lrs_bridge.validation.objects import activities, activity, statement_ref
from lrs_bridge.validation.rules import (
    Rule,
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
    timestamp_2_0,
    uuid,
    version,
    version_2_0,
)
from lrs_bridge.version import Version
from lrs_bridge.vocabulary import Verb


def check_statement(value: Any, version: Version = Version.V1_0) -> None:
    """Check one statement as received, before an LRS adds anything.

    Args:
        version: whose rules hold: the one that the request speaks.

    Raises:
        StatementInvalid: naming the first property found wrong and what it must be.
    """
    _RULES[version](value)


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

_CONTEXT = {
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
}


def _contexts(kind: str, name: str, who: Rule) -> Rule:
    """Return the rule for context agents or groups: who else, and as what (2.0, 4.2.2.5)."""
    return array_of(
        object_of(
            {"objectType": one_of(kind), name: who},
            {"relevantTypes": array_of(iri, at_least=1)},
        )
    )


def _only_in_2_0(_value: Any) -> None:
    """What 1.0.3 does not define."""
    raise refuse("is a property of xAPI 2.0, and the request speaks 1.0.3")


_CONTEXT_1_0 = {**_CONTEXT, "contextAgents": _only_in_2_0, "contextGroups": _only_in_2_0}
_CONTEXT_2_0 = {
    **_CONTEXT,
    "contextAgents": _contexts("contextAgent", "agent", agent),
    "contextGroups": _contexts("contextGroup", "group", group),
}

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


def _statement(context: Mapping[str, Rule], timestamp: Rule, version: Rule) -> Rule:
    """Return the rule for a statement of a version of the standard, from where versions differ."""
    shared = {
        "result": _result,
        "context": object_of({}, context),
        "timestamp": timestamp,
        "attachments": array_of(_attachment),
    }
    sub_statement = object_of(
        {
            "objectType": one_of("SubStatement"),
            "actor": actor,
            "verb": _verb,
            "object": _plain_object,
        },
        shared,
        _context_suits_its_object,
    )

    def any_object(value: Any) -> None:
        if isinstance(value, dict) and value.get("objectType") == "SubStatement":
            sub_statement(value)
        else:
            _plain_object(value)

    return object_of(
        {"actor": actor, "verb": _verb, "object": any_object},
        {"id": uuid, "stored": timestamp, "authority": authority, "version": version, **shared},
        _context_suits_its_object,
        _voiding_names_a_statement,
    )


_RULES = {
    Version.V1_0: _statement(_CONTEXT_1_0, timestamp, version),
    Version.V2_0: _statement(_CONTEXT_2_0, timestamp_2_0, version_2_0),
}
