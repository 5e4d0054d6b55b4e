"""Opening an item: to its page, by role, or to a calm word about why there is nothing yet."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from plugin.courses.openers import owe_openers
from plugin.foundation.web import Role, requires, tool, visit
from plugin.foundation.web.i18n import words
from plugin.items.views import Destination, Openers, Where, destination, openers
from plugin.launches.items import Said
from plugin.launches.model import Launch
from plugin.launches.pages import page_for

bp = Blueprint("items", __name__, template_folder="templates")


@bp.get("/l/<uuid:launch_id>/item")
@requires(Role.MEMBER)
def show() -> str | Response:
    """Lead whoever opened an item to what it is for."""
    found = _destination()
    if found.where is Where.CHECK_IN:
        return _to("checkins.show", checkin_id=found.id)
    if found.where is Where.CIRCLE:
        return _to("circles.show", circle_id=found.id)
    if found.where is Where.GOALS:
        return _to("goals.show")
    is_instructor = Role.INSTRUCTOR in visit().roles
    if found.where is Where.HOME or (found.where is Where.COPIED and not is_instructor):
        return _to(page_for(visit().roles))
    return render_template(
        "items/item.html",
        page_title=found.title or words().gettext("Mentoring"),
        to=found,
        openers=_openers() if found.where is Where.OVERVIEW else None,
        home=url_for(page_for(visit().roles), launch_id=visit().launch_id),
    )


@bp.post("/l/<uuid:launch_id>/item/openers")
@requires(Role.INSTRUCTOR)
def ask_openers() -> Response:
    """Ask the platform who can open the item that was opened."""
    with tool().database.transaction(visit().organisation_id) as session:
        link_id = session.get_one(Launch, visit().launch_id).resource_link_id
        if link_id is not None:
            owe_openers(session, link_id, now=tool().clock())
    return _to("items.show")


def _openers() -> Openers | None:
    with tool().database.reading(visit().organisation_id) as session:
        return openers(session, session.get_one(Launch, visit().launch_id).resource_link_id)


def _destination() -> Destination:
    with tool().database.reading(visit().organisation_id) as session:
        said = Said.kept(session.get_one(Launch, visit().launch_id).item)
        if said is None:
            return Destination(where=Where.HOME)
        return destination(
            session,
            said,
            course_id=visit().course_id,
            person_id=visit().person_id,
            is_instructor=Role.INSTRUCTOR in visit().roles,
            now=tool().clock(),
        )


def _to(endpoint: str, **values: Any) -> Response:
    return redirect(url_for(endpoint, launch_id=visit().launch_id, **values), 303)
