"""What statements look like, as JSON Schema 2020-12: for clients, and for whoever makes some up.

A description, not what the store checks by: `lrs_bridge.validation` is that, knows more (that a
score lies between its bounds), and says what is wrong in words. A test holds the two together.

https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Data.md#24-statement-properties
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lrs_bridge.identity import IDENTIFIERS
from lrs_bridge.validation import rules
from lrs_bridge.validation.objects import COMPONENTS, INTERACTIONS

Schema = dict[str, Any]

_LANGUAGE = "[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*"


def ref(name: str) -> Schema:
    """Return a reference to one of `SCHEMAS`."""
    return {"$ref": f"#/components/schemas/{name}"}


def text(pattern: str = "", **more: Any) -> Schema:
    """Return the schema of a string, all of which `pattern` matches."""
    return {"type": "string", **({"pattern": f"^({pattern})$"} if pattern else {}), **more}


def array(items: Schema, **more: Any) -> Schema:
    """Return the schema of an array."""
    return {"type": "array", "items": items, **more}


def closed(properties: Mapping[str, Schema], *required: str, **more: Any) -> Schema:
    """Return the schema of an object with these properties and no other."""
    return {
        "type": "object",
        "properties": dict(properties),
        "additionalProperties": False,
        **({"required": list(required)} if required else {}),
        **more,
    }


def _kind(name: str) -> Schema:
    return {"const": name}


_iri = text(rules.IRI)
_uuid = text(format="uuid")
_timestamp = text(format="date-time")
_number = {"type": "number"}

_IDENTITY = {
    "mbox": text(rules.MAILTO),
    "mbox_sha1sum": text(rules.SHA1),
    "openid": _iri,
    "account": closed({"homePage": _iri, "name": text()}, "homePage", "name"),
}


def _identified(kind: str, properties: Mapping[str, Schema], *required: str) -> list[Schema]:
    """Return the schema of an actor for each way to identify it; it must have exactly one."""
    return [
        closed(
            {"objectType": _kind(kind), "name": text(), **properties, name: _IDENTITY[name]},
            name,
            *required,
        )
        for name in IDENTIFIERS
    ]


_identified_groups = _identified("Group", {"member": array(ref("Agent"))}, "objectType")
_groups = [
    *_identified_groups,
    closed(
        {"objectType": _kind("Group"), "name": text(), "member": array(ref("Agent"), minItems=1)},
        *("objectType", "member"),
    ),
]

_component = closed({"id": text(), "description": ref("LanguageMap")}, "id")
_described = {
    "name": ref("LanguageMap"),
    "description": ref("LanguageMap"),
    "type": _iri,
    "moreInfo": _iri,
    "extensions": ref("Extensions"),
}
_interaction = {
    **_described,
    "interactionType": {"enum": list(INTERACTIONS)},
    "correctResponsesPattern": array(text()),
    **{name: array(_component, description="Each with an id of its own.") for name in COMPONENTS},
}


def _contexts(kind: str, name: str, who: str) -> Schema:
    required = {"objectType": _kind(kind), name: ref(who)}
    types = {"relevantTypes": array(_iri, minItems=1)}
    return array(closed({**required, **types}, *required), description="Only in xAPI 2.0.")


_activities = {"anyOf": [ref("Activity"), array(ref("Activity"))]}
_context = {
    "registration": _uuid,
    "instructor": ref("Actor"),
    "team": ref("Group"),
    "contextActivities": closed(
        dict.fromkeys(("parent", "grouping", "category", "other"), _activities)
    ),
    "language": text(_LANGUAGE),
    "statement": ref("StatementRef"),
    "extensions": ref("Extensions"),
    "contextAgents": _contexts("contextAgent", "agent", "Agent"),
    "contextGroups": _contexts("contextGroup", "group", "Group"),
}
_told = {"actor": ref("Actor"), "verb": ref("Verb")}
_more = {
    "result": ref("Result"),
    "timestamp": _timestamp,
    "attachments": array(ref("Attachment")),
}
_whole = {
    **_told,
    "id": _uuid,
    "stored": _timestamp,
    "authority": ref("Actor"),
    "version": text(r"[12]\.0(\.[0-9]+)?"),
    **_more,
}


def _about(activity: Schema, others: list[Schema], properties: Mapping[str, Schema]) -> Schema:
    """Return the schema of what tells of an activity, or of something that has no platform."""
    whole = {**_context, "revision": text(), "platform": text()}
    required = [name for name in ("objectType", *_told) if name in properties]
    return {
        "oneOf": [
            closed({**properties, "object": of, "context": closed(context)}, *required, "object")
            for of, context in ((activity, whole), ({"oneOf": others}, _context))
        ]
    }


_others = [ref("ObjectAgent"), ref("Group"), ref("StatementRef")]

SCHEMAS: dict[str, Schema] = {
    "LanguageMap": {
        "type": "object",
        "propertyNames": text(_LANGUAGE),
        "additionalProperties": text(),
    },
    "Extensions": {"type": "object", "propertyNames": _iri, "additionalProperties": True},
    "Agent": {"oneOf": _identified("Agent", {})},
    "ObjectAgent": {"oneOf": _identified("Agent", {}, "objectType")},
    "Group": {"oneOf": _groups},
    "Identified": {"oneOf": [ref("Agent"), *_identified_groups]},
    "Actor": {"oneOf": [ref("Agent"), ref("Group")]},
    "Verb": closed({"id": _iri, "display": ref("LanguageMap")}, "id"),
    "Activity": closed(
        {
            "objectType": _kind("Activity"),
            "id": _iri,
            "definition": {"anyOf": [closed(_described), closed(_interaction, "interactionType")]},
        },
        "id",
    ),
    "StatementRef": closed({"objectType": _kind("StatementRef"), "id": _uuid}, "objectType", "id"),
    "Score": closed(
        {
            "scaled": {"type": "number", "minimum": -1, "maximum": 1},
            "raw": {**_number, "description": "Between min and max, where these are given."},
            "min": {**_number, "description": "Less than max."},
            "max": _number,
        }
    ),
    "Result": closed(
        {
            "score": ref("Score"),
            "success": {"type": "boolean"},
            "completion": {"type": "boolean"},
            "response": text(),
            "duration": text(rules.DURATION),
            "extensions": ref("Extensions"),
        }
    ),
    "Attachment": closed(
        {
            "usageType": _iri,
            "display": ref("LanguageMap"),
            "description": ref("LanguageMap"),
            "contentType": text(rules.MEDIA_TYPE),
            "length": {"type": "integer", "minimum": 0},
            "sha2": text(rules.SHA2),
            "fileUrl": {**_iri, "description": "Needed unless the content comes as a part."},
        },
        *("usageType", "display", "contentType", "length", "sha2"),
    ),
    "SubStatement": _about(
        ref("Activity"), _others, {"objectType": _kind("SubStatement"), **_told, **_more}
    ),
    "Statement": _about(ref("Activity"), [*_others, ref("SubStatement")], _whole),
    "StatementResult": closed(
        {"statements": array({"type": "object"}), "more": text()}, "statements", "more"
    ),
    "Person": closed(
        {
            "objectType": _kind("Person"),
            "name": array(text()),
            **{name: array(schema) for name, schema in _IDENTITY.items()},
        },
        "objectType",
    ),
    "About": {
        "type": "object",
        "properties": {"version": array(text(), minItems=1), "extensions": ref("Extensions")},
        "required": ["version"],
    },
    "Problem": {
        "type": "object",
        "properties": {
            "title": text(),
            "status": {"type": "integer"},
            "detail": text(),
            "slug": text("[a-z-]+"),
            "errors": array(
                {
                    "type": "object",
                    "properties": {
                        "pointer": text(description="JSON pointer into what was sent."),
                        "parameter": text(),
                        "detail": text(),
                    },
                    "required": ["detail"],
                }
            ),
        },
        "required": ["title", "status", "detail", "slug"],
    },
}
