"""Not yet assigned: whose completions wait, and of which courses; assigned by hand, and undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from plugin.completions import (
    failing,
    waiting,
    waiting_binding,
    waiting_list,
    waiting_undoing,
    waiting_views,
)
from plugin.completions.model import CompletionRow, Status
from plugin.completions.waiting_forms import WhichForm, WhoForm
from plugin.completions.waiting_model import Binding, What
from plugin.courses.model import Course
from plugin.foundation.errors import NotFound
from plugin.foundation.forms import filled
from plugin.foundation.web import Role, requires, tool, visit
from plugin.foundation.web.i18n import words
from plugin.people.model import Person
from plugin.people.rules import Key

bp = Blueprint("waiting", __name__, template_folder="templates")


def _called(keys: list[Key]) -> str:
    return waiting_views.all_said(keys, words())


def _source(session: Session, *waiting: waiting_list.Waiting) -> Callable[[str], str]:
    """Return how the sources of some that wait are said."""
    names = waiting_list.names_of_sources(session, {each.source for each in waiting})
    return lambda source: waiting_views.source_said(source, names, words())


def _example(row: CompletionRow) -> str:
    return waiting_views.example(row, words())


@bp.get("/l/<uuid:launch_id>/not-assigned")
@requires(Role.ADMIN)
def listed() -> str:
    """Show who waits, which courses wait, and what was assigned lately."""
    sought = request.args.get("q", "").strip()[:200]
    with tool().database.reading(visit().organisation_id) as session:
        people, courses = (
            waiting_list.page(
                session,
                what,
                sought=sought or None,
                number=request.args.get(f"{what}s", 1, type=int),
            )
            for what in (What.PERSON, What.COURSE)
        )
        return render_template(
            "waiting/list.html",
            page_title=words().gettext("Not yet assigned"),
            people=people,
            courses=courses,
            bindings=[
                _assigned(session, binding) for binding in waiting_list.newest_bindings(session)
            ],
            failed=failing.failed(session),
            sought=sought,
            called=_called,
            source_of=_source(session, *people.rows, *courses.rows),
            example_of=_example,
        )


@bp.post("/l/<uuid:launch_id>/not-assigned/failed")
@requires(Role.ADMIN)
def try_again() -> Response:
    """Let the worker look again at what it failed to look at."""
    with tool().database.transaction(visit().organisation_id) as session:
        failing.try_all_again(session)
    return redirect(url_for(".listed", launch_id=visit().launch_id), 303)


def _assigned(session: Session, binding: Binding) -> dict[str, Any]:
    """Return what is shown of a binding."""
    person = session.get(Person, binding.person_id) if binding.person_id else None
    course = session.get(Course, binding.course_id) if binding.course_id else None
    came = waiting_list.came_of(session, binding)
    return {
        "id": binding.id,
        "what": binding.what,
        "keys": waiting.keys_of(binding.keys),
        "iri": binding.iri,
        "name": binding.name,
        "person": person,
        "course": course,
        "made_at": binding.made_at,
        "undone_at": binding.undone_at,
        "undoing": waiting_list.being_undone(binding),
        "coming": came.get(Status.NEW, 0),
        "opened": came.get(Status.APPLIED, 0),
        "counted": came.get(Status.COUNTED, 0),
        "waiting": came.get(Status.WAITING, 0),
        "set_aside": len(binding.set_aside) if binding.what == What.PERSON else 0,
    }


@bp.get("/l/<uuid:launch_id>/not-assigned/<uuid:id>")
@requires(Role.ADMIN)
def show(id: UUID) -> str:
    """Show one that waits, and who or which it may be."""
    sought = request.args.get("q", "").strip()[:200]
    with tool().database.reading(visit().organisation_id) as session:
        found = waiting_binding.unassigned(session, id)
        of_person = found.what == What.PERSON
        rivals = waiting_binding.rivals(session, found) if of_person else []
        if of_person:
            people = waiting_list.people_called(session, sought) if sought else rivals
            courses: list[Course] = []
        else:
            people = []
            courses = waiting_list.courses_called(session, sought or None)
        it = waiting_list.one(session, found)
        return render_template(
            "waiting/show.html",
            page_title=words().gettext("Who is it?")
            if of_person
            else words().gettext("Which course is it?"),
            of_person=of_person,
            it=it,
            source_of=_source(session, it),
            rivals=rivals,
            people=people,
            accounts=waiting_list.accounts_of(session, [each.id for each in people]),
            courses=courses,
            sought=sought,
            most=waiting_list.CHOICES,
            called=_called,
            said=lambda key: waiting_views.said(key, words()),
            example_of=_example,
        )


@bp.post("/l/<uuid:launch_id>/not-assigned/<uuid:id>/person")
@requires(Role.ADMIN)
def bind_person(id: UUID) -> Response:
    """Say who it is; what waits is applied by the worker."""
    form = filled(WhoForm(), request.form)
    with tool().database.transaction(visit().organisation_id) as session:
        binding = waiting_binding.bind_person(
            session, id, form["person"], by=visit().person_id, now=tool().clock()
        )
        return _to(binding.id)


@bp.post("/l/<uuid:launch_id>/not-assigned/<uuid:id>/course")
@requires(Role.ADMIN)
def bind_course(id: UUID) -> Response:
    """Say which course it is; what waits is applied by the worker."""
    form = filled(WhichForm(), request.form)
    with tool().database.transaction(visit().organisation_id) as session:
        binding = waiting_binding.bind_course(
            session, id, form["course"], by=visit().person_id, now=tool().clock()
        )
        return _to(binding.id)


@bp.get("/l/<uuid:launch_id>/assigned/<uuid:id>")
@requires(Role.ADMIN)
def assigned(id: UUID) -> str:
    """Show what somebody assigned, and what has come of it."""
    with tool().database.reading(visit().organisation_id) as session:
        binding = session.get(Binding, id)
        if binding is None:
            raise NotFound("There is no such assignment.")
        return render_template(
            "waiting/assigned.html",
            page_title=words().gettext("Assigned"),
            it=_assigned(session, binding),
            called=_called,
        )


@bp.post("/l/<uuid:launch_id>/assigned/<uuid:id>/undo")
@requires(Role.ADMIN)
def undo(id: UUID) -> Response:
    """Take it back."""
    with tool().database.transaction(visit().organisation_id) as session:
        waiting_undoing.undo(session, id, by=visit().person_id, now=tool().clock())
    with tool().database.transaction(visit().organisation_id) as session:
        waiting_undoing.undo_first(session, id, now=tool().clock())
    return _to(id)


def _to(id: UUID) -> Response:
    return redirect(url_for(".assigned", launch_id=visit().launch_id, id=id), 303)
