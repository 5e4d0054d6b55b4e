"""What each method of each resource takes and answers: the table that the OpenAPI document is.

A test holds it to what the resources do: their methods, parameters and scopes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lrs_bridge.lrs.access.credentials import Scope
from lrs_bridge.lrs.http.schemas import Schema, array, ref, text

JSON = "application/json"
PROBLEM = "application/problem+json"

_ANY = "application/octet-stream"
_PARTS = "multipart/mixed"

READ_STATEMENTS = (
    Scope.ALL,
    Scope.ALL_READ,
    Scope.STATEMENTS_READ,
    Scope.STATEMENTS_READ_MINE,
)
WRITE_STATEMENTS = (Scope.ALL, Scope.STATEMENTS_WRITE)
LOOK_UP = (*READ_STATEMENTS, Scope.STATE, Scope.PROFILE)
READ_STATE = (Scope.ALL, Scope.ALL_READ, Scope.STATE)
WRITE_STATE = (Scope.ALL, Scope.STATE)
READ_PROFILE = (Scope.ALL, Scope.ALL_READ, Scope.PROFILE)
WRITE_PROFILE = (Scope.ALL, Scope.PROFILE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What one method of one resource takes and answers.

    Attributes:
        parameters: names of query parameters; those in `required` must be given.
        conditions: headers that say which document is meant.
        scopes: any one of them lets a credential in; None: nobody needs one.
        content: schemas of the body, by media type; None: it takes none.
        answers: by status, beside those that every operation may give: the media type and the
            schema of the body, or None.
    """

    path: str
    method: str
    summary: str
    parameters: Sequence[str] = ()
    required: Sequence[str] = ()
    conditions: Sequence[str] = ()
    scopes: Sequence[Scope] | None = None
    content: Mapping[str, Schema] | None = None
    answers: Mapping[int, Mapping[str, Schema] | None]


_statements: dict[str, Schema] = {
    JSON: {"oneOf": [ref("Statement"), array(ref("Statement"))]},
    _PARTS: {"description": "The statements, then the content of their attachments."},
}
_listed = {
    JSON: {"anyOf": [ref("StatementResult"), {"type": "object", "required": ["actor"]}]},
    _PARTS: {},
}
_WORDS = ("related_activities", "related_agents", "since", "until", "limit", "ascending")
_STATEMENT_PARAMETERS = (
    *("statementId", "voidedStatementId", "agent", "verb", "activity", "registration"),
    *(*_WORDS, "format", "attachments", "cursor"),
)


def _documents(
    path: str,
    what: str,
    holder: Sequence[str],
    optional: Sequence[str],
    id: str,
    reading: Sequence[Scope],
    writing: Sequence[Scope],
) -> list[Operation]:
    """Return the operations of a resource of documents."""
    one, many = (*holder, *optional, id), (*holder, *optional, id, "since")
    both = ("If-Match", "If-None-Match")
    sent: dict[str, Schema] = {JSON: {}, _ANY: {}}
    write: dict[int, Mapping[str, Schema] | None] = {204: None, 409: {PROBLEM: ref("Problem")}}
    any_id = () if id == "stateId" else (id,)
    return [
        Operation(
            path=path,
            method="GET",
            summary=f"{what}: one document, or without {id} the ids of all.",
            parameters=many,
            required=holder,
            conditions=("If-None-Match",),
            scopes=reading,
            answers={200: {"*/*": {}}, 304: None},
        ),
        Operation(
            path=path,
            method="PUT",
            summary=f"{what}: keep a document in the place of what there is.",
            parameters=one,
            required=(*holder, id),
            conditions=both,
            scopes=writing,
            content=sent,
            answers=write,
        ),
        Operation(
            path=path,
            method="POST",
            summary=f"{what}: merge the members of a JSON object into what there is.",
            parameters=one,
            required=(*holder, id),
            conditions=both,
            scopes=writing,
            content=sent,
            answers=write,
        ),
        Operation(
            path=path,
            method="DELETE",
            summary=f"{what}: forget a document"
            + (", or without stateId all of them." if not any_id else "."),
            parameters=one,
            required=(*holder, *any_id),
            conditions=both,
            scopes=writing,
            answers={204: None},
        ),
    ]


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        path="/about",
        method="GET",
        summary="Which versions of the standard are spoken here.",
        answers={200: {JSON: ref("About")}},
    ),
    Operation(
        path="/openapi.json",
        method="GET",
        summary="This document.",
        answers={200: {JSON: {"type": "object", "required": ["openapi"]}}},
    ),
    Operation(
        path="/statements",
        method="GET",
        summary="One statement, or a page of them with the way to the next.",
        parameters=_STATEMENT_PARAMETERS,
        scopes=READ_STATEMENTS,
        answers={200: _listed},
    ),
    Operation(
        path="/statements",
        method="POST",
        summary="Store one statement or a batch; all or none.",
        scopes=WRITE_STATEMENTS,
        content=_statements,
        answers={200: {JSON: array(text(format="uuid"))}, 409: {PROBLEM: ref("Problem")}},
    ),
    Operation(
        path="/statements",
        method="PUT",
        summary="Store one statement under an id.",
        parameters=("statementId",),
        required=("statementId",),
        scopes=WRITE_STATEMENTS,
        content={**_statements, JSON: ref("Statement")},
        answers={204: None, 409: {PROBLEM: ref("Problem")}},
    ),
    Operation(
        path="/activities",
        method="GET",
        summary="All that is known of an activity.",
        parameters=("activityId",),
        required=("activityId",),
        scopes=LOOK_UP,
        answers={200: {JSON: ref("Activity")}},
    ),
    Operation(
        path="/agents",
        method="GET",
        summary="Who an agent is: the names that statements gave it.",
        parameters=("agent",),
        required=("agent",),
        scopes=LOOK_UP,
        answers={200: {JSON: ref("Person")}},
    ),
    *_documents(
        "/activities/state",
        "State of an activity",
        ("activityId", "agent"),
        ("registration",),
        "stateId",
        READ_STATE,
        WRITE_STATE,
    ),
    *_documents(
        "/activities/profile",
        "Activity profile",
        ("activityId",),
        (),
        "profileId",
        READ_PROFILE,
        WRITE_PROFILE,
    ),
    *_documents(
        "/agents/profile",
        "Agent profile",
        ("agent",),
        (),
        "profileId",
        READ_PROFILE,
        WRITE_PROFILE,
    ),
)
