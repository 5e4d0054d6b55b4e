"""The first page of administrators: where they can go, and what waits for them there."""

from __future__ import annotations

from flask import Blueprint, render_template

from plugin.administration.places import PLACES
from plugin.foundation.web import Role, requires, tool, visit
from plugin.foundation.web.i18n import words

bp = Blueprint("administration", __name__, template_folder="templates")


@bp.get("/l/<uuid:launch_id>/administration")
@requires(Role.ADMIN)
def home() -> str:
    """Show every place, those where something waits first to the eye."""
    with tool().database.reading(visit().organisation_id) as session:
        waiting = {
            place.endpoint: place.waiting(session) for place in PLACES if place.waiting is not None
        }
    return render_template(
        "administration/home.html",
        page_title=words().gettext("Administration"),
        places=PLACES,
        waiting=waiting,
    )
