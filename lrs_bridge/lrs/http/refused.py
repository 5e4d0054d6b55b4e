"""What an application is told of a write that was refused.

It is told after the answer has been sent, and whatever goes wrong then, the sender never hears of.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from flask import Response, g, request

from lrs_bridge.errors import JsonInvalid, ParameterInvalid, StatementInvalid, XapiError
from lrs_bridge.lrs.access.credentials import Credential
from lrs_bridge.lrs.http.asked import Asked, authorization_in
from lrs_bridge.lrs.http.setup import Setup
from lrs_bridge.lrs.refusals import Refusal, Sender, cut, described, sender_called
from lrs_bridge.validation import rules

log = structlog.get_logger()

_WRITING = frozenset({"PUT", "POST", "DELETE"})
_LONGEST_USER_AGENT = 200


def tell(setup: Setup, error: XapiError, response: Response) -> Response:
    """Return the answer to a refused request, and see to it that the application is told."""
    asked: Asked | None = g.get("xapi_asked")
    method = asked.method if asked else request.method
    if method not in _WRITING or not 400 <= response.status_code < 500:
        return response
    known: Credential | None = g.get("xapi_credential")
    sender: Sender | str | None
    if known is not None:
        sender = Sender(organisation_id=known.organisation_id, credential=known.id, proved=True)
    else:
        sender = _key(asked)
    about = _about(error, asked, method, response.status_code)
    response.call_on_close(partial(_told, setup, sender, about))
    return response


def _told(setup: Setup, sender: Sender | str | None, about: Mapping[str, Any]) -> None:
    """Tell of it, or only log it when it is of no organisation."""
    try:
        if isinstance(sender, str):
            with setup.reading() as session:
                sender = sender_called(session, sender)
        if sender is None:
            log.info("xapi.refused", slug=about["slug"], status=about["status"])
        else:
            setup.on_refused(Refusal(sender=sender, at=setup.clock(), **about))
    except Exception:
        log.error("xapi.refusal-lost", exc_info=True)


def _about(error: XapiError, asked: Asked | None, method: str, status: int) -> dict[str, Any]:
    pointer, found, statement_id = "", None, _named(asked)
    if isinstance(error, ParameterInvalid):
        pointer = error.parameter
    if isinstance(error, JsonInvalid):
        pointer = error.pointer
    if isinstance(error, StatementInvalid):
        pointer = error.pointer
        if error.statement is not None:
            found = _found(*error.statement)
            statement_id = statement_id or _id(error.statement[0])
    return {
        "method": cut(method, 10),
        "resource": (request.endpoint or "").rpartition(".")[2],
        "status": status,
        "slug": error.slug,
        "pointer": cut(pointer),
        "reason": cut(str(error)),
        "found": found,
        "statement_id": statement_id,
        "size": request.content_length,
        "user_agent": cut(request.headers.get("User-Agent", ""), _LONGEST_USER_AGENT),
    }


def _key(asked: Asked | None) -> str | None:
    """Return the key that a request came with, whether or not its secret was right."""
    given = authorization_in(asked.headers if asked else request.headers)
    return given.username if given is not None and given.type == "basic" else None


def _named(asked: Asked | None) -> UUID | None:
    """Return the id under which a statement was to be put."""
    given = asked.parameters if asked else ()
    return next((_uuid(text) for name, text in given if name == "statementId"), None)


def _id(statement: Any) -> UUID | None:
    return _uuid(statement.get("id")) if isinstance(statement, Mapping) else None


def _uuid(text: Any) -> UUID | None:
    try:
        rules.uuid(text)
    except StatementInvalid:
        return None
    return UUID(text)


def _found(value: Any, pointer: str) -> str | None:
    """Return kind and size of what stands at a pointer; None if nothing does."""
    for name in pointer.split("/")[1:]:
        name = name.replace("~1", "/").replace("~0", "~")
        if isinstance(value, Mapping) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return described(value)
