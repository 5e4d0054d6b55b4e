"""What went wrong, for machines (RFC 9457) and for people. Alone knows HTTP's numbers.

Each problem's `type` is a page of ours that explains it: `/problems/<slug>`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import structlog
from flask import Blueprint, Flask, Response, g, jsonify, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from plugin.foundation.db import AWAY
from plugin.foundation.errors import FormInvalid, MentesError, NotFound, Unavailable
from plugin.foundation.i18n import Words, to_say
from plugin.foundation.web.access import open_to
from plugin.foundation.web.i18n import in_words, words
from plugin.foundation.web.tool import tool

log = structlog.get_logger()
bp = Blueprint("problems", __name__)

NOT_POSSIBLE = to_say("That is not possible here")
TOO_LARGE = to_say("That is too large")
NOT_DONE = to_say("We could not do that")
SOON = 2  # s; after which to ask again what was away, unless it says more
SLUG = re.compile(r"[a-z0-9-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is shown; never a stack, a claim or a token.

    `retry_after` are the seconds after which it is worth asking again, if anybody has said.
    """

    slug: str
    status: int
    title: str
    detail: str
    next_step: str
    reference: str
    retry_after: int | None = None


def known_problems() -> dict[str, type[MentesError]]:
    """Return every error of the tool by its slug."""
    found: dict[str, type[MentesError]] = {}
    waiting = [MentesError]
    while waiting:
        error = waiting.pop()
        found[error.slug] = error
        waiting.extend(error.__subclasses__())
    return found


@bp.get("/problems/<slug>")
@open_to("anyone")
def show(slug: str) -> str:
    """Explain one kind of problem; one that is not ours (a platform's, HTTP's) in general."""
    if not SLUG.fullmatch(slug):
        raise NotFound("There is no problem of that name.")
    error = known_problems().get(slug, MentesError)
    say = words().gettext
    return render_template(
        "message.html",
        title=say(error.title),
        text=say(error.next_step),
        action=None,
    )


def register(app: Flask) -> None:
    """Answer every error in the caller's dialect."""
    app.register_blueprint(bp)
    app.register_error_handler(MentesError, answer)
    app.register_error_handler(HTTPException, _http)
    for away in AWAY:
        app.register_error_handler(away, _away)
    app.register_error_handler(Exception, _unexpected)


def answer(error: MentesError) -> Response:
    """Return the answer to `error`, and log it by its slug alone."""
    level = log.error if error.status >= 500 else log.info
    level("problem", slug=error.slug, status=error.status, exc_info=error.status >= 500)
    say = words()
    return show_problem(
        Problem(
            slug=error.slug,
            status=error.status,
            title=say.gettext(error.title),
            detail=say.gettext(str(error)) if str(error) else "",
            next_step=say.gettext(error.next_step),
            reference=g.request_id,
        ),
        errors=in_words(error.errors) if isinstance(error, FormInvalid) else None,
    )


def _http(error: HTTPException) -> Response:
    if error.code is not None and error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    titles = {404: NotFound.title, 405: NOT_POSSIBLE, 413: TOO_LARGE}
    status = error.code or 500
    say = words()
    problem = Problem(
        slug=f"http-{status}",
        status=status,
        title=say.gettext(titles.get(status, NOT_DONE)),
        detail=_plainly(status, say),
        next_step=say.gettext(MentesError.next_step),
        reference=g.request_id,
    )
    response = show_problem(problem)
    if status == 405 and getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(error.valid_methods)  # type: ignore[attr-defined]
    return response


def _plainly(status: int, say: Words) -> str:
    sentences = {
        400: "The request was not complete or not well formed.",
        404: "There is nothing at this address.",
        405: "This address does not take that kind of request.",
        413: "The request is larger than we accept.",
    }
    return say.gettext(sentences.get(status, "The request could not be handled."))


def _away(error: Exception) -> Response:
    log.error("database", exc_info=True)
    return answer(Unavailable("It could not be saved or read in time."))


def _unexpected(error: Exception) -> Response:
    log.error("unexpected", exc_info=True)
    say = words()
    return show_problem(
        Problem(
            slug="error",
            status=500,
            title=say.gettext(MentesError.title),
            detail=say.gettext("This is our fault, not yours. Nothing you saved is lost."),
            next_step=say.gettext("Try again; if it stays, tell us the reference below."),
            reference=g.request_id,
        )
    )


def show_problem(problem: Problem, *, errors: dict[str, list[str]] | None = None) -> Response:
    """Return `problem` in the dialect of the caller; a 503 says when to ask again."""
    response = _shown(problem, errors)
    if problem.status == 503:
        wait = SOON if problem.retry_after is None else problem.retry_after
        response.headers["Retry-After"] = str(wait)
    return response


def _shown(problem: Problem, errors: dict[str, list[str]] | None) -> Response:
    if prefers_html():
        return_url = g.visit.return_url if "visit" in g else g.get("return_url")
        page = render_template("problem.html", problem=problem, return_url=return_url)
        response = Response(page, problem.status, mimetype="text/html")
        if "visit" not in g and "frame_ancestors" not in g:
            g.frame_ancestors = ["*"]  # nothing to click: an explanation may be shown anywhere
        return response
    body: dict[str, object] = {
        "type": tool().public_url + url_for("problems.show", slug=problem.slug),
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": f"urn:uuid:{problem.reference}",
    }
    if errors:
        body["errors"] = [
            {"pointer": f"/{name}", "detail": text} for name in errors for text in errors[name]
        ]
    response = jsonify(body)
    response.status_code = problem.status
    response.content_type = "application/problem+json"
    return response


def prefers_html() -> bool:
    """Tell whether the caller is a person's browser."""
    if g.get("for_machines"):
        return False
    best = request.accept_mimetypes.best_match(
        ["application/problem+json", "application/json", "text/html"], default="text/html"
    )
    return best == "text/html" or "text/html" in request.headers.get("Accept", "")
