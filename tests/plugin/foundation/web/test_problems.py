"""What went wrong, in the caller's dialect, and never more than they may know."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from config.log import configure_logging
from plugin.foundation.errors import FormInvalid, MentesError, TenancyError
from plugin.foundation.web import open_to
from plugin.foundation.web.problems import known_problems

SECRET = "Ada One <ada@lms.example> eyJhbGciOiJSUzI1NiJ9"
JSON, HTML = {"Accept": "application/json"}, {"Accept": "text/html,*/*;q=0.8"}


@pytest.fixture
def failing(app: Flask) -> Flask:
    """The tool with routes that fail in every way."""

    @app.get("/fails")
    @open_to("anyone")
    def fails() -> str:
        raise ValueError(SECRET)

    @app.get("/strays")
    @open_to("anyone")
    def strays() -> str:
        raise TenancyError("This work needs a session for one organisation.")

    @app.get("/invalid")
    @open_to("anyone")
    def invalid() -> str:
        raise FormInvalid("Look at it.", {"dish": ["Choose a dish.", "Any dish."]})

    return app


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What is logged while the test runs."""
    stream = io.StringIO()
    configure_logging("debug", stream=stream)
    yield stream
    configure_logging("error")


def lines(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_machines_get_a_problem_document(app: Flask) -> None:
    answer = app.test_client().get("/nowhere", headers=JSON)
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"
    problem = answer.get_json()
    assert problem["status"] == 404
    assert problem["instance"] == f"urn:uuid:{answer.headers['X-Request-Id']}"
    assert UUID(answer.headers["X-Request-Id"])


def test_people_get_a_calm_page_with_a_reference(app: Flask) -> None:
    answer = app.test_client().get("/nowhere", headers=HTML)
    assert answer.status_code == 404
    assert answer.mimetype == "text/html"
    assert answer.headers["X-Request-Id"] in answer.text


@pytest.mark.parametrize(
    ("accept", "mimetype"),
    [
        ("text/html", "text/html"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html"),
        ("application/json", "application/problem+json"),
        ("application/problem+json", "application/problem+json"),
        ("application/json, text/html;q=0.5", "text/html"),
        ("image/png", "text/html"),
        ("", "text/html"),
    ],
)
def test_the_caller_chooses_the_dialect(app: Flask, accept: str, mimetype: str) -> None:
    assert app.test_client().get("/nowhere", headers={"Accept": accept}).mimetype == mimetype


@pytest.mark.parametrize("headers", [JSON, HTML])
@pytest.mark.parametrize("path", ["/fails", "/strays"])
def test_a_fault_of_ours_shows_nothing_but_a_reference(
    failing: Flask, headers: dict[str, str], path: str
) -> None:
    answer = failing.test_client().get(path, headers=headers)
    assert answer.status_code == 500
    assert answer.headers["X-Request-Id"] in answer.text
    for hidden in ("Traceback", ".py", "Ada", "eyJ", "ValueError"):
        assert hidden not in answer.text


def test_a_fault_of_ours_is_logged_by_its_type_and_lines(failing: Flask, log: io.StringIO) -> None:
    answer = failing.test_client().get("/fails", headers=HTML)
    (line,) = [line for line in lines(log) if line["event"] == "unexpected"]
    assert line["error_type"] == "ValueError"
    assert line["trace"][-1].startswith("test_problems.py:")
    assert line["request_id"] == answer.headers["X-Request-Id"]
    assert "ada@lms.example" not in log.getvalue()


def test_a_form_names_its_fields_to_machines(failing: Flask) -> None:
    problem = failing.test_client().get("/invalid", headers=JSON).get_json()
    assert problem["status"] == 422
    assert problem["errors"] == [
        {"pointer": "/dish", "detail": "Choose a dish."},
        {"pointer": "/dish", "detail": "Any dish."},
    ]


def test_a_wrong_method_says_which_are_right(app: Flask) -> None:
    answer = app.test_client().delete("/healthz", headers={**JSON, "Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_a_body_that_is_too_large_is_refused_by_name(app: Flask) -> None:
    answer = app.test_client().post("/lti/launch", data={"id_token": "x" * 5_000_000}, headers=JSON)
    assert answer.status_code == 413
    assert "larger than we accept" in answer.get_json()["detail"]


def test_every_problem_of_the_tool_has_a_page(app: Flask) -> None:
    browser = app.test_client()
    slugs = known_problems()
    assert {"not-found", "refused", "sign-in-needed", "seal-broken", "error"} <= set(slugs)
    for slug in slugs:
        answer = browser.get(f"/problems/{slug}", headers=HTML)
        assert answer.status_code == 200, slug
        assert len(answer.text) > 200


def test_slugs_are_not_shared() -> None:
    waiting, slugs = [MentesError], []
    while waiting:
        error = waiting.pop()
        slugs.append(error.slug)
        waiting.extend(error.__subclasses__())
    assert len(slugs) == len(set(slugs))


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/nowhere"), ("GET", "/fails"), ("DELETE", "/healthz"), ("POST", "/lti/launch")],
)
def test_the_type_of_a_problem_leads_to_a_page_that_explains_it(
    failing: Flask, method: str, path: str
) -> None:
    browser = failing.test_client()
    headers = {**JSON, "Sec-Fetch-Site": "same-origin"}
    explained = browser.open(path, method=method, headers=headers).get_json()["type"]
    assert browser.get(explained, headers=HTML).status_code == 200


@pytest.mark.parametrize("name", ["Not%20A%20Slug", "<b>", "x" * 65])
def test_what_is_no_name_of_a_problem_is_not_found(app: Flask, name: str) -> None:
    assert app.test_client().get(f"/problems/{name}").status_code == 404
