"""A copied course: what could be kept, looked at first; kept, not now, never; and undone."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from plugin.courses.copies import Answer
from plugin.courses.model import CourseCopy
from plugin.foundation.errors import FormInvalid, NotFound
from plugin.foundation.web import Role, requires, tool, visit
from plugin.foundation.web.i18n import words
from plugin.programmes import keeping, offers
from plugin.programmes.offers import Offer

bp = Blueprint("keeping", __name__, template_folder="templates")

ANSWERS = {"keep": Answer.KEPT, "later": Answer.LATER, "never": Answer.NEVER}


def offer_of_visit(session: Session) -> Offer | None:
    """Return what this visit's instructor may keep of what the course was copied from."""
    return offers.offered(
        session, visit().course_id, visit().person_id, gates=_gates(), now=tool().clock()
    )


def _gates() -> str:
    return f"{tool().public_url}/items/"


@bp.get("/l/<uuid:launch_id>/copied")
@requires(Role.INSTRUCTOR)
def show() -> str:
    """Show which mentors and rules would be kept."""
    with tool().database.reading(visit().organisation_id) as session:
        offer = offer_of_visit(session)
        if offer is None:
            raise NotFound("There is nothing to keep from another course.")
        return render_template(
            "programmes/copied.html",
            page_title=words().gettext("A copied course"),
            offer=offer,
        )


@bp.post("/l/<uuid:launch_id>/copied/<uuid:copy_id>")
@requires(Role.INSTRUCTOR)
def answer(copy_id: UUID) -> Response:
    """Keep them, or do not, now or ever."""
    said = ANSWERS.get(request.form.get("answer", ""))
    if said is None:
        raise FormInvalid("Choose one of the answers.")
    with tool().database.transaction(visit().organisation_id) as session:
        keeping.answered(
            session,
            _copy(session, copy_id),
            said,
            gates=_gates(),
            by=visit().person_id,
            now=tool().clock(),
        )
    return _back()


@bp.post("/l/<uuid:launch_id>/copied/<uuid:copy_id>/undo")
@requires(Role.INSTRUCTOR)
def undo(copy_id: UUID) -> Response:
    """Take back what was kept."""
    with tool().database.transaction(visit().organisation_id) as session:
        keeping.undone(session, _copy(session, copy_id), by=visit().person_id, now=tool().clock())
    return _back()


def _copy(session: Session, copy_id: UUID) -> CourseCopy:
    found = offers.chosen(session, visit().course_id, visit().person_id, copy_id)
    if found is None:
        raise NotFound("There is nothing to keep from another course.")
    return found


def _back() -> Response:
    return redirect(url_for("setting_up.show", launch_id=visit().launch_id), 303)
