"""The calendar file of a booked check-in, for those whom no mail reaches."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, current_app

from plugin.checkins.service import for_one_of_the_two
from plugin.foundation.errors import NotFound
from plugin.foundation.web import Role, requires, tool, visit
from plugin.foundation.web.i18n import words
from plugin.nudges import calendar
from plugin.nudges.service import Nudges, talk

bp = Blueprint("nudges", __name__)
KEY = "mentes.nudges"


@bp.get("/l/<uuid:launch_id>/check-ins/<uuid:checkin_id>/check-in.ics", endpoint="calendar")
@requires(Role.MEMBER)
def calendar_file(checkin_id: UUID) -> Response:
    """Return a booked check-in as a calendar file, to one of the two."""
    nudges: Nudges = current_app.extensions[KEY]
    with tool().database.reading(visit().organisation_id) as session:
        for_one_of_the_two(session, checkin_id, visit().person_id)
        about = talk(session, checkin_id)
        if about.checkin.starts_at is None:
            raise NotFound("No time has been agreed for this check-in.")
        entry = nudges.entry(
            about, starts_at=about.checkin.starts_at, said_at=tool().clock(), say=words()
        )
    response = Response(calendar.request(entry), mimetype="text/calendar")
    response.headers["Content-Disposition"] = 'attachment; filename="check-in.ics"'
    return response
