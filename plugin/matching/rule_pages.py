"""The rules of a programme: changed row by row or as JSON, tried out, kept in versions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from plugin.foundation.errors import NotFound
from plugin.foundation.web import Role, requires, tool, visit
from plugin.foundation.web.i18n import words
from plugin.foundation.web.security import may_ask_us
from plugin.matching import drafts, overviews, rule_form, rule_text, rule_views, service
from plugin.matching.engine.errors import Problem, RulesInvalid
from plugin.matching.engine.presets import PRESETS
from plugin.matching.engine.reading import rules_from_json
from plugin.matching.engine.rules import RuleSet
from plugin.matching.model import Draft
from plugin.matching.rule_form import RulesForm
from plugin.matching.wording import preset_in_words
from plugin.programmes import service as programmes
from plugin.programmes.model import Programme
from plugin.programmes.questions import Questionnaire
from plugin.programmes.visiting import programme_of_visit

bp = Blueprint("matching_rules", __name__, template_folder="templates")


@bp.get("/l/<uuid:launch_id>/matching/rules")
@requires(Role.INSTRUCTOR)
def edit() -> str | Response:
    """Show the rules that hold; or a preset, an earlier version, a draft's, to begin from."""
    with tool().database.reading(visit().organisation_id) as session:
        programme = programmes.found_of_course(session, visit().course_id)
        if programme is None:
            return redirect(url_for("matching.home", launch_id=visit().launch_id), 303)
        rules = _begun_from(session, programme)
        return _page(session, programme, rule_form.written(rules))


def _begun_from(session: Session, programme: Programme) -> RuleSet:
    """Return the rules that the address asks for: `preset`, `version` or `draft`."""
    asked = request.args
    if asked.get("preset") in PRESETS:
        return PRESETS[asked["preset"]]
    if (number := asked.get("version", type=int)) and number < overviews.HIGHEST:
        kept = overviews.version(session, programme, number)
        if kept is not None:
            return rules_from_json(kept.rules)
    if draft := _draft_named(session, programme, asked.get("draft", type=UUID)):
        return rules_from_json(draft.rules)
    return service.current_rules(session, programme).rules


@bp.post("/l/<uuid:launch_id>/matching/rules")
@requires(Role.INSTRUCTOR)
def save() -> str | Response | tuple[str, int]:
    """Save the rows as a new version, try them out in a draft, or add or take away a row."""
    form = rule_form.read(request.form)
    do = request.form.get("do", "save")
    if do == "add":
        return _again(form.with_another())
    if do.startswith("remove-"):
        return _again(form.without(int(do[7:]) if do[7:].isdecimal() else -1))
    try:
        return _done(do, form.as_json())
    except RulesInvalid as error:
        return _again(form, error.problems), 422


@bp.post("/l/<uuid:launch_id>/matching/rules/json")
@requires(Role.INSTRUCTOR)
def save_json() -> Response | tuple[str, int]:
    """Save, or try out, the rules as a text of JSON."""
    text = request.form.get("document", "")
    try:
        return _done(request.form.get("do", "save"), rule_text.parsed(text))
    except RulesInvalid as error:
        shown, faults = rule_text.faults(text, error.problems, words())
        with tool().database.reading(visit().organisation_id) as session:
            programme = _programme(session)
            form = rule_form.written(service.current_rules(session, programme).rules)
            return _page(session, programme, form, document=shown, faults=faults), 422


@bp.post("/l/<uuid:launch_id>/matching/rules/preview")
@requires(Role.INSTRUCTOR)
def preview() -> Response:
    """Say each row as a sentence, and what is doubtful about it: for the page's script."""
    with tool().database.reading(visit().organisation_id) as session:
        asked = rule_views.fields_asked(Questionnaire.of(_programme(session)))
    shown = rule_views.editor(rule_form.read(request.form), asked, words())
    return jsonify(
        {
            "rows": [{"says": row.says, "doubts": list(row.doubts)} for row in shown.rows],
            "doubts": list(shown.doubts),
        }
    )


@bp.post("/l/<uuid:launch_id>/matching/rules/versions/<int(max=1000000):number>")
@requires(Role.INSTRUCTOR)
def use_again(number: int) -> Response:
    """Let an earlier version hold again, as a new one."""
    with programme_of_visit() as (session, programme):
        kept = overviews.version(session, programme, number)
        if kept is None:
            raise NotFound("There is no such version of the rules.")
        service.save_rules(session, programme, kept.rules, by=visit().person_id, now=tool().clock())
    return _to_rules("saved")


def _done(do: str, document: Any) -> Response:
    """Do what the form asked for with the rules; what is wrong with them is raised."""
    rules_from_json(document)
    with programme_of_visit(opened=True) as (session, programme):
        by, now = visit().person_id, tool().clock()
        if do != "try":
            service.save_rules(session, programme, document, by=by, now=now)
            return _to_rules("saved")
        beside = _draft_named(session, programme, request.form.get("beside", type=UUID))
        begun = drafts.begin(
            session,
            programme,
            options=drafts.Options(keep_bonus=0),  # what other weights do, unhindered
            rules=document,
            based_on=beside,
            by=by,
            now=now,
        )
        return redirect(
            url_for("matching.draft", launch_id=visit().launch_id, draft_id=begun.id), 303
        )


def _again(form: RulesForm, problems: Sequence[Problem] = ()) -> str:
    with tool().database.reading(visit().organisation_id) as session:
        return _page(session, _programme(session), form, problems=problems)


def _programme(session: Session) -> Programme:
    programme = programmes.found_of_course(session, visit().course_id)
    if programme is None:
        raise NotFound("There is no mentoring in this course yet.")
    return programme


def _page(
    session: Session,
    programme: Programme,
    form: RulesForm,
    *,
    problems: Sequence[Problem] = (),
    document: str | None = None,
    faults: Sequence[rule_text.Fault] = (),
) -> str:
    may_ask_us()
    current = service.current_rules(session, programme)
    beside = request.values.get("draft" if request.method == "GET" else "beside", type=UUID)
    asked = rule_views.fields_asked(Questionnaire.of(programme))
    return render_template(
        "matching/rules.html",
        page_title=words().gettext("Matching rules"),
        editor=rule_views.editor(form, asked, words(), problems),
        is_current=form == rule_form.written(current.rules),
        current=current,
        versions=overviews.versions(session, programme),
        presets=[(slug, *preset_in_words(slug, words())) for slug in PRESETS],
        beside=_draft_named(session, programme, beside),
        document=rule_text.laid_out(current.as_json) if document is None else document,
        faults=faults,
        done=request.args.get("done", ""),
    )


def _draft_named(session: Session, programme: Programme, draft_id: UUID | None) -> Draft | None:
    if draft_id is None:
        return None
    try:
        return drafts.one(session, programme, draft_id)
    except NotFound:
        return None


def _to_rules(done: str) -> Response:
    return redirect(url_for(".edit", launch_id=visit().launch_id, done=done), 303)
