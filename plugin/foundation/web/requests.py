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


def numbered() -> str:
    """Return the id of a request that begins, which every line of the log has from now on."""
    id = str(uuid4())
    structlog.contextvars.bind_contextvars(request_id=id)  # in place of the last one's
    return id


def note(method: str, route: str | None, status: int, *, began: float) -> None:
    """Log that a request was answered; `began` is what `time.perf_counter` said then."""
    duration = round((time.perf_counter() - began) * 1000, 1)
    log.info("request", method=method, route=route, status=status, duration_ms=duration)


def _begin() -> None:
    g.request_id = numbered()
    g.began = time.perf_counter()


def _end(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.request_id
    route = request.url_rule.rule if request.url_rule else None
    note(request.method, route, response.status_code, began=g.began)
    return response
