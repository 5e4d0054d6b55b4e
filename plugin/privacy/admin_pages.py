"""What people ask of their data, for whoever administers the institution."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from plugin.foundation.web import Role, requires, tool, visit
from plugin.foundation.web.i18n import words
from plugin.privacy import service
from plugin.privacy.commands import commands

bp = Blueprint("privacy_requests", __name__, template_folder="templates")


@bp.get("/l/<uuid:launch_id>/privacy-requests")
@requires(Role.ADMIN)
def listed() -> str:
    """Show what waits, with the commands that do it."""
    with tool().database.reading(visit().organisation_id) as session:
        waiting = [
            (asked, person, commands(session, person.id, service.Kind(asked.kind)))
            for asked, person in service.requests(session)
        ]
    return render_template(
        "privacy/requests.html",
        page_title=words().gettext("Requests about personal data"),
        waiting=waiting,
    )


@bp.post("/l/<uuid:launch_id>/privacy-requests/<uuid:request_id>/done")
@requires(Role.ADMIN)
def settle(request_id: UUID) -> Response:
    """Note that a request was dealt with."""
    with tool().database.transaction(visit().organisation_id) as session:
        service.settle(session, request_id, by=visit().person_id, now=tool().clock())
    return redirect(url_for(".listed", launch_id=visit().launch_id), 303)
