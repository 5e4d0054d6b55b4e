"""The resources described for programs: an OpenAPI document of what they take and answer.

https://spec.openapis.org/oas/v3.1.1.html
"""

from __future__ import annotations

import json
from typing import Any

from flask import Response, g, request

from lrs_bridge.lrs import parameters
from lrs_bridge.lrs.access.credentials import Scope
from lrs_bridge.lrs.http import token
from lrs_bridge.lrs.http.asked import Asked
from lrs_bridge.lrs.http.operations import JSON, OPERATIONS, PROBLEM, Operation
from lrs_bridge.lrs.http.resource import ANYONE, Resource
from lrs_bridge.lrs.http.schemas import SCHEMAS, Schema, ref, text
from lrs_bridge.lrs.http.version import HEADER
from lrs_bridge.validation import rules
from lrs_bridge.version import Version

PATH = "/openapi.json"


_flag: Schema = {"type": "boolean"}
_PARAMETERS: dict[str, Schema] = {
    **dict.fromkeys(("statementId", "voidedStatementId", "registration"), text(format="uuid")),
    **dict.fromkeys(("verb", "activity", "activityId"), text(rules.IRI)),
    **dict.fromkeys(("since", "until"), text(format="date-time")),
    **dict.fromkeys(("related_activities", "related_agents", "attachments", "ascending"), _flag),
    **dict.fromkeys(("stateId", "profileId"), text(minLength=1)),
    "limit": {"type": "integer", "minimum": 0, "maximum": 999_999_999},
    "format": {"enum": ["ids", "exact", "canonical"]},
    "cursor": text(description="Only as `more` of an answer has it, and without any other."),
}
# The agent of a query goes as JSON. A person is an agent; elsewhere a group may stand too.
_AGENTS = {"/agents": ref("Agent")}
_ANY_AGENT = ref("Identified")

# What every operation may answer: what is wrong with the request, or that the store is busy.
_REFUSALS = {
    400: "Something about the request is not as it must be; it says what, and where.",
    401: "A valid credential is needed.",
    403: "The credential does not reach so far.",
    404: "There is no such thing.",
    412: "The document is not the one that the request means.",
    413: "The body is too large.",
    415: "The body must be sent as it is, not compressed.",
    429: "The credential has asked for more than it may.",
    503: "The store is busy. The same may be sent again.",
}


def resource() -> Resource:
    """Return it; it needs neither a credential nor a version."""
    return Resource(path=PATH, methods={"GET": _get}, requires=ANYONE, versioned=False)


def _get(asked: Asked) -> Response:
    parameters.read(asked.parameters, {})
    g.xapi_version = asked.version  # also when none was asked for: this is served in any
    here = f"{request.script_root}{request.path.removesuffix(PATH)}"
    return Response(json.dumps(document(here)), content_type=JSON)


def document(here: str) -> dict[str, Any]:
    """Return the OpenAPI document of the resources at the path `here`."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _described(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Learning record store",
            "version": str(Version.V2_0),
            "description": f"xAPI {Version.V1_0} and {Version.V2_0}, by the header {HEADER}.",
        },
        "servers": [{"url": here or "/"}],
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "basic": {"type": "http", "scheme": "basic"},
                "token": _token(here),
            },
        },
    }


def _token(here: str) -> dict[str, Any]:
    scopes = {scope.value: "" for scope in Scope}
    flow = {"tokenUrl": f"{here}{token.PATH}", "scopes": scopes}
    return {"type": "oauth2", "flows": {"clientCredentials": flow}}


def _described(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.method.lower() + operation.path.replace("/", "_").split(".")[0],
        "summary": operation.summary,
        "parameters": [*_in_query(operation), *_in_headers(operation)],
        "responses": _responses(operation),
        "security": [],
    }
    if operation.scopes is not None:
        described["security"] = [  # any one of them will do
            {scheme: [scope]} for scheme in ("basic", "token") for scope in operation.scopes
        ]
    if operation.content is not None:
        content = {name: {"schema": schema} for name, schema in operation.content.items()}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _in_query(operation: Operation) -> list[dict[str, Any]]:
    agent = {"content": {JSON: {"schema": _AGENTS.get(operation.path, _ANY_AGENT)}}}
    return [
        {
            "name": name,
            "in": "query",
            "required": name in operation.required,
            **(agent if name == "agent" else {"schema": _PARAMETERS[name]}),
        }
        for name in operation.parameters
    ]


def _in_headers(operation: Operation) -> list[dict[str, Any]]:
    spoken = {"enum": [str(Version.V1_0), str(Version.V2_0)]}
    headers: dict[str, Schema] = {name: text() for name in operation.conditions}
    if operation.scopes is not None:
        headers[HEADER] = spoken
    return [
        {"name": name, "in": "header", "required": name == HEADER, "schema": schema}
        for name, schema in headers.items()
    ]


def _responses(operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for status, content in operation.answers.items():
        found[str(status)] = {"description": "It is so." if status < 400 else "It is not so."}
        if content is not None:
            schemas = {name: {"schema": schema} for name, schema in content.items()}
            found[str(status)]["content"] = schemas
    for status, what in _REFUSALS.items():
        problem = {PROBLEM: {"schema": ref("Problem")}}
        found.setdefault(str(status), {"description": what, "content": problem})
    return found
