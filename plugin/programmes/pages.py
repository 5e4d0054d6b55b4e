"""How learners and mentors take part, and what each can choose."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from plugin.foundation.errors import FormInvalid, NotFound
from plugin.foundation.forms import filled
from plugin.foundation.i18n import known_zone, zones
from plugin.foundation.web import Role, requires, tool, visit
from plugin.foundation.web.i18n import in_words, words
from plugin.people.model import Person
from plugin.programmes import answers, audiences, forms, service, views
from plugin.programmes.catalogue import TALK
from plugin.programmes.model import Part
from plugin.programmes.recording import choose_recording
from plugin.programmes.visiting import called, programme_of_visit

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
        is_for_others = programme and not audiences.is_for(session, programme, visit().person_id)
    if is_for_others:
        return _for_others()
    if _active(joined):
        return redirect(url_for("checkins.mine", launch_id=visit().launch_id), 303)
    return _join_form()


def _for_others() -> str:
    page_title = words().gettext("Find a mentor")
    return render_template("programmes/for_others.html", page_title=page_title)


def _join_form(errors: dict[str, list[str]] | None = None) -> str:
    with tool().database.reading(visit().organisation_id) as session:
        programme = service.found_of_course(session, visit().course_id)
        me = visit().person_id
        return render_template(
            "programmes/join.html",
            page_title=words().gettext("Find a mentor"),
            ways=ways(),
            called=called(session, programme),
            answering=programme and views.answering(session, programme, me, Part.MENTEE, words()),
            refusing=programme and views.refusing(session, programme, me, words()),
            **_clock(session),
            errors=in_words(errors or {}),
            sent=request.form,
        )


@bp.post("/l/<uuid:launch_id>/join")
@requires(Role.MEMBER)
def join() -> str | Response | tuple[str, int]:
    """Let a learner in."""
    try:
        form = filled(forms.JoinForm(), request.form)
        with tool().database.transaction(visit().organisation_id) as session:
            programme = service.found_of_course(session, visit().course_id)
            if programme is None:
                raise NotFound("There is no mentoring in this course yet.")
            if not audiences.is_for(session, programme, visit().person_id):
                return _for_others()
            _keep_zone(session, form["zone"], needed=bool(form["hours"]))
            answers.joined(
                session,
                programme,
                visit().person_id,
                first_use=form["first_use"],
                talk=form["talk"],
                recorded=form["recorded"].is_on,
                known_as=form["recorded"].known_as(called(session, programme)),
                sent=form,
                now=tool().clock(),
            )
    except FormInvalid as error:
        return _join_form(error.errors), 422
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


def _choices(errors: dict[str, list[str]] | None = None, of: str = "") -> str:
    me = visit().person_id
    with tool().database.reading(visit().organisation_id) as session:
        programme = service.found_of_course(session, visit().course_id)
        parts = {
            Part(mine.part): mine
            for mine in service.parts_of(session, programme, me)
            if mine.left_at is None
        }
        return render_template(
            "programmes/choices.html",
            page_title=words().gettext("Your data and choices"),
            mentor=parts.get(Part.MENTOR),
            mentee=parts.get(Part.MENTEE),
            ways=ways(),
            called=called(session, programme),
            answering=[
                views.answering(session, programme, me, part, words())
                for part in Part
                if programme is not None and part in parts
            ],
            refusing=views.refusing(session, programme, me, words())
            if programme is not None and parts
            else None,
            **_clock(session),
            errors=in_words(errors or {}),
            of=of,
            sent=request.form,
        )


@bp.post("/l/<uuid:launch_id>/choices")
@requires(Role.MEMBER)
def choose() -> Response | tuple[str, int]:
    """Keep a participant's choices."""
    try:
        form = filled(forms.ChoicesForm(), request.form)
        with tool().database.transaction(visit().organisation_id) as session:
            _keep_zone(session, form["zone"])
            programme = service.found_of_course(session, visit().course_id)
            said = form["recorded"]
            for mine in service.parts_of(session, programme, visit().person_id):
                choose_recording(
                    session,
                    mine,
                    said.is_on,
                    known_as=said.known_as(called(session, programme)),
                    now=tool().clock(),
                )
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


@bp.post("/l/<uuid:launch_id>/answers/<any(mentor, mentee):part>")
@requires(Role.MEMBER)
def answer(part: str) -> Response | tuple[str, int]:
    """Keep what somebody answers as a mentor or as a mentee."""
    try:
        form = filled(forms.AnswersForm(), request.form)
        with programme_of_visit() as (session, programme):
            _keep_zone(session, form["zone"], needed=bool(form["hours"]))
            answers.answered(
                session, programme, visit().person_id, Part(part), form, now=tool().clock()
            )
    except FormInvalid as error:
        return _choices(error.errors, of=part), 422
    return redirect(url_for(".choices", launch_id=visit().launch_id), 303)


@bp.post("/l/<uuid:launch_id>/refuses")
@requires(Role.MEMBER)
def refuse() -> Response | tuple[str, int]:
    """Keep whom somebody should not be paired with."""
    try:
        form = filled(forms.RefusesForm(), request.form)
        with programme_of_visit() as (session, programme):
            answers.refuses_set(
                session,
                programme,
                visit().person_id,
                form["refuses"],
                shown=form["refuses_shown"],
                now=tool().clock(),
            )
    except FormInvalid as error:
        return _choices(error.errors, of="refuses"), 422
    return redirect(url_for(".choices", launch_id=visit().launch_id), 303)


def ways() -> list[tuple[str, str]]:
    """Return the ways of talking with their labels."""
    return [(way.id, words().gettext(way.label)) for way in TALK]


def _clock(session: Session) -> dict[str, Any]:
    """Return the zone of this person's clock, and whether they or their platform ever said it."""
    zone = session.get_one(Person, visit().person_id).zone
    return {"zone": zone or "UTC", "zone_is_known": zone is not None, "zones": zones()}


def _keep_zone(session: Session, zone: str | None, *, needed: bool = False) -> None:
    person = session.get_one(Person, visit().person_id)
    if needed and person.zone is None and zone is None:
        text = "Choose your time zone: your hours are those on your own clock."
        raise FormInvalid(text, {"zone": [text]})
    if zone is not None and known_zone(zone) is None:
        raise FormInvalid("That is no time zone.", {"zone": ["Choose from the list."]})
    person.zone = zone or person.zone


def _active(participation: Any) -> Any:
    return participation if participation is not None and participation.left_at is None else None
