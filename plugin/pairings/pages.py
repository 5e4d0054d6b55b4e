"""Taking up a pair that the learning platform names."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from plugin.courses.model import Course
from plugin.foundation.web import Role, requires, tool, visit
from plugin.pairings import said
from plugin.programmes.visiting import programme_of_visit

bp = Blueprint("pairings", __name__)


@bp.post("/l/<uuid:launch_id>/said-pairs/<uuid:mentor_id>/<uuid:mentee_id>")
@requires(Role.INSTRUCTOR)
def take_up(mentor_id: UUID, mentee_id: UUID) -> Response:
    """Make the pair."""
    with programme_of_visit() as (session, programme):
        said.take_up(
            session,
            session.get_one(Course, programme.course_id),
            programme,
            mentor_id=mentor_id,
            mentee_id=mentee_id,
            by=visit().person_id,
            now=tool().clock(),
        )
    return redirect(url_for("checkins.people", launch_id=visit().launch_id), 303)
