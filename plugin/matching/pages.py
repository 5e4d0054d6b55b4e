"""Matching for instructors: who waits, drafts, what came of each, publishing one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from plugin.foundation.errors import NotFound
from plugin.foundation.forms import filled
from plugin.foundation.web import Role, requires, tool, visit
from plugin.foundation.web.i18n import words
from plugin.foundation.web.security import may_ask_us
from plugin.matching import drafts, forms, outcome, overviews, publishing, service, views
from plugin.matching.advice import advice
from plugin.matching.engine.presets import DEFAULT, PRESETS
from plugin.matching.engine.reading import rules_from_json
from plugin.matching.listing import Listing, filters
from plugin.matching.model import Draft, DraftState
from plugin.matching.wording import extras, grouped
from plugin.programmes import service as programmes
from plugin.programmes.model import PairsBy, Programme
from plugin.programmes.visiting import programme_of_visit

bp = Blueprint("matching", __name__, template_folder="templates")

MOVING = frozenset({DraftState.WAITING, DraftState.RUNNING, DraftState.PUBLISHING})
"""States in which a worker is at it."""


@bp.get("/l/<uuid:launch_id>/matching")
@requires(Role.INSTRUCTOR)
def home() -> str:
    """Show who waits, what counts, and the drafts there are."""
    say = words().gettext
    with tool().database.reading(visit().organisation_id) as session:
        programme = programmes.found_of_course(session, visit().course_id)
        if programme is None:
            return render_template(
                "matching/home.html", page_title=say("Matching"), overview=None, drafts=[]
            )
        current = service.current_rules(session, programme)
        listed = drafts.of_programme(session, programme)
        return render_template(
            "matching/home.html",
            page_title=say("Matching"),
            overview=overviews.overview(session, programme),
            pairs_at_once=programme.pairs_by == PairsBy.AT_ONCE,
            rules=grouped(current.rules, words()),
            extras=extras(current.rules, words()),
            drafts=listed,
            tries_out=tries_out,
            makers=overviews.names(session, {each.made_by for each in listed}),
            choices=choices(),
            options=drafts.Options(),
            done=request.args.get("done", ""),
        )


def choices() -> dict[str, list[Any]]:
    """Return what can be chosen for a draft, in the reader's words."""
    say = words().gettext

    def said(options: Any) -> list[tuple[str, str]]:
        return [(value, say(label)) for value, label in options]

    return {
        "objective": [
            (value, say(label), say(hint)) for value, (label, hint) in outcome.OBJECTIVES.items()
        ],
        "floor": said(outcome.FLOORS),
        "balance": said(outcome.BALANCES),
        "keep_bonus": said(outcome.KEEPS),
    }


@bp.post("/l/<uuid:launch_id>/matching/drafts")
@requires(Role.INSTRUCTOR)
def make() -> Response:
    """Begin a draft; if it is based on another, what was accepted there stays."""
    form = filled(forms.DraftForm(), request.form)
    based_on_id, same_rules = form.pop("based_on"), form.pop("same_rules")
    with programme_of_visit() as (session, programme):
        based_on = drafts.one(session, programme, based_on_id) if based_on_id else None
        begun = drafts.begin(
            session,
            programme,
            options=drafts.Options(**form),
            rules=based_on.rules if based_on and same_rules else None,
            based_on=based_on,
            by=visit().person_id,
            now=tool().clock(),
        )
        return to_draft(begun.id)


@bp.get("/l/<uuid:launch_id>/matching/drafts/<uuid:draft_id>")
@requires(Role.INSTRUCTOR)
def draft(draft_id: UUID) -> str:
    """Show a draft: how far it is, or what came of it, its unmatched and its pairs."""
    with tool().database.reading(visit().organisation_id) as session:
        programme, found = draft_of_visit(session, draft_id)
        about = _about(session, programme, found)
        if found.state in MOVING:
            may_ask_us()
            return render_template("matching/making.html", **about, far=far(found))
        if found.statistics is None:
            return render_template("matching/ended.html", **about)
        return render_template("matching/draft.html", **about, **_result(session, programme, found))


def _about(session: Session, programme: Programme, found: Draft) -> dict[str, Any]:
    """Return what every page of a draft shows: what it is, and how it was made."""
    made = overviews.names(session, {found.made_by, *filter(None, [found.published_by])})
    rules = rules_from_json(found.rules)
    current = service.current_rules(session, programme)
    return {
        "page_title": words().gettext("Draft %(number)s", number=found.number),
        "draft": found,
        "based_on": drafts.one(session, programme, found.based_on) if found.based_on else None,
        "names": made,
        "rules": grouped(rules, words()),
        "extras": extras(rules, words()),
        "tries_out": tries_out,
        "has_current_rules": rules == current.rules,
        "made_with": outcome.options_in_words(found.options, words()),
        "choices": choices(),
        "options": drafts.Options.read(found.options),
        "done": request.args.get("done", ""),
    }


def _result(session: Session, programme: Programme, found: Draft) -> dict[str, Any]:
    listing = Listing.asked(request.args)
    statistics = found.statistics or {}
    is_ready = found.state == DraftState.READY
    is_published = found.state == DraftState.PUBLISHED
    return {
        "lines": outcome.lines(statistics, rules_from_json(found.rules), words()),
        "proof": outcome.proof(statistics, found.options, words()),
        "counts": views.counts(session, found),
        "advice": advice(session, programme, found, words()) if is_ready else [],
        "unmatched": views.unmatched_page(session, found, words(), page=listing.unmatched),
        "pairs": views.pairs(session, found, words(), **listing.wanted()),
        "listing": listing,
        "filters": filters(words()),
        "since": overviews.since(session, found) if is_ready else None,
        "published": views.published(session, found, words()) if is_published else None,
        "undo": _undo() if is_ready else None,
        "done_count": request.args.get("count", 0, type=int),
    }


def _undo() -> dict[str, UUID] | None:
    """Return what would put back the pair that was just changed, as the address has it."""
    mentee, was = (request.args.get(name, type=UUID) for name in ("mentee", "was"))
    return {"mentee": mentee, "mentor": was} if mentee and was else None


@bp.get("/l/<uuid:launch_id>/matching/drafts/<uuid:draft_id>/progress")
@requires(Role.INSTRUCTOR)
def progress(draft_id: UUID) -> Response:
    """Say how far a draft is: for the page's script."""
    with tool().database.reading(visit().organisation_id) as session:
        _, found = draft_of_visit(session, draft_id)
        return jsonify(far(found))


def far(found: Draft) -> dict[str, Any]:
    """Return how far a draft is."""
    return views.progress(found, words())


@bp.get("/l/<uuid:launch_id>/matching/drafts/<uuid:draft_id>/publish")
@requires(Role.INSTRUCTOR)
def confirm(draft_id: UUID) -> str | Response:
    """Say what publishing will do, before it is done."""
    with tool().database.reading(visit().organisation_id) as session:
        programme, found = draft_of_visit(session, draft_id)
        if found.state != DraftState.READY:
            return to_draft(draft_id)
        return render_template(
            "matching/publish.html",
            **_about(session, programme, found),
            counts=views.counts(session, found),
            since=overviews.since(session, found),
        )


@bp.post("/l/<uuid:launch_id>/matching/drafts/<uuid:draft_id>/publish")
@requires(Role.INSTRUCTOR)
def publish(draft_id: UUID) -> Response:
    """Make the pairs of a draft pairings."""
    with programme_of_visit() as (session, programme):
        found = drafts.one(session, programme, draft_id)
        if found.state not in (DraftState.PUBLISHING, DraftState.PUBLISHED):
            publishing.publish(session, found, by=visit().person_id, now=tool().clock())
    return to_draft(draft_id)


@bp.post("/l/<uuid:launch_id>/matching/drafts/<uuid:draft_id>/discard")
@requires(Role.INSTRUCTOR)
def discard(draft_id: UUID) -> Response:
    """Put a draft away."""
    with programme_of_visit() as (session, programme):
        drafts.discard(session, drafts.one(session, programme, draft_id))
    return redirect(url_for(".home", launch_id=visit().launch_id, done="discarded"), 303)


def tries_out(found: Draft) -> bool:
    """Tell whether the rules of a draft were for it alone: of no version, nor those before any."""
    return found.rules_version is None and rules_from_json(found.rules) != PRESETS[DEFAULT]


def draft_of_visit(session: Session, draft_id: UUID) -> tuple[Programme, Draft]:
    """Return the programme of the course that is visited, and one of its drafts."""
    programme = programmes.found_of_course(session, visit().course_id)
    if programme is None:
        raise NotFound("There is no mentoring in this course yet.")
    return programme, drafts.one(session, programme, draft_id)


def to_draft(draft_id: UUID, **where: Any) -> Response:
    """Return the way to a draft's page."""
    return redirect(
        url_for("matching.draft", launch_id=visit().launch_id, draft_id=draft_id, **where), 303
    )
