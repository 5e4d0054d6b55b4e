"""The campus's web site, put together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Flask, render_template, request
from jinja2 import StrictUndefined
from werkzeug.exceptions import Forbidden, HTTPException
from werkzeug.wrappers import Response

from plugin.demo import admin_pages, mail_pages, pages
from plugin.demo.campus import NAME, Campus
from plugin.demo.coursework import COURSE
from plugin.demo.logstore import LogStore
from plugin.demo.mailbox import Mailbox
from plugin.demo.visitors import KEY, visitor

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "frame-src http: https:; form-action http: https:; frame-ancestors 'self'; base-uri 'none'"
)


def create_campus(
    issuer: str,
    *,
    clock: Callable[[], datetime],
    lrs_endpoint: str,
    lrs_key: str,
    lrs_secret: str,
    mailbox: Mailbox | None = None,
) -> Campus:
    """Return a campus with its pages; serve its `wsgi` where `issuer` leads.

    Args:
        issuer: its origin, on another site than the tool's: "http://localhost:8080" beside
            "http://127.0.0.1:5000", so that a browser treats the tool in a frame as a third party.
        clock: the present time, aware.
        lrs_endpoint: where the campus's xAPI plugin posts; `/statements` is added.
        mailbox: whose boxes the campus shows.
    """
    campus = Campus(
        issuer,
        clock=clock,
        log_store=LogStore(lrs_endpoint, lrs_key, lrs_secret, clock=clock),
        mailbox=mailbox,
    )
    campus.serve_pages(create_site(campus))
    return campus


def create_site(campus: Campus) -> Flask:
    """Return the pages of `campus`."""
    app = Flask("plugin.demo", template_folder="html", static_folder="static")
    app.extensions[KEY] = campus
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    for blueprint in (pages.bp, admin_pages.bp, mail_pages.bp):
        app.register_blueprint(blueprint)
    app.before_request(_refuse_foreign_forms)
    app.after_request(_dress)
    app.register_error_handler(HTTPException, _problem)
    app.context_processor(
        lambda: {"campus_name": NAME, "visitor": visitor(), "course_id": COURSE.id}
    )
    return app


def _refuse_foreign_forms() -> None:
    """Refuse a form that another site made a browser send."""
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site") in (
        "cross-site",
        "same-site",
    ):
        raise Forbidden("Send the form from the campus itself.")


def _dress(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _problem(error: HTTPException) -> tuple[str, int]:
    status = error.code or 500
    return render_template("problem.html", said=error.description, status=status), status
