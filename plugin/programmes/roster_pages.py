"""The platform's list leaves out many of a course: are they gone?"""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from plugin.courses import questions
from plugin.foundation.errors import FormInvalid
from plugin.foundation.web import Role, requires, tool, visit

bp = Blueprint("rosters", __name__)


@bp.post("/l/<uuid:launch_id>/roster/<uuid:question_id>")
@requires(Role.INSTRUCTOR)
def answer(question_id: UUID) -> Response:
    """Take those out of the course who are left out, or keep them."""
    said_of(visit().course_id, question_id)
    return redirect(url_for("setting_up.show", launch_id=visit().launch_id), 303)


def said_of(course_id: UUID, question_id: UUID) -> None:
    """Do what the form of this request says about those who are left out of a course."""
    said = request.form.get("answer")
    if said not in ("gone", "here"):
        raise FormInvalid("Choose one of the answers.")
    with tool().database.transaction(visit().organisation_id) as session:
        questions.answered(
            session,
            course_id,
            question_id,
            gone=said == "gone",
            by=visit().person_id,
            now=tool().clock(),
        )
