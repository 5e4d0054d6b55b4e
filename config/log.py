"""Logging: one JSON object per line, and only fields that cannot carry personal data.

An allow-list, not a deny-list: a field that nobody has thought about does not get out.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

ALLOWED = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "attempts",
        "check",
        "count",
        "course_id",
        "credential_id",
        "delay",
        "deployment_id",
        "duration_ms",
        "error",
        "error_type",
        "kind",
        "launch_id",
        "method",
        "organisation_id",
        "outbox_id",
        "outcome",
        "pairing_id",
        "port",
        "reason",
        "registration_id",
        "request_id",
        "route",
        "slug",
        "statement_id",
        "status",
        "trace",
        "version",
    }
)


def only_allowed_fields(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Drop every field outside `ALLOWED`, and say which, so that its absence is noticed."""
    if event.keys() <= ALLOWED:
        return event
    dropped = sorted(event.keys() - ALLOWED)
    for name in dropped:
        del event[name]
    event["dropped"] = dropped
    return event


def where_it_failed(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Turn `exc_info` into type and line numbers: an exception's text may quote what came in."""
    given = event.pop("exc_info", None)
    if given:
        kind, _error, traceback = given if isinstance(given, tuple) else sys.exc_info()
        event["error_type"] = kind.__name__ if kind else None
        trace = []
        while traceback is not None:
            code = traceback.tb_frame.f_code
            trace.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{traceback.tb_lineno}")
            traceback = traceback.tb_next
        event["trace"] = trace
    return event


_encoder = json.JSONEncoder(default=repr)  # made once: each line asks for one


def _as_json(event: MutableMapping[str, Any], **_options: Any) -> str:
    return _encoder.encode(event)


def configure_logging(level: str, *, stream: Any = None) -> None:
    """Send this process's log to `stream` (default: standard error) at `level` and above."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            where_it_failed,
            only_allowed_fields,
            structlog.processors.JSONRenderer(serializer=_as_json),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    others = [handler for handler in root.handlers if not isinstance(handler, _Libraries)]
    root.handlers = [*others, _Libraries(logging.WARNING)]


class _Libraries(logging.Handler):
    """Lets libraries say that something happened and where, in a line like all others.

    Not in their own words: those of a database quote the statement, and the people in it.
    """

    def emit(self, record: logging.LogRecord) -> None:
        """Log that a library said something."""
        structlog.get_logger().log(
            record.levelno, "library", kind=record.name, exc_info=record.exc_info
        )
