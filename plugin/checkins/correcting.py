"""How the two put right what was said of their check-in."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from plugin.checkins import corrections, forms
from plugin.checkins.pages import shown
from plugin.foundation.errors import FormInvalid
from plugin.foundation.forms import filled
from plugin.foundation.web import Role, requires, tool, visit

bp = Blueprint("correcting", __name__)


@bp.post("/l/<uuid:launch_id>/check-ins/<uuid:checkin_id>/take-back")
@requires(Role.MEMBER)
def take_back(checkin_id: UUID) -> Response:
    """Take back that they spoke, or that one did not come."""
    with tool().database.transaction(visit().organisation_id) as session:
        corrections.take_back(session, checkin_id, by=visit().person_id, now=tool().clock())
    return _to(checkin_id)


@bp.post("/l/<uuid:launch_id>/check-ins/<uuid:checkin_id>/absence")
@requires(Role.MEMBER)
def absence(checkin_id: UUID) -> Response:
    """Record that it was this person who did not come."""
    with tool().database.transaction(visit().organisation_id) as session:
        corrections.correct_absence(session, checkin_id, by=visit().person_id, now=tool().clock())
    return _to(checkin_id)


@bp.post("/l/<uuid:launch_id>/check-ins/<uuid:checkin_id>/minutes")
@requires(Role.MEMBER)
def minutes(checkin_id: UUID) -> Response | tuple[str, int]:
    """Record how long they really talked."""
    try:
        form = filled(forms.MinutesForm(), request.form)
    except FormInvalid as error:
        return shown(checkin_id, error.errors), 422
    with tool().database.transaction(visit().organisation_id) as session:
        corrections.correct_minutes(
            session, checkin_id, form["minutes"], by=visit().person_id, now=tool().clock()
        )
    return _to(checkin_id)


def _to(checkin_id: UUID) -> Response:
    address = url_for("checkins.show", launch_id=visit().launch_id, checkin_id=checkin_id)
    return redirect(address, 303)
