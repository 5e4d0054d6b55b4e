"""Goal review: the two look at what came of their next steps."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from plugin.foundation.web import Role, requires, tool, visit
from plugin.foundation.web.i18n import words
from plugin.goals import service
from plugin.goals.rules import State
from plugin.programmes import service as programmes
from plugin.programmes.model import Part

bp = Blueprint("goals", __name__, template_folder="templates")


@bp.get("/l/<uuid:launch_id>/next-steps")
@requires(Role.MEMBER)
def show() -> str:
    """Show a person's next steps, and those of whom they mentor."""
    with tool().database.reading(visit().organisation_id) as session:
        programme = programmes.found_of_course(session, visit().course_id)
        steps = service.steps(session, programme.id, visit().person_id) if programme else ()
        learns = programme is not None and programmes.takes_part(
            session, programme.id, visit().person_id, Part.MENTEE
        )
    return render_template(
        "goals/show.html",
        page_title=words().gettext("Next steps"),
        mine=[step for step in steps if step.is_mine],
        theirs=[step for step in steps if not step.is_mine],
        learns=learns,
        has_programme=programme is not None,
        today=tool().clock().date(),
    )


@bp.post("/l/<uuid:launch_id>/next-steps/<uuid:commitment_id>/<any(open, tried, done, dropped):to>")
@requires(Role.MEMBER)
def move(commitment_id: UUID, to: str) -> Response:
    """Keep what became of a next step."""
    with tool().database.transaction(visit().organisation_id) as session:
        service.move(session, commitment_id, State(to), by=visit().person_id, now=tool().clock())
    return redirect(url_for(".show", launch_id=visit().launch_id), 303)
