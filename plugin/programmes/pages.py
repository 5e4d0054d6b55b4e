"""How learners and mentors take part, and what each can choose."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from plugin.foundation.errors import FormInvalid, NotFound
from plugin.foundation.forms import filled
from plugin.foundation.i18n import known_zone, zones
from plugin.foundation.web import Role, requires, tool, visit
from plugin.foundation.web.i18n import in_words, words
from plugin.people.model import Person
from plugin.programmes import forms, service
from plugin.programmes.model import Part, Talk
from plugin.programmes.visiting import programme_of_visit

bp = Blueprint("programmes", __name__, template_folder="templates")


@bp.get("/l/<uuid:launch_id>/join")
@requires(Role.MEMBER)
def join_form() -> str | Response:
    """Ask a learner the three questions, once."""
    with tool().database.reading(visit().organisation_id) as session:
        programme = service.found_of_course(session, visit().course_id)
        joined = programme and service.participation(
            session, programme.id, visit().person_id, Part.MENTEE
        )
    if _active(joined):
        return redirect(url_for("checkins.mine", launch_id=visit().launch_id), 303)
    return _join_form()


def _join_form(errors: dict[str, list[str]] | None = None) -> str:
    return render_template(
        "programmes/join.html",
        page_title=words().gettext("Find a mentor"),
        ways=ways(),
        errors=in_words(errors or {}),
        sent=request.form,
    )


@bp.post("/l/<uuid:launch_id>/join")
@requires(Role.MEMBER)
def join() -> Response | tuple[str, int]:
    """Let a learner in."""
    try:
        form = filled(forms.JoinForm(), request.form)
    except FormInvalid as error:
        return _join_form(error.errors), 422
    with tool().database.transaction(visit().organisation_id) as session:
        programme = service.found_of_course(session, visit().course_id)
        if programme is None:
            raise NotFound("There is no mentoring in this course yet.")
        service.join(session, programme, visit().person_id, **form, now=tool().clock())
    return redirect(url_for("checkins.mine", launch_id=visit().launch_id), 303)


@bp.post("/l/<uuid:launch_id>/leave")
@requires(Role.MEMBER)
def leave() -> Response:
    """Let a learner go."""
    with programme_of_visit() as (session, programme):
        service.leave(session, programme, visit().person_id, now=tool().clock())
    return redirect(url_for("checkins.mine", launch_id=visit().launch_id), 303)


@bp.get("/l/<uuid:launch_id>/choices")
@requires(Role.MEMBER)
def choices() -> str:
    """Show what is recorded about this person, their time zone, and what they can change."""
    return _choices()


def _choices(errors: dict[str, list[str]] | None = None) -> str:
    with tool().database.reading(visit().organisation_id) as session:
        programme = service.found_of_course(session, visit().course_id)
        parts = {
            part: service.participation(session, programme.id, visit().person_id, part)
            for part in Part
            if programme is not None
        }
        person = session.get_one(Person, visit().person_id)
    return render_template(
        "programmes/choices.html",
        page_title=words().gettext("Your data and choices"),
        mentor=_active(parts.get(Part.MENTOR)),
        mentee=_active(parts.get(Part.MENTEE)),
        ways=ways(),
        zones=zones(),
        zone=person.zone or "UTC",
        errors=in_words(errors or {}),
        sent=request.form,
    )


@bp.post("/l/<uuid:launch_id>/choices")
@requires(Role.MEMBER)
def choose() -> Response | tuple[str, int]:
    """Keep a participant's choices."""
    try:
        form = filled(forms.ChoicesForm(), request.form)
        zone = known_zone(form["zone"])
        if form["zone"] and zone is None:
            raise FormInvalid("That is no time zone.", {"zone": ["Choose from the list."]})
        with tool().database.transaction(visit().organisation_id) as session:
            person = session.get_one(Person, visit().person_id)
            person.zone = zone or person.zone
            programme = service.found_of_course(session, visit().course_id)
            for mine in service.parts_of(session, programme, visit().person_id):
                service.choose_recording(session, mine, form["recorded"], now=tool().clock())
    except FormInvalid as error:
        return _choices(error.errors), 422
    return redirect(url_for(".choices", launch_id=visit().launch_id), 303)


@bp.post("/l/<uuid:launch_id>/mentoring")
@requires(Role.MEMBER)
def mentor_settings() -> Response | tuple[str, int]:
    """Keep a mentor's own word on places, ways of talking and recording."""
    try:
        form = filled(forms.MentorSettingsForm(), request.form)
    except FormInvalid as error:
        return _choices(error.errors), 422
    with programme_of_visit() as (session, programme):
        service.mentor_settings(session, programme, visit().person_id, **form, now=tool().clock())
    return redirect(url_for("checkins.mine", launch_id=visit().launch_id), 303)


def ways() -> list[tuple[str, str]]:
    """Return the ways of talking with their labels."""
    say = words().gettext
    return [
        (Talk.CALL, say("On a call")),
        (Talk.IN_PERSON, say("In person")),
        (Talk.IN_WRITING, say("In writing")),
    ]


def _active(participation: Any) -> Any:
    return participation if participation is not None and participation.left_at is None else None
