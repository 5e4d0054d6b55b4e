"""Where an instructor says that a grade counts as finished."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from marshmallow import fields, validate
from werkzeug.wrappers import Response

from plugin.completions import grades
from plugin.completions.deliveries import KIND, owe_line_items, seen
from plugin.completions.inlets import inlets
from plugin.courses.model import Course
from plugin.foundation.errors import FormInvalid
from plugin.foundation.forms import Form, filled, whatever
from plugin.foundation.outbox import asked
from plugin.foundation.web import Role, requires, tool, visit
from plugin.foundation.web.i18n import in_words, words

bp = Blueprint("grades", __name__, template_folder="templates")


class GradeForm(Form):
    """Which column, and from how many per cent on."""

    column = fields.UUID(required=True, error_messages=whatever("Choose a column from the list."))
    percent = fields.Integer(
        required=True,
        validate=validate.Range(1, 100, error="Between 1 and 100."),
        error_messages=whatever("A whole number between 1 and 100."),
    )


@bp.get("/l/<uuid:launch_id>/grades")
@requires(Role.INSTRUCTOR)
def show() -> str:
    """Show which grades count as finished, and the columns to choose from."""
    return _show()


def _show(errors: dict[str, list[str]] | None = None) -> str:
    with tool().database.reading(visit().organisation_id) as session:
        course = session.get_one(Course, visit().course_id)
        return render_template(
            "completions/grades.html",
            page_title=words().gettext("Grades that count as finished"),
            chosen=grades.of_course(session, course.id),
            columns=seen(session, course.id),
            can_be_read=grades.can_be_read(course),
            asked=asked(session, KIND, str(course.id)),
            errors=in_words(errors or {}),
            sent=request.form,
        )


@bp.post("/l/<uuid:launch_id>/grades")
@requires(Role.INSTRUCTOR)
def choose() -> Response | tuple[str, int]:
    """Let results of a column count."""
    try:
        form = filled(GradeForm(), request.form)
        with tool().database.transaction(visit().organisation_id) as session:
            grades.choose(
                session,
                inlets().cipher,
                visit().course_id,
                form["column"],
                share=form["percent"] / 100,
                now=tool().clock(),
            )
    except FormInvalid as error:
        return _show(error.errors), 422
    return redirect(url_for(".show", launch_id=visit().launch_id), 303)


@bp.post("/l/<uuid:launch_id>/grades/columns")
@requires(Role.INSTRUCTOR)
def ask() -> Response:
    """Ask the platform which columns there are."""
    with tool().database.transaction(visit().organisation_id) as session:
        owe_line_items(session, visit().course_id, now=tool().clock())
    return redirect(url_for(".show", launch_id=visit().launch_id), 303)


@bp.post("/l/<uuid:launch_id>/grades/<uuid:source_id>/leave")
@requires(Role.INSTRUCTOR)
def leave(source_id: UUID) -> Response:
    """Look at a column no longer."""
    with tool().database.transaction(visit().organisation_id) as session:
        grades.leave(session, visit().course_id, source_id)
    return redirect(url_for(".show", launch_id=visit().launch_id), 303)
