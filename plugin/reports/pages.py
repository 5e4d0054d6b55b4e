"""The report of a course: page, CSV and JSON of the same values."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from flask import Blueprint, Response, current_app, jsonify, render_template, url_for

from plugin.foundation.web import Role, requires, tool, visit
from plugin.foundation.web.i18n import words
from plugin.reports import service
from plugin.reports.measures import Stage, shown_funnel

bp = Blueprint("reports", __name__, template_folder="templates")
KEY = "mentes.report_min_cohort"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownStage:
    """A stage in the reader's words, as the chart macros take it."""

    label: str
    count: int | None
    share: float | None
    note: str


@bp.get("/l/<uuid:launch_id>/report")
@requires(Role.INSTRUCTOR, Role.ANALYST)
def show() -> str:
    """Show how far learners came: completed, matched, met, reflected."""
    say = words().gettext
    labels = _labels()
    stages = [
        ShownStage(
            label=labels[stage.slug],
            count=stage.count,
            share=stage.share,
            note=say("Fewer than %(k)s people", k=min_cohort()) if stage.count is None else "",
        )
        for stage in _stages()
    ]
    return render_template(
        "reports/show.html",
        page_title=say("Report"),
        course_title=visit().course_title,
        stages=stages,
        definitions=_definitions(),
        min_cohort=min_cohort(),
        links={
            "csv": url_for(".as_csv", launch_id=visit().launch_id),
            "json": url_for(".as_json", launch_id=visit().launch_id),
        },
    )


@bp.get("/l/<uuid:launch_id>/report.csv")
@requires(Role.INSTRUCTOR, Role.ANALYST)
def as_csv() -> Response:
    """Return the same values as CSV; an empty cell is one that may not be shown."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["stage", "people", "share"])
    for stage in _stages():
        writer.writerow([stage.slug, stage.count, stage.share])
    response = Response(text.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="mentes-report.csv"'
    return response


@bp.get("/l/<uuid:launch_id>/report.json")
@requires(Role.INSTRUCTOR, Role.ANALYST)
def as_json() -> Response:
    """Return the same values as JSON; null is a cell that may not be shown."""
    return jsonify({"min_cohort": min_cohort(), "funnel": [asdict(stage) for stage in _stages()]})


def _stages() -> Sequence[Stage]:
    with tool().database.reading(visit().organisation_id) as session:
        counts = service.funnel(session, visit().course_id)
    return shown_funnel(counts, min_cohort=min_cohort())


def min_cohort() -> int:
    """Return the fewest people that a cell may count."""
    found: int = current_app.extensions[KEY]
    return found


def _labels() -> dict[str, str]:
    say = words().gettext
    return {
        "completed": say("Completed"),
        "matched": say("Have a mentor"),
        "met": say("Met"),
        "reflected": say("Looked back"),
    }


def _definitions() -> list[tuple[str, str]]:
    say = words().gettext
    labels = _labels()
    return [
        (labels["completed"], say("Learners who completed something that a rule is about.")),
        (labels["matched"], say("Of these, learners who had a mentor at some time.")),
        (labels["met"], say("Of these, learners who held the check-in about it.")),
        (labels["reflected"], say("Of these, learners where both of the two gave feedback.")),
    ]
