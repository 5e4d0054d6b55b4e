"""Voiding a statement: what it means is said first, and it is done once."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from plugin.foundation.errors import FormInvalid
from plugin.foundation.forms import filled
from plugin.foundation.web import Role, requires, tool, visit
from plugin.foundation.web.i18n import in_words, words
from plugin.statements import forms, service, views
from plugin.statements.looking import looked_at, record_store

bp = Blueprint("statements_void", __name__)


@bp.get("/l/<uuid:launch_id>/statements/<uuid:statement_id>/void")
@requires(Role.ADMIN)
def confirm(statement_id: UUID) -> str | Response:
    """Say what voiding does, and ask why."""
    return _confirm(statement_id)


def _confirm(statement_id: UUID, errors: dict[str, list[str]] | None = None) -> str | Response:
    looked_at(statement_id, "page")
    with tool().database.reading(visit().organisation_id) as session:
        read = service.one(session, statement_id)
        known = service.known_activities(session, [read])
    row = views.row(read.found, read.statement, known, words())
    if row.voided or row.voids:
        return _to(statement_id)
    return render_template(
        "statements/void.html",
        page_title=words().gettext("Void a statement"),
        row=row,
        errors=in_words(errors or {}),
        sent=request.form,
    )


@bp.post("/l/<uuid:launch_id>/statements/<uuid:statement_id>/void")
@requires(Role.ADMIN)
def void(statement_id: UUID) -> Response | tuple[str | Response, int]:
    """Void it; sent twice, it is voided once."""
    try:
        form = filled(forms.VoidForm(), request.form)
    except FormInvalid as error:
        return _confirm(statement_id, error.errors), 422
    with tool().database.transaction(visit().organisation_id) as session:
        service.void(
            session,
            statement_id,
            reason=form["reason"],
            by=visit().person_id,
            account=service.admin_account(session, visit().person_id, visit().course_id),
            home_page=record_store().home_page,
            clock=tool().clock,
            on_stored=record_store().on_stored,
        )
    return _to(statement_id, done="voided")


def _to(statement_id: UUID, done: str | None = None) -> Response:
    address = url_for(
        "statements.show", launch_id=visit().launch_id, statement_id=statement_id, done=done
    )
    return redirect(address, 303)
