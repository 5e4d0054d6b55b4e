"""What the two see and do: today's list, one check-in, booking, holding, looking back."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from plugin.checkins import corrections, forms, service, views
from plugin.checkins.rules import Worth
from plugin.courses.model import Course
from plugin.foundation.errors import FormInvalid
from plugin.foundation.forms import filled, in_zone
from plugin.foundation.i18n import Words, known_zone
from plugin.foundation.i18n import zones as all_zones
from plugin.foundation.web import Role, requires, tool, visit
from plugin.foundation.web.i18n import in_words, words
from plugin.matching import reasons
from plugin.pairings.model import Pairing
from plugin.pairings.said import said_pairs
from plugin.pairings.service import open_pairing
from plugin.people.model import Person
from plugin.programmes import checkpoints
from plugin.programmes import service as programmes
from plugin.programmes.model import Checkpoint, PairsBy, Part, Programme
from plugin.programmes.questions import Questionnaire

bp = Blueprint("checkins", __name__, template_folder="templates")


@bp.get("/l/<uuid:launch_id>/mine")
@requires(Role.MEMBER)
def mine() -> str | Response:
    """Show a person's check-ins, or the way to a mentor."""
    with tool().database.reading(visit().organisation_id) as session:
        programme = programmes.found_of_course(session, visit().course_id)
        if programme is None:
            return _nothing_yet()
        parts = {
            part: programmes.participation(session, programme.id, visit().person_id, part)
            for part in Part
        }
        mentee, mentor = parts[Part.MENTEE], parts[Part.MENTOR]
        learns = mentee is not None and mentee.left_at is None
        mentors = mentor is not None and mentor.left_at is None
        cards = views.cards(session, programme.id, visit().person_id)
        if not learns and not mentors and not cards:
            if Role.INSTRUCTOR in visit().roles:
                return _nothing_yet()
            return redirect(url_for("programmes.join_form", launch_id=visit().launch_id), 303)
        pairing = open_pairing(session, programme.id, visit().person_id) if learns else None
        return render_template(
            "checkins/mine.html",
            page_title=words().gettext("My check-ins"),
            cards=cards,
            learns=learns,
            mentors=mentors,
            mentor=session.get(Person, pairing.mentor_id) if pairing else None,
            in_rounds=programme.pairs_by == PairsBy.DRAFT,
            reasons=_why(programme, pairing) if pairing else [],
            first_use=mentee.first_use if mentee and learns else None,
            mentees=views.mentees(session, programme, visit().person_id, words()),
            rules=checkpoints.standing(session, programme.id),
        )


def _why(programme: Programme, pairing: Pairing) -> list[str]:
    """Return why somebody has their mentor, for the mentee."""
    asked = Questionnaire.of(programme)
    return reasons.in_words(pairing.reasons, asked, words(), Part.MENTEE)


def _nothing_yet() -> str:
    return render_template("checkins/nothing.html", page_title=words().gettext("My check-ins"))


@bp.get("/l/<uuid:launch_id>/check-ins/<uuid:checkin_id>")
@requires(Role.MEMBER)
def show(checkin_id: UUID) -> str:
    """Show one check-in to one of the two."""
    return shown(checkin_id)


def shown(checkin_id: UUID, errors: dict[str, list[str]] | None = None) -> str:
    """Return the page of one check-in, with what needs attention in its forms."""
    with tool().database.reading(visit().organisation_id) as session:
        checkin, pairing, part = service.for_one_of_the_two(session, checkin_id, visit().person_id)
        feedback = service.feedback_of(session, checkin.id)
        other_id = pairing.mentor_id if part is Part.MENTEE else pairing.mentee_id
        me = session.get_one(Person, visit().person_id)
        zone = request.form.get("zone") or me.zone or "UTC"
        mentee = programmes.participation(
            session, pairing.programme_id, pairing.mentee_id, Part.MENTEE
        )
        return render_template(
            "checkins/show.html",
            first_use=mentee.first_use if mentee else None,
            page_title=words().gettext("Check-in"),
            checkin=checkin,
            state="reflected" if len(feedback) == 2 else checkin.state,
            about=session.get_one(Checkpoint, checkin.checkpoint_id).name,
            other=session.get_one(Person, other_id),
            part=part,
            mine=feedback.get(visit().person_id),
            theirs=feedback.get(other_id),
            can=corrections.possible(
                session, checkin, pairing, visit().person_id, now=tool().clock()
            ),
            word=corrections.standing_word(session, checkin),
            taken_back=corrections.taken_back_last(session, checkin),
            is_past=checkin.starts_at is not None and checkin.starts_at <= tool().clock(),
            zone=zone,
            zones=_zones(zone),
            local_start=_local(checkin.starts_at, zone),
            worths=_worths(),
            errors=in_words(errors or {}),
            sent=request.form,
        )


@bp.post("/l/<uuid:launch_id>/check-ins/<uuid:checkin_id>/book")
@requires(Role.MEMBER)
def book(checkin_id: UUID) -> Response | tuple[str, int]:
    """Agree a time, given on the clock of a zone that the form names."""
    try:
        form = filled(forms.BookingForm(), request.form)
        zone = known_zone(form["zone"])
        if zone is None:
            raise FormInvalid("That is no time zone.", {"zone": ["Choose from the list."]})
        with tool().database.transaction(visit().organisation_id) as session:
            session.get_one(Person, visit().person_id).zone = zone
            service.book(
                session,
                checkin_id,
                starts_at=in_zone(form["starts_at"], Words(None, zone).zone),
                meeting_place=form["meeting_place"],
                by=visit().person_id,
                now=tool().clock(),
            )
    except FormInvalid as error:
        return shown(checkin_id, error.errors), 422
    return _to(checkin_id)


@bp.post("/l/<uuid:launch_id>/check-ins/<uuid:checkin_id>/cancel")
@requires(Role.MEMBER)
def cancel(checkin_id: UUID) -> Response:
    """Call the booking off."""
    with tool().database.transaction(visit().organisation_id) as session:
        service.cancel(session, checkin_id, by=visit().person_id, now=tool().clock())
    return _to(checkin_id)


@bp.post("/l/<uuid:launch_id>/check-ins/<uuid:checkin_id>/held")
@requires(Role.MEMBER)
def hold(checkin_id: UUID) -> Response:
    """Record "we spoke"."""
    with tool().database.transaction(visit().organisation_id) as session:
        service.hold(session, checkin_id, by=visit().person_id, now=tool().clock())
    return _to(checkin_id)


@bp.post("/l/<uuid:launch_id>/check-ins/<uuid:checkin_id>/missed")
@requires(Role.MEMBER)
def miss(checkin_id: UUID) -> Response:
    """Record that the other one did not come."""
    with tool().database.transaction(visit().organisation_id) as session:
        service.miss(session, checkin_id, by=visit().person_id, now=tool().clock())
    return _to(checkin_id)


@bp.post("/l/<uuid:launch_id>/check-ins/<uuid:checkin_id>/feedback")
@requires(Role.MEMBER)
def reflect(checkin_id: UUID) -> Response | tuple[str, int]:
    """Keep how this person looks back."""
    try:
        form = filled(forms.ReflectionForm(), request.form)
    except FormInvalid as error:
        return shown(checkin_id, error.errors), 422
    with tool().database.transaction(visit().organisation_id) as session:
        service.reflect(session, checkin_id, by=visit().person_id, **form, now=tool().clock())
    return _to(checkin_id)


@bp.get("/l/<uuid:launch_id>/people")
@requires(Role.INSTRUCTOR)
def people() -> str:
    """Show the instructor who has a mentor and who has met; no notes, no answers."""
    with tool().database.reading(visit().organisation_id) as session:
        programme = programmes.found_of_course(session, visit().course_id)
        learners = views.learners(session, programme.id, now=tool().clock()) if programme else []
        said = said_pairs(session, session.get_one(Course, visit().course_id))
    return render_template(
        "checkins/people.html",
        page_title=words().gettext("People"),
        learners=learners,
        said=said,
    )


def _to(checkin_id: UUID) -> Response:
    return redirect(url_for(".show", launch_id=visit().launch_id, checkin_id=checkin_id), 303)


def _local(moment: datetime | None, zone: str) -> str:
    if moment is None:
        return ""
    return moment.astimezone(Words(None, zone).zone).strftime("%Y-%m-%dT%H:%M")


def _zones(zone: str) -> list[Any]:
    return [(name, name.replace("_", " ")) for name in sorted({*all_zones(), zone})]


def _worths() -> list[tuple[Worth, str]]:
    say = words().gettext
    return [(Worth.YES, say("Yes")), (Worth.PARTLY, say("Partly")), (Worth.NO, say("No"))]
