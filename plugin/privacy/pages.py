"""The privacy desk: one's own data, and, for administrators, what others ask for.

A data privacy launch leads here (a draft of 1EdTech: https://www.imsglobal.org/spec/lti-dp/v1p0/),
and so does a link from one's choices (*Your data* at the foot of every page).
"""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from plugin.foundation.web import Role, requires, tool, visit
from plugin.foundation.web.i18n import words
from plugin.launches.model import Launch
from plugin.people.model import Person
from plugin.people.service import launched_as
from plugin.platforms.service import registration
from plugin.privacy import service
from plugin.privacy.service import Category, Held, Kind

bp = Blueprint("privacy", __name__, template_folder="templates")


@bp.get("/l/<uuid:launch_id>/privacy")
@requires(Role.MEMBER)
def show() -> str:
    """Show somebody what is held about them, and what they can ask for."""
    with tool().database.reading(visit().organisation_id) as session:
        held = service.held(session, visit().person_id)
        asked = {Kind(each.kind): each for each in service.open_of(session, visit().person_id)}
    other, of_other = _other()
    return render_template(
        "privacy/show.html",
        page_title=words().gettext("Your data"),
        held=held,
        labels=_labels(),
        asked=asked,
        other=other,
        of_other=of_other,
    )


def _other() -> tuple[Person, Held] | tuple[None, None]:
    """Return whom an administrator's launch is about, if that is somebody else; the look is noted.

    The platform signed it, and it was kept with the launch: no address names anybody.
    """
    if Role.ADMIN not in visit().roles:
        return None, None
    with tool().database.transaction(visit().organisation_id) as session:
        launch = session.get_one(Launch, visit().launch_id)
        if launch.for_subject is None:
            return None, None
        issuer = registration(session, launch.registration_id).issuer
        person = launched_as(session, issuer=issuer, subject=launch.for_subject)
        if person is None or person.id == visit().person_id:
            return None, None
        held = service.looked_at(session, person.id, by=visit().person_id, now=tool().clock())
        return person, held


@bp.post("/l/<uuid:launch_id>/privacy/<any(export, erase):kind>")
@requires(Role.MEMBER)
def ask(kind: str) -> Response:
    """Keep what somebody asks for, for an administrator to do."""
    with tool().database.transaction(visit().organisation_id) as session:
        service.ask(session, visit().person_id, Kind(kind), now=tool().clock())
    return redirect(url_for(".show", launch_id=visit().launch_id), 303)


def _labels() -> list[tuple[Category, str]]:
    say = words().gettext
    return [
        (Category.IDENTIFIERS, say("Numbers by which your learning platform knows you")),
        (Category.COURSES, say("Courses in which you have been seen")),
        (Category.ANSWERS, say("Parts that you take in a mentoring, with your answers")),
        (Category.PAIRS, say("Pairs that you are or were in")),
        (Category.CHECK_INS, say("Check-ins of those pairs")),
        (Category.LOOK_BACKS, say("Looks back that you wrote")),
        (Category.STEPS, say("Next steps that you wrote")),
        (Category.CIRCLES, say("Circles that you are or were in")),
        (Category.COMPLETIONS, say("Things completed, as your learning platform told")),
    ]
