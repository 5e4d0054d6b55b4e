"""How errors are answered: what is wrong, where, and what was required (RFC 9457)."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, g
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from lrs_bridge.errors import (
    EncodingUnsupported,
    Failed,
    Forbidden,
    JsonInvalid,
    Malformed,
    MethodNotAllowed,
    ParameterInvalid,
    StatementInvalid,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    XapiError,
)
from lrs_bridge.lrs.http import refused
from lrs_bridge.lrs.http.setup import Setup


def register(bp: Blueprint, setup: Setup) -> None:
    """Answer every error that a view of `bp` raises and that the sender can do something about."""

    def answer(error: XapiError) -> Response:
        return refused.tell(setup, error, _problem(error))

    def answer_http(error: HTTPException) -> Response:
        meant = _meant(error)
        return refused.tell(setup, meant, _problem(meant, error.code))

    bp.register_error_handler(XapiError, answer)
    bp.register_error_handler(HTTPException, answer_http)
    for error in (OperationalError, PoolTimeoutError):
        bp.register_error_handler(error, _busy)


def _problem(error: XapiError, status: int | None = None) -> Response:
    status = status or error.status
    body: dict[str, Any] = {
        "title": error.title,
        "status": status,
        "detail": str(error),
        "slug": error.slug,
    }
    if isinstance(error, StatementInvalid):
        body["errors"] = [{"pointer": error.pointer, "detail": error.requirement}]
    if isinstance(error, JsonInvalid):
        body["errors"] = [{"pointer": error.pointer, "detail": error.fault}]
    if isinstance(error, ParameterInvalid):
        body["errors"] = [{"parameter": error.parameter, "detail": error.requirement}]
    response = Response(json.dumps(body), status=status, content_type="application/problem+json")
    for challenge in _challenges(error):
        response.headers.add("WWW-Authenticate", challenge)
    if isinstance(error, EncodingUnsupported):
        response.headers["Accept-Encoding"] = "identity"  # RFC 7694, section 3
    if isinstance(error, MethodNotAllowed):
        response.headers["Allow"] = ", ".join(error.allowed)
    if isinstance(error, Unavailable | TooManyRequests):
        response.headers["Retry-After"] = str(error.seconds)
    return response


def _challenges(error: XapiError) -> tuple[str, ...]:
    """Return what is asked for instead of what was sent (RFC 7617; RFC 6750, section 3)."""
    if g.get("xapi_by_token"):
        if isinstance(error, Unauthenticated):
            return ('Bearer realm="xAPI", error="invalid_token"',)
        if isinstance(error, Forbidden):
            return ('Bearer realm="xAPI", error="insufficient_scope"',)
    if isinstance(error, Unauthenticated):
        return 'Basic realm="xAPI", charset="UTF-8"', 'Bearer realm="xAPI"'
    return ()


def _meant(error: HTTPException) -> XapiError:
    """Return what an error of the web server means here."""
    if isinstance(error, RequestEntityTooLarge):
        return TooLarge("The body is larger than this store accepts.")
    if error.code is not None and error.code >= 500:
        return Failed("The fault is not in what was sent. Whoever runs the store finds it logged.")
    return Malformed(f"The request could not be read: {error.name}.")


def _busy(_error: Exception) -> Response:
    return _problem(Unavailable("The store could not be reached in time. Send the same again."))
