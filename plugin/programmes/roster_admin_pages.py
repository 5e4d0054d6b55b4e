"""Lists of people that leave out many, of every course, for administrators."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from plugin.courses import questions
from plugin.foundation.web import Role, requires, tool, visit
from plugin.foundation.web.i18n import words
from plugin.programmes.roster_pages import said_of

bp = Blueprint("rosters_admin", __name__, template_folder="templates")


@bp.get("/l/<uuid:launch_id>/rosters")
@requires(Role.ADMIN)
def listed() -> str:
    """Show the courses that somebody has to be asked about."""
    with tool().database.reading(visit().organisation_id) as session:
        return render_template(
            "programmes/rosters.html",
            page_title=words().gettext("Are they gone?"),
            asked=questions.asked_everywhere(session),
        )


@bp.post("/l/<uuid:launch_id>/rosters/<uuid:course_id>/<uuid:question_id>")
@requires(Role.ADMIN)
def answer(course_id: UUID, question_id: UUID) -> Response:
    """Do what an administrator says about one of them."""
    said_of(course_id, question_id)
    return redirect(url_for(".listed", launch_id=visit().launch_id), 303)
