"""Two drafts side by side."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from plugin.foundation.errors import NotFound
from plugin.foundation.web import Role, requires, tool, visit
from plugin.foundation.web.i18n import words
from plugin.matching import drafts, outcome, views
from plugin.matching.engine.reading import rules_from_json
from plugin.matching.model import Draft
from plugin.matching.wording import differences
from plugin.programmes import service as programmes
from plugin.programmes.model import Programme

bp = Blueprint("matching_comparison", __name__, template_folder="templates")


@bp.get("/l/<uuid:launch_id>/matching/compare")
@requires(Role.INSTRUCTOR)
def show() -> str | Response:
    """Show two drafts side by side: what comes of each, their rules, who gets another mentor."""
    with tool().database.reading(visit().organisation_id) as session:
        programme = programmes.found_of_course(session, visit().course_id)
        if programme is None:
            raise NotFound("There is no mentoring in this course yet.")
        left, right = (_named(session, programme, side) for side in ("left", "right"))
        if not (left and right and left.statistics and right.statistics):
            return redirect(url_for("matching.home", launch_id=visit().launch_id), 303)
        return render_template(
            "matching/compare.html",
            page_title=words().gettext("Two drafts side by side"),
            left=left,
            right=right,
            lines=_lines(left, right),
            rules=differences(rules_from_json(left.rules), rules_from_json(right.rules), words()),
            compared=views.compared(session, left, right),
            drafts=[each for each in drafts.of_programme(session, programme) if each.statistics],
        )


def _named(session: Session, programme: Programme, side: str) -> Draft | None:
    draft_id = request.args.get(side, type=UUID)
    return drafts.one(session, programme, draft_id) if draft_id else None


def _lines(left: Draft, right: Draft) -> list[list[str]]:
    """Return what comes of each draft, and how each was made, as rows of a table."""
    one, other = (
        {
            line.label: line.after
            for line in outcome.lines(each.statistics or {}, rules_from_json(each.rules), words())
        }
        for each in (left, right)
    )
    made = [outcome.options_in_words(each.options, words()) for each in (left, right)]
    return [
        *([label, one.get(label, "0"), other.get(label, "0")] for label in {**one, **other}),
        *(
            [what, how, how_else]
            for (what, how), (_, how_else) in zip(*made, strict=True)
            if how != how_else
        ),
    ]
