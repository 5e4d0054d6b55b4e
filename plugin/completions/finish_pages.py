"""“I have finished”: what a learner says themselves."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from plugin.completions import manual
from plugin.foundation.errors import NotFound
from plugin.foundation.web import Role, requires, tool, visit
from plugin.foundation.web.i18n import words
from plugin.programmes import service as programmes
from plugin.programmes.visiting import programme_of_visit

bp = Blueprint("finishing", __name__, template_folder="templates")

KEY = "mentes.completion_cutoff_days"


@bp.get("/l/<uuid:launch_id>/finished")
@requires(Role.MEMBER)
def show() -> str:
    """Show what a learner can finish, and what they said of it."""
    with tool().database.reading(visit().organisation_id) as session:
        programme = programmes.found_of_course(session, visit().course_id)
        if programme is None:
            raise NotFound("There is no mentoring in this course yet.")
        return render_template(
            "completions/finished.html",
            page_title=words().gettext("I have finished"),
            finishings=manual.finishings(session, programme, visit().person_id),
            done=request.args.get("done", ""),
        )


@bp.post("/l/<uuid:launch_id>/finished/<uuid:checkpoint_id>")
@requires(Role.MEMBER)
def finish(checkpoint_id: UUID) -> Response:
    """Take a learner's word, and lead them to the check-in if one is open now."""
    with programme_of_visit() as (session, programme):
        finishing = manual.finish(
            session,
            programme,
            checkpoint_id,
            visit().person_id,
            now=tool().clock(),
            cutoff_days=current_app.extensions[KEY],
        )
    return _back("open" if finishing.checkin else "noted")


@bp.post("/l/<uuid:launch_id>/finished/<uuid:checkpoint_id>/undo")
@requires(Role.MEMBER)
def undo(checkpoint_id: UUID) -> Response:
    """Take back what a learner said."""
    with programme_of_visit() as (session, programme):
        manual.undo(session, programme, checkpoint_id, visit().person_id, now=tool().clock())
    return _back("undone")


def _back(done: str) -> Response:
    return redirect(url_for(".show", launch_id=visit().launch_id, done=done), 303)
