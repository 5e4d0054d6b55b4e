"""What Prometheus may read: what waits, is parked or stands still, by organisation and target.

Numbers and the names that operators gave; nobody's data. Who sends the bearer token of the settings
may read it; without one, only who calls from this machine and not through a proxy.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from datetime import datetime

from flask import Blueprint, Response, current_app, request
from sqlalchemy import select

from plugin.foundation.errors import NotFound
from plugin.foundation.tenancy import EVERYWHERE, Organisation
from plugin.foundation.web import tool
from plugin.foundation.web.access import open_to
from plugin.undelivered.service import Way, ways

KEY = "mentes.metrics-token"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_HERE = ("127.0.0.1", "::1")
_PROXIED = ("X-Forwarded-For", "Forwarded", "X-Real-Ip")
_MEASURES = {
    "waiting": "deliveries that wait",
    "oldest_seconds": "age of the first in the line",
    "parked": "deliveries that were given up and are kept",
    "failures": "tries in a row that the target did not answer",
    "paused": "1 if nothing is sent until somebody resumes",
}

bp = Blueprint("metrics", __name__)


@bp.get("/metrics")
@open_to("who knows the token, or calls from this machine")
def metrics() -> Response:
    """Tell what waits to be delivered."""
    if not _may_read():
        raise NotFound("There is nothing here.")
    with tool().database.reading(EVERYWHERE) as session:
        several = ways(session)
        owners = {row.id: row.name for row in session.scalars(select(Organisation))}
    now = tool().clock()
    rows = [(_labels(way, owners[way.backlog.organisation_id]), way) for way in several]
    lines = []
    for name, means in _MEASURES.items():
        lines += [f"# HELP mentes_outbox_{name} {means}", f"# TYPE mentes_outbox_{name} gauge"]
        for labels, way in rows:
            lines.append(f"mentes_outbox_{name}{{{labels}}} {dict(_measured(way, now))[name]}")
    return Response("\n".join([*lines, ""]), content_type=CONTENT_TYPE)


def _may_read() -> bool:
    token: str = current_app.extensions[KEY]
    if token:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    return request.remote_addr in _HERE and not any(it in request.headers for it in _PROXIED)


def _measured(way: Way, now: datetime) -> Iterator[tuple[str, float]]:
    it, state = way.backlog, way.backlog.state
    yield "waiting", it.waiting
    yield "oldest_seconds", 0 if it.oldest is None else round((now - it.oldest).total_seconds(), 3)
    yield "parked", it.parked
    yield "failures", 0 if state is None else state.failures
    yield "paused", int(state is not None and state.paused_at is not None)


def _labels(way: Way, organisation: str) -> str:
    said = {
        "organisation": organisation,
        "kind": way.backlog.kind,
        "target": way.name or way.backlog.target,
    }
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in said.items())


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
