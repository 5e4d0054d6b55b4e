"""Where an instructor says what the gradebook is told, and what our column in it is called."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from plugin.courses.model import Course
from plugin.foundation.errors import FormInvalid
from plugin.foundation.forms import filled
from plugin.foundation.web import Role, requires, tool, visit
from plugin.foundation.web.i18n import in_words, words
from plugin.records import columns
from plugin.records.columns import Column
from plugin.records.forms import ColumnForm
from plugin.records.scores import owe_anew

bp = Blueprint("columns", __name__, template_folder="templates")


@bp.get("/l/<uuid:launch_id>/column")
@requires(Role.INSTRUCTOR)
def show() -> str:
    """Show what the gradebook is told."""
    return _show()


def _show(errors: dict[str, list[str]] | None = None) -> str:
    return render_template(
        "records/column.html",
        page_title=words().gettext("In the gradebook"),
        column=_column(),
        errors=in_words(errors or {}),
        sent=request.form,
    )


def _column() -> Column:
    with tool().database.reading(visit().organisation_id) as session:
        course = session.get_one(Course, visit().course_id)
        return columns.column(session, course, label=words().gettext("Mentoring"))


@bp.post("/l/<uuid:launch_id>/column")
@requires(Role.INSTRUCTOR)
def change() -> Response | tuple[str, int]:
    """Call the column otherwise, or let check-ins count otherwise."""
    try:
        form = filled(ColumnForm(), request.form)
    except FormInvalid as error:
        return _show(error.errors), 422
    with tool().database.transaction(visit().organisation_id) as session:
        columns.change(
            session,
            session.get_one(Course, visit().course_id),
            label=form["label"],
            points=form["points"],
            by=visit().person_id,
            now=tool().clock(),
        )
    return _back()


@bp.post("/l/<uuid:launch_id>/column/stop")
@requires(Role.INSTRUCTOR)
def stop() -> Response:
    """Report nothing more, and leave the column as it is."""
    return _stopped(with_column=False)


@bp.get("/l/<uuid:launch_id>/column/remove")
@requires(Role.INSTRUCTOR)
def ask() -> str | Response:
    """Say what is lost with the column, before it is."""
    column = _column()
    if not column.can_be_removed:
        return _back()
    page_title = words().gettext("Remove the column?")
    return render_template("records/remove_column.html", page_title=page_title, column=column)


@bp.post("/l/<uuid:launch_id>/column/remove")
@requires(Role.INSTRUCTOR)
def remove() -> Response:
    """Report nothing more, and take the column away with the grades in it."""
    return _stopped(with_column=True)


def _stopped(*, with_column: bool) -> Response:
    with tool().database.transaction(visit().organisation_id) as session:
        course = session.get_one(Course, visit().course_id)
        columns.stop(
            session,
            course,
            with_column=with_column and columns.column(session, course).can_be_removed,
            by=visit().person_id,
            now=tool().clock(),
        )
    return _back()


@bp.post("/l/<uuid:launch_id>/column/report")
@requires(Role.INSTRUCTOR)
def report() -> Response:
    """Report again, also what took place meanwhile."""
    now = tool().clock()
    with tool().database.transaction(visit().organisation_id) as session:
        course = session.get_one(Course, visit().course_id)
        taken_up = columns.take_up(session, course, by=visit().person_id, now=now)
        if taken_up is not None:
            owe_anew(session, course, key=str(taken_up), now=now)
    return _back()


def _back() -> Response:
    return redirect(url_for(".show", launch_id=visit().launch_id), 303)
