"""What instructors set up: mentors and rules."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from plugin.courses import groups, questions
from plugin.courses import service as courses
from plugin.courses.deliveries import owe_roster
from plugin.courses.group_deliveries import owe_groups
from plugin.courses.model import Course, CourseActivity
from plugin.courses.own_items import without_own_items
from plugin.foundation.errors import FormInvalid
from plugin.foundation.forms import filled
from plugin.foundation.web import Role, requires, tool, visit
from plugin.foundation.web.i18n import in_words, words
from plugin.people.model import Person
from plugin.programmes import audiences, checkpoints, forms, service
from plugin.programmes.keeping_pages import offer_of_visit
from plugin.programmes.model import PairsBy, Part
from plugin.programmes.questions import Questionnaire
from plugin.programmes.visiting import programme_of_visit

bp = Blueprint("setting_up", __name__, template_folder="templates")


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
            checkpoints=checkpoints.standing(session, programme.id) if programme else [],
            activities=without_own_items(session, courses.activities(session, course.id)),
            questions=Questionnaire.of(programme).number if programme else 0,
            pairs_by=programme.pairs_by if programme else PairsBy.AT_ONCE,
            audience=audiences.audience(session, programme) if programme else [],
            groups=groups.of_course(session, course.id),
            missing=questions.asked(session, course.id),
            offer=offer_of_visit(session),
            errors=in_words(errors or {}),
            sent=request.form,
        )


@bp.post("/l/<uuid:launch_id>/mentors")
@requires(Role.INSTRUCTOR)
def attach_mentor() -> Response | tuple[str, int]:
    """Make somebody of the course a mentor."""
    try:
        form = filled(forms.MentorForm(), request.form)
        with programme_of_visit(opened=True) as (session, programme):
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
    with programme_of_visit() as (session, programme):
        service.detach_mentor(
            session, programme, person_id, by=visit().person_id, now=tool().clock()
        )
    return _back()


@bp.post("/l/<uuid:launch_id>/audience")
@requires(Role.INSTRUCTOR)
def set_audience() -> Response | tuple[str, int]:
    """Say which course groups the mentoring is for."""
    try:
        form = filled(forms.AudienceForm(), request.form)
        with programme_of_visit(opened=True) as (session, programme):
            audiences.set_audience(
                session, programme, form["groups"], by=visit().person_id, now=tool().clock()
            )
    except FormInvalid as error:
        return _set_up(error.errors), 422
    return _back()


@bp.post("/l/<uuid:launch_id>/roster")
@requires(Role.INSTRUCTOR)
def refresh_roster() -> Response:
    """Ask the platform who is in the course now."""
    with tool().database.transaction(visit().organisation_id) as session:
        owe_roster(session, visit().course_id, now=tool().clock())
        owe_groups(session, visit().course_id, now=tool().clock())
    return _back()


@bp.post("/l/<uuid:launch_id>/checkpoints")
@requires(Role.INSTRUCTOR)
def set_checkpoint() -> Response | tuple[str, int]:
    """Set the rule for one thing of the course."""
    try:
        form = filled(forms.CheckpointForm(), request.form)
        with programme_of_visit(opened=True) as (session, programme):
            activity = session.get(CourseActivity, form["activity"])
            if activity is None:
                raise FormInvalid(
                    "Choose something of this course.", {"activity": ["Choose from the list."]}
                )
            checkpoints.set_checkpoint(
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
    with programme_of_visit() as (session, programme):
        checkpoints.retire_checkpoint(
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


def _back() -> Response:
    return redirect(url_for(".show", launch_id=visit().launch_id), 303)
