"""The log: what it keeps out, whoever forgets."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from config.log import ALLOWED, configure_logging

PERSONAL = ("Ada One", "ada@lms.example", "eyJhbGciOiJSUzI1NiJ9.e30.sig")
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def logged() -> Iterator[Lines]:
    """What was logged since the test began."""
    stream = io.StringIO()
    configure_logging("debug", stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    configure_logging("error")


def test_a_line_is_one_object_with_time_and_level(logged: Lines) -> None:
    structlog.get_logger().info("launch.accepted", launch_id="1")
    (line,) = logged()
    assert line["event"] == "launch.accepted"
    assert line["level"] == "info"
    assert line["timestamp"].endswith("Z")
    assert line["launch_id"] == "1"


def test_fields_that_may_hold_personal_data_do_not_get_out(logged: Lines) -> None:
    structlog.get_logger().info(
        "launch.accepted", name=PERSONAL[0], email=PERSONAL[1], id_token=PERSONAL[2], count=1
    )
    (line,) = logged()
    assert line["dropped"] == ["email", "id_token", "name"]
    assert line["count"] == 1
    assert not any(said in json.dumps(line) for said in PERSONAL)


def test_what_is_bound_to_a_context_is_held_to_the_same_list(logged: Lines) -> None:
    with structlog.contextvars.bound_contextvars(request_id="r", email=PERSONAL[1]):
        structlog.get_logger().info("request")
    (line,) = logged()
    assert line["request_id"] == "r"
    assert PERSONAL[1] not in json.dumps(line)


def test_no_allowed_field_is_named_for_what_people_are_called() -> None:
    assert ALLOWED.isdisjoint({"name", "email", "user", "actor", "token", "url", "path", "query"})


def test_an_exception_becomes_its_type_and_lines_only(logged: Lines) -> None:
    try:
        raise ValueError(" ".join(PERSONAL))
    except ValueError:
        structlog.get_logger().error("unexpected", exc_info=True)
    (line,) = logged()
    assert line["error_type"] == "ValueError"
    assert [place.split(":")[0] for place in line["trace"]] == ["test_log.py"]
    assert not any(said in json.dumps(line) for said in PERSONAL)


def test_levels_below_the_chosen_one_are_silent() -> None:
    stream = io.StringIO()
    configure_logging("warning", stream=stream)
    structlog.get_logger().info("request")
    structlog.get_logger().warning("lti.refused", slug="state-unknown")
    configure_logging("error")
    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["lti.refused"]


def test_libraries_say_where_something_failed_and_nothing_of_whom(logged: Lines) -> None:
    try:
        raise RuntimeError(f"INSERT … {PERSONAL[1]}")
    except RuntimeError:
        logging.getLogger("sqlalchemy.pool").exception("Failed for %s", PERSONAL[0])
    logging.getLogger("urllib3").info("https://lms.example/?token=1")
    (line,) = logged()
    assert (line["event"], line["kind"], line["level"]) == ("library", "sqlalchemy.pool", "error")
    assert (line["error_type"], len(line["trace"])) == ("RuntimeError", 1)
    assert not any(said in json.dumps(line) for said in PERSONAL)
