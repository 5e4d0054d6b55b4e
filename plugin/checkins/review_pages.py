"""Submission review: from a cell of the gradebook to that learner's check-ins.

https://www.imsglobal.org/spec/lti-sr/v1p0/
"""

from __future__ import annotations

from flask import Blueprint, render_template
from sqlalchemy.orm import Session

from plugin.checkins import views
from plugin.foundation.web import Role, requires, tool, visit
from plugin.foundation.web.i18n import words
from plugin.launches.model import Launch
from plugin.people.model import Person
from plugin.people.service import launched_as
from plugin.platforms.service import registration
from plugin.programmes import service as programmes

bp = Blueprint("checkin_review", __name__, template_folder="templates")


@bp.get("/l/<uuid:launch_id>/mentee")
@requires(Role.INSTRUCTOR)
def show() -> str:
    """Show the instructor how the check-ins of the learner in question stand; no words of theirs.

    Whom it is about was signed by the platform and kept with the launch: no address names anybody.
    """
    with tool().database.reading(visit().organisation_id) as session:
        learner = _learner(session)
        programme = programmes.found_of_course(session, visit().course_id)
        standings = (
            views.standings(session, programme.id, learner.id) if learner and programme else []
        )
    return render_template(
        "checkins/mentee.html",
        page_title=words().gettext("Check-ins of one learner"),
        learner=learner,
        standings=standings,
    )


def _learner(session: Session) -> Person | None:
    launch = session.get_one(Launch, visit().launch_id)
    if launch.for_subject is None:
        return None
    issuer = registration(session, launch.registration_id).issuer
    return launched_as(session, issuer=issuer, subject=launch.for_subject)
