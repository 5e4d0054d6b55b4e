"""What Prometheus may read: what waits, is parked or stands still, by organisation.

Numbers and the names that operators gave; nobody's data. Who sends the bearer token of the settings
may read it; without one, only who calls from this machine and not through a proxy.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from datetime import datetime
from uuid import UUID

from flask import Blueprint, Response, current_app, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from plugin.completions import numbers
from plugin.foundation.errors import NotFound
from plugin.foundation.tenancy import EVERYWHERE, Organisation
from plugin.foundation.web import tool
from plugin.foundation.web.access import open_to
from plugin.undelivered.service import ways

KEY = "mentes.metrics-token"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_HERE = ("127.0.0.1", "::1")
_PROXIED = ("X-Forwarded-For", "Forwarded", "X-Real-Ip")
_MEASURES = {
    "outbox_waiting": "deliveries that wait",
    "outbox_oldest_seconds": "age of the first in the line",
    "outbox_parked": "deliveries that were given up and are kept",
    "outbox_failures": "tries in a row that the target did not answer",
    "outbox_paused": "1 if nothing is sent until somebody resumes",
    "inbox_waiting": "completions that are new, or wait for what is not known",
    "inbox_oldest_seconds": "age of the first of them",
    "source_behind_seconds": "for how long a source may have what was not read",
}

Sample = tuple[str, str, float]
"""Which measure, its labels, its value."""

bp = Blueprint("metrics", __name__)


@bp.get("/metrics")
@open_to("who knows the token, or calls from this machine")
def metrics() -> Response:
    """Tell what waits: to be delivered, to be applied, to be read."""
    if not _may_read():
        raise NotFound("There is nothing here.")
    now = tool().clock()
    with tool().database.reading(EVERYWHERE) as session:
        owners = {row.id: row.name for row in session.scalars(select(Organisation))}
        samples = [*_outbox(session, owners, now), *_inbox(session, owners, now)]
    lines = []
    for name, means in _MEASURES.items():
        lines += [f"# HELP mentes_{name} {means}", f"# TYPE mentes_{name} gauge"]
        lines += [
            f"mentes_{name}{{{labels}}} {value}" for of, labels, value in samples if of == name
        ]
    return Response("\n".join([*lines, ""]), content_type=CONTENT_TYPE)


def _may_read() -> bool:
    token: str = current_app.extensions[KEY]
    if token:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    return request.remote_addr in _HERE and not any(it in request.headers for it in _PROXIED)


def _outbox(session: Session, owners: Mapping[UUID, str], now: datetime) -> Iterator[Sample]:
    for way in ways(session):
        it, state = way.backlog, way.backlog.state
        labels = _labels(
            organisation=owners[it.organisation_id], kind=it.kind, target=way.name or it.target
        )
        yield "outbox_waiting", labels, it.waiting
        yield "outbox_oldest_seconds", labels, _age(it.oldest, now)
        yield "outbox_parked", labels, it.parked
        yield "outbox_failures", labels, 0 if state is None else state.failures
        yield "outbox_paused", labels, int(state is not None and state.paused_at is not None)


def _inbox(session: Session, owners: Mapping[UUID, str], now: datetime) -> Iterator[Sample]:
    for each in numbers.unsettled(session):
        labels = _labels(organisation=owners[each.organisation_id], status=each.status)
        yield "inbox_waiting", labels, each.count
        yield "inbox_oldest_seconds", labels, _age(each.oldest, now)
    for source in numbers.looked_at(session):
        labels = _labels(
            organisation=owners[source.organisation_id], kind=source.kind, source=source.name
        )
        yield "source_behind_seconds", labels, round(numbers.behind(source, now), 3)


def _age(since: datetime | None, now: datetime) -> float:
    return 0 if since is None else round((now - since).total_seconds(), 3)


def _labels(**said: str) -> str:
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in said.items())


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
