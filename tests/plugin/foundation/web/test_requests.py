"""The log line of a request: which route, never which address."""

from __future__ import annotations

import io
import json
from uuid import uuid4

from flask import Flask

from config.log import configure_logging


def logged(app: Flask, path: str) -> dict[str, object]:
    stream = io.StringIO()
    configure_logging("info", stream=stream)
    app.test_client().get(path)
    configure_logging("error")
    (line,) = [json.loads(each) for each in stream.getvalue().splitlines() if '"request"' in each]
    assert isinstance(line, dict)
    return line


def test_a_request_is_logged_with_its_route_and_time(app: Flask) -> None:
    line = logged(app, "/healthz")
    assert (line["method"], line["route"], line["status"]) == ("GET", "/healthz", 200)
    assert line["duration_ms"] >= 0  # type: ignore[operator]


def test_neither_path_nor_query_is_logged(app: Flask) -> None:
    token, launch_id = "one-time-invitation", str(uuid4())
    for path in (
        f"/lti/register/{token}?registration_token={token}",
        f"/l/{launch_id}/mine?token={token}",
        f"/{token}",
    ):
        line = json.dumps(logged(app, path))
        assert token not in line
        assert launch_id not in line


def test_every_request_has_a_number_of_its_own(app: Flask) -> None:
    browser = app.test_client()
    numbers = {browser.get("/healthz").headers["X-Request-Id"] for _ in range(3)}
    assert len(numbers) == 3
