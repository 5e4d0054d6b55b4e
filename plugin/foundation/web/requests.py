"""The life of one request: an id, one log line, how long it took."""

from __future__ import annotations

import time
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request

log = structlog.get_logger()


def register(app: Flask) -> None:
    """Number and log every request. The route is logged, never the address: it may hold tokens."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    g.request_id = str(uuid4())
    g.began = time.perf_counter()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)  # in place of the last one's


def _end(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.request_id
    rule = request.url_rule.rule if request.url_rule else None
    log.info(
        "request",
        method=request.method,
        route=rule,
        status=response.status_code,
        duration_ms=round((time.perf_counter() - g.began) * 1000, 1),
    )
    return response
