"""Circles on the screen: the instructor makes them, those in it meet."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from plugin.circles import forms, service, sessions
from plugin.circles.rules import MOST
from plugin.courses import groups
from plugin.courses import service as courses
from plugin.foundation.errors import FormInvalid
from plugin.foundation.forms import filled, in_zone
from plugin.foundation.i18n import Words, known_zone, zones
from plugin.foundation.web import Role, requires, tool, visit
from plugin.foundation.web.i18n import in_words, words
from plugin.people.model import Person
from plugin.programmes import service as programmes
from plugin.programmes.model import Part
from plugin.programmes.visiting import programme_of_visit

bp = Blueprint("circles", __name__, template_folder="templates")


@bp.get("/l/<uuid:launch_id>/circles")
@requires(Role.MEMBER)
def listed() -> str:
    """Show an instructor all circles, and others their own."""
    return _listed()


def _listed(errors: dict[str, list[str]] | None = None) -> str:
    is_instructor = Role.INSTRUCTOR in visit().roles
    with tool().database.reading(visit().organisation_id) as session:
        programme = programmes.found_of_course(session, visit().course_id)
        of = None if is_instructor else visit().person_id
        lines = service.lines(session, programme.id, of=of, now=tool().clock()) if programme else []
        choices = _choices(session) if is_instructor else {}
    return render_template(
        "circles/list.html",
        page_title=words().gettext("Circles"),
        lines=lines,
        is_instructor=is_instructor,
        most=MOST,
        **choices,
        errors=in_words(errors or {}),
        sent=request.form,
    )


def _choices(session: Session) -> dict[str, Any]:
    """Return whom an instructor can choose from."""
    programme = programmes.found_of_course(session, visit().course_id)
    roster = courses.roster(session, visit().course_id)
    mentors = programmes.participants(session, programme.id, Part.MENTOR) if programme else ()
    return {
        "mentors": [session.get_one(Person, mentor.person_id) for mentor in mentors],
        "people": [person for membership, person in roster if not groups.teaches(membership)],
        "groups": groups.of_course(session, visit().course_id),
    }


@bp.post("/l/<uuid:launch_id>/circles")
@requires(Role.INSTRUCTOR)
def make() -> Response | tuple[str, int]:
    """Make a circle."""
    try:
        form = filled(forms.CircleForm(), request.form)
        with programme_of_visit() as (session, programme):
            circle = service.make(
                session,
                programme,
                topic=form["topic"],
                mentor_id=form["mentor"],
                members=_members(session, form, mentor_id=form["mentor"]),
                group_id=form["group"],
                by=visit().person_id,
                now=tool().clock(),
            )
            made = circle.id
    except FormInvalid as error:
        return _listed(error.errors), 422
    return _to(made)


def _members(session: Session, form: dict[str, Any], *, mentor_id: UUID) -> set[UUID]:
    """Return who was chosen, with those of a course group if one was chosen."""
    chosen = set(form["members"])
    if form["group"]:
        chosen |= groups.learners_in(session, visit().course_id, form["group"])
    return chosen - {mentor_id} if form["group"] else chosen


@bp.get("/l/<uuid:launch_id>/circles/<uuid:circle_id>")
@requires(Role.MEMBER)
def show(circle_id: UUID) -> str:
    """Show a circle to those in it, and to the instructor who is in it and when it meets."""
    return _show(circle_id)


def _show(circle_id: UUID, errors: dict[str, list[str]] | None = None, of: str = "") -> str:
    me = visit().person_id
    with tool().database.reading(visit().organisation_id) as session:
        programme = programmes.found_of_course(session, visit().course_id)
        if Role.INSTRUCTOR in visit().roles and programme is not None:
            circle = service.of_programme(session, programme.id, circle_id)
        else:
            circle = service.for_one_of_it(session, circle_id, me)
        zone = request.form.get("zone") or session.get_one(Person, me).zone or "UTC"
        met = sessions.of_circle(session, circle.id)
        return render_template(
            "circles/show.html",
            page_title=circle.topic,
            circle=circle,
            mentor=session.get_one(Person, circle.mentor_id),
            members=service.members(session, circle.id),
            group=groups.called(session, visit().course_id, circle.group_id),
            sessions=met,
            present={each.id: set(sessions.present(session, each.id)) for each in met},
            me=me,
            is_in=service.is_in(session, circle, me),
            is_instructor=Role.INSTRUCTOR in visit().roles,
            **(_choices(session) if Role.INSTRUCTOR in visit().roles else {}),
            now=tool().clock(),
            zone=zone,
            zones=[(name, name.replace("_", " ")) for name in sorted({*zones(), zone})],
            most=MOST,
            points=forms.POINTS,
            errors=in_words(errors or {}),
            of=of,
            sent=request.form,
        )


@bp.post("/l/<uuid:launch_id>/circles/<uuid:circle_id>/members")
@requires(Role.INSTRUCTOR)
def seat(circle_id: UUID) -> Response | tuple[str, int]:
    """Let others be in a circle."""
    try:
        form = filled(forms.MembersForm(), request.form)
        with programme_of_visit() as (session, programme):
            circle = service.of_programme(session, programme.id, circle_id)
            wanted = _members(session, form, mentor_id=circle.mentor_id)
            service.seat(session, service.still_meets(circle), wanted, now=tool().clock())
    except FormInvalid as error:
        return _show(circle_id, error.errors, of="members"), 422
    return _to(circle_id)


@bp.post("/l/<uuid:launch_id>/circles/<uuid:circle_id>/close")
@requires(Role.INSTRUCTOR)
def close(circle_id: UUID) -> Response:
    """Let a circle meet no more."""
    with programme_of_visit() as (session, programme):
        circle = service.of_programme(session, programme.id, circle_id)
        service.close(session, circle, by=visit().person_id, now=tool().clock())
    return _to(circle_id)


@bp.post("/l/<uuid:launch_id>/circles/<uuid:circle_id>/sessions")
@requires(Role.MEMBER)
def propose(circle_id: UUID) -> Response | tuple[str, int]:
    """Propose a session, at a time on the clock of a zone that the form names."""
    try:
        form = filled(forms.SessionForm(), request.form)
        zone = known_zone(form["zone"])
        if zone is None:
            raise FormInvalid("That is no time zone.", {"zone": ["Choose from the list."]})
        with tool().database.transaction(visit().organisation_id) as session:
            session.get_one(Person, visit().person_id).zone = zone
            sessions.propose(
                session,
                circle_id,
                starts_at=in_zone(form["starts_at"], Words(None, zone).zone),
                minutes=form["minutes"],
                meeting_place=form["meeting_place"],
                agenda=form["agenda"],
                by=visit().person_id,
                now=tool().clock(),
            )
    except FormInvalid as error:
        return _show(circle_id, error.errors, of="session"), 422
    return _to(circle_id)


@bp.post("/l/<uuid:launch_id>/circle-sessions/<uuid:session_id>/<any(book, cancel):act>")
@requires(Role.MEMBER)
def move(session_id: UUID, act: str) -> Response:
    """Agree to a session, or call it off."""
    done = sessions.book if act == "book" else sessions.cancel
    with tool().database.transaction(visit().organisation_id) as session:
        moved = done(session, session_id, by=visit().person_id, now=tool().clock())
        circle_id = moved.circle_id
    return _to(circle_id)


@bp.post("/l/<uuid:launch_id>/circle-sessions/<uuid:session_id>/agenda")
@requires(Role.MEMBER)
def write_agenda(session_id: UUID) -> Response:
    """Keep the agenda of a session."""
    form = filled(forms.AgendaForm(), request.form)
    with tool().database.transaction(visit().organisation_id) as session:
        meeting, _ = sessions.of_one_of_it(session, session_id, visit().person_id)
        sessions.write_agenda(session, session_id, form["agenda"], by=visit().person_id)
        circle_id = meeting.circle_id
    return _to(circle_id)


@bp.post("/l/<uuid:launch_id>/circle-sessions/<uuid:session_id>/held")
@requires(Role.MEMBER)
def hold(session_id: UUID) -> Response | tuple[str, int]:
    """Record that they met, and who was there."""
    form = filled(forms.HeldForm(), request.form)
    with tool().database.reading(visit().organisation_id) as session:
        circle_id = sessions.of_one_of_it(session, session_id, visit().person_id)[1].id
    try:
        with tool().database.transaction(visit().organisation_id) as session:
            sessions.hold(
                session, session_id, form["present"], by=visit().person_id, now=tool().clock()
            )
    except FormInvalid as error:
        return _show(circle_id, error.errors, of=str(session_id)), 422
    return _to(circle_id)


def _to(circle_id: UUID) -> Response:
    return redirect(url_for(".show", launch_id=visit().launch_id, circle_id=circle_id), 303)
