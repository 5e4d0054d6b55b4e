"""What instructors set up, and how learners and mentors take part."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from plugin.courses import service as courses
from plugin.courses.deliveries import owe_roster
from plugin.courses.model import Course, CourseActivity
from plugin.foundation.errors import FormInvalid, NotFound
from plugin.foundation.forms import filled
from plugin.foundation.i18n import known_zone
from plugin.foundation.web import Role, requires, tool, visit
from plugin.foundation.web.i18n import words
from plugin.people.model import Person
from plugin.programmes import forms, service
from plugin.programmes.model import Part, Programme, Talk

bp = Blueprint("programmes", __name__, template_folder="templates")


@bp.get("/l/<uuid:launch_id>/set-up")
@requires(Role.INSTRUCTOR)
def show() -> str:
    """Show the instructor the mentors and the rules of the course."""
    return _set_up()


def _set_up(errors: dict[str, list[str]] | None = None) -> str:
    with tool().database.reading(visit().organisation_id) as session:
        course = session.get_one(Course, visit().course_id)
        programme = service.found_of_course(session, course.id)
        roster = courses.roster(session, course.id)
        people = {person.id: person for _, person in roster}
        mentors = [
            (people.get(each.person_id) or session.get_one(Person, each.person_id), each)
            for each in (
                service.participants(session, programme.id, Part.MENTOR) if programme else ()
            )
        ]
        taken = {each.person_id for _, each in mentors}
        return render_template(
            "programmes/set_up.html",
            page_title=words().gettext("Set up mentoring"),
            mentors=mentors,
            candidates=[person for _, person in roster if person.id not in taken],
            roster_synced_at=course.roster_synced_at,
            has_roster=course.memberships_url is not None,
            checkpoints=service.checkpoints(session, programme.id) if programme else [],
            activities=courses.activities(session, course.id),
            errors=errors or {},
            sent=request.form,
        )


@bp.post("/l/<uuid:launch_id>/mentors")
@requires(Role.INSTRUCTOR)
def attach_mentor() -> Response | tuple[str, int]:
    """Make somebody of the course a mentor."""
    try:
        form = filled(forms.MentorForm(), request.form)
        with _programme(opened=True) as (session, programme):
            if form["person"] not in {p.id for _, p in courses.roster(session, visit().course_id)}:
                raise FormInvalid(
                    "Choose somebody of this course.", {"person": ["Not in this course."]}
                )
            service.attach_mentor(
                session,
                programme,
                form["person"],
                capacity=form["capacity"],
                by=visit().person_id,
                now=tool().clock(),
            )
    except FormInvalid as error:
        return _set_up(error.errors), 422
    return _back()


@bp.post("/l/<uuid:launch_id>/mentors/<uuid:person_id>/detach")
@requires(Role.INSTRUCTOR)
def detach_mentor(person_id: UUID) -> Response:
    """Give a mentor no new mentees."""
    with _programme() as (session, programme):
        service.detach_mentor(
            session, programme, person_id, by=visit().person_id, now=tool().clock()
        )
    return _back()


@bp.post("/l/<uuid:launch_id>/roster")
@requires(Role.INSTRUCTOR)
def refresh_roster() -> Response:
    """Ask the platform who is in the course now."""
    with tool().database.transaction(visit().organisation_id) as session:
        owe_roster(session, visit().course_id, now=tool().clock())
    return _back()


@bp.post("/l/<uuid:launch_id>/checkpoints")
@requires(Role.INSTRUCTOR)
def set_checkpoint() -> Response | tuple[str, int]:
    """Set the rule for one thing of the course."""
    try:
        form = filled(forms.CheckpointForm(), request.form)
        with _programme(opened=True) as (session, programme):
            activity = session.get(CourseActivity, form["activity"])
            if activity is None:
                raise FormInvalid(
                    "Choose something of this course.", {"activity": ["Choose from the list."]}
                )
            service.set_checkpoint(
                session,
                programme,
                activity,
                name=activity.name or activity.iri,
                minutes=form["minutes"],
                within_days=form["within_days"],
                by=visit().person_id,
                now=tool().clock(),
            )
    except FormInvalid as error:
        return _set_up(error.errors), 422
    return _back()


@bp.post("/l/<uuid:launch_id>/checkpoints/<uuid:checkpoint_id>/retire")
@requires(Role.INSTRUCTOR)
def retire_checkpoint(checkpoint_id: UUID) -> Response:
    """Take a rule back."""
    with _programme() as (session, programme):
        service.retire_checkpoint(
            session, programme, checkpoint_id, by=visit().person_id, now=tool().clock()
        )
    return _back()


@bp.post("/l/<uuid:launch_id>/modules")
@requires(Role.INSTRUCTOR)
def name_module() -> Response | tuple[str, int]:
    """Make a module known by its address."""
    try:
        form = filled(forms.ModuleForm(), request.form)
        with tool().database.transaction(visit().organisation_id) as session:
            courses.seen_activity(
                session,
                visit().course_id,
                iri=form["address"],
                kind="module",
                name=form["name"],
                now=tool().clock(),
            )
            known = courses.activity_at(session, form["address"])
            if known is None or known.course_id != visit().course_id:
                raise FormInvalid(
                    "That address belongs to another course.",
                    {"address": ["That address belongs to another course."]},
                )
    except FormInvalid as error:
        return _set_up(error.errors), 422
    return _back()


@bp.get("/l/<uuid:launch_id>/join")
@requires(Role.MEMBER)
def join_form() -> str:
    """Ask a learner the three questions."""
    return _join_form()


def _join_form(errors: dict[str, list[str]] | None = None) -> str:
    return render_template(
        "programmes/join.html",
        page_title=words().gettext("Find a mentor"),
        ways=ways(),
        errors=errors or {},
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
    with _programme() as (session, programme):
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
        zones=sorted(available_timezones()),
        zone=person.zone or "UTC",
        errors=errors or {},
        sent=request.form,
    )


@bp.post("/l/<uuid:launch_id>/choices")
@requires(Role.MEMBER)
def choose() -> Response | tuple[str, int]:
    """Keep a participant's choices."""
    try:
        form = filled(forms.ChoicesForm(), request.form)
        with _programme() as (session, programme):
            zone = known_zone(form["zone"])
            if form["zone"] and zone is None:
                raise FormInvalid("That is no time zone.", {"zone": ["Choose from the list."]})
            person = session.get_one(Person, visit().person_id)
            person.zone = zone or person.zone
            for part in Part:
                mine = service.participation(session, programme.id, visit().person_id, part)
                if mine is not None:
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
    with _programme() as (session, programme):
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


@contextmanager
def _programme(*, opened: bool = False) -> Iterator[tuple[Session, Programme]]:
    """Open one transaction in the programme of this visit's course.

    Args:
        opened: whether the programme is opened if there is none; instructors open it by setting
            something up.
    """
    with tool().database.transaction(visit().organisation_id) as session:
        programme = service.found_of_course(session, visit().course_id)
        if programme is None and opened:
            course = session.get_one(Course, visit().course_id)
            programme = service.of_course(session, course, now=tool().clock())
        if programme is None:
            raise NotFound("There is no mentoring in this course yet.")
        yield session, programme


def _back() -> Response:
    return redirect(url_for(".show", launch_id=visit().launch_id), 303)
