"""What is told of a programme, for whoever answers for it; and our profile, for everybody."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from lrs_bridge.profile import written
from plugin.foundation.errors import FormInvalid
from plugin.foundation.forms import filled
from plugin.foundation.web import Role, open_to, requires, tool, visit
from plugin.foundation.web.i18n import in_words, words
from plugin.programmes import service as programmes
from plugin.programmes.visiting import programme_of_visit
from plugin.records.forms import GroupsForm
from plugin.records.groups import GROUPS, Group, groups_set, told_groups

bp = Blueprint("records", __name__, template_folder="templates")

JSON_LD = "application/ld+json"


@bp.get("/l/<uuid:launch_id>/records")
@requires(Role.INSTRUCTOR, Role.ADMIN)
def show() -> str:
    """Show which learning records are written about the mentoring of this course."""
    return _show()


def _show(errors: dict[str, list[str]] | None = None) -> str:
    with tool().database.reading(visit().organisation_id) as session:
        programme = programmes.found_of_course(session, visit().course_id)
        told = None if programme is None else told_groups(programme)
    return render_template(
        "records/show.html",
        page_title=words().gettext("What is recorded"),
        told=told,
        groups=[_in_words(group) for group in Group if GROUPS[group].is_there],
        later=[_in_words(group) for group in Group if not GROUPS[group].is_there],
        profile_url=url_for("records.profile", _external=True),
        errors=in_words(errors or {}),
        saved="saved" in request.args,
        sent=request.form,
    )


def _in_words(group: Group) -> tuple[str, str, str]:
    say = words().gettext
    return group.value, say(GROUPS[group].label), say(GROUPS[group].told)


@bp.post("/l/<uuid:launch_id>/records")
@requires(Role.INSTRUCTOR, Role.ADMIN)
def choose() -> WerkzeugResponse | tuple[str, int]:
    """Keep which groups are told from now on."""
    try:
        form = filled(GroupsForm(), request.form)
    except FormInvalid as error:
        return _show(error.errors), 422
    with programme_of_visit() as (session, programme):
        groups_set(session, programme, form["told"], by=visit().person_id, now=tool().clock())
    return redirect(url_for(".show", launch_id=visit().launch_id, saved=""), 303)


@bp.get("/xapi-profile")
@open_to("everybody: what our statements are made of is no secret")
def profile() -> Response:
    """Serve our xAPI profile as JSON-LD."""
    answer = Response(written(), content_type=JSON_LD)
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer
