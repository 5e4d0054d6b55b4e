"""Uploading who has finished what: the form, what a file would do, what it did, and taking back."""

from __future__ import annotations

from typing import BinaryIO
from uuid import UUID

from flask import (
    Blueprint,
    jsonify,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from werkzeug.wrappers import Response

from plugin.completions.model import Reason
from plugin.completions.uploads import forms, report, service
from plugin.completions.uploads.model import AT_WORK, Outcome, State, Undone, Upload
from plugin.completions.uploads.wording import FILE_FAULTS, STATES
from plugin.foundation.errors import FormInvalid
from plugin.foundation.i18n import zones
from plugin.foundation.web import Role, requires, tool, visit
from plugin.foundation.web.i18n import in_words, words
from plugin.foundation.web.security import may_ask_us

bp = Blueprint("completion_uploads", __name__, template_folder="../templates")

BESIDE_THE_FILE = 64 * 1024
"""Bytes of an upload's request that are not the file."""
ASKED = (Reason.PERSON_UNKNOWN, Reason.PERSON_AMBIGUOUS, Reason.COURSE_UNKNOWN)
"""What rows wait for that somebody can say by hand."""
EXAMPLE = """person;course;completed_at
ada@example.com;MENT101;2026-11-20
ben;https://lms.example/course/view.php?id=2;2026-11-20T10:15:00+01:00
"""


@bp.get("/l/<uuid:launch_id>/uploads")
@requires(Role.ADMIN)
def listed() -> str:
    """Show the form, an example, and the newest uploads."""
    return _listed()


def _listed(errors: dict[str, list[str]] | None = None) -> str:
    with tool().database.reading(visit().organisation_id) as session:
        return render_template(
            "completions/uploads.html",
            page_title=words().gettext("Upload completions"),
            uploads=service.listed(session),
            homes=forms.homes(session),
            zones=[(name, name.replace("_", " ")) for name in zones()],
            states=STATES,
            errors=in_words(errors or {}),
            example=EXAMPLE,
            sent=request.form,
            done=request.args.get("done", ""),
        )


@bp.post("/l/<uuid:launch_id>/uploads")
@requires(Role.ADMIN)
def take_in() -> Response | tuple[str, int]:
    """Keep a file until somebody has read what it would do."""
    request.max_content_length = service.LARGEST + BESIDE_THE_FILE
    try:
        wanted = forms.wanted(request.form, _file("file"), _file("line_items"))
    except FormInvalid as error:
        return _listed(error.errors), 422
    with tool().database.transaction(visit().organisation_id) as session:
        upload_id = service.take_in(
            session,
            wanted.content,
            name=request.files["file"].filename or "",
            layout=wanted.layout,
            size=wanted.size,
            digest=wanted.digest,
            configuration=wanted.configuration,
            now=tool().clock(),
        )
    return _to(upload_id)


def _file(field: str) -> BinaryIO | None:
    """Return a file of the form; browsers send one without a name if none was chosen."""
    sent = request.files.get(field)
    return sent.stream if sent is not None and sent.filename else None  # type: ignore[return-value]


@bp.get("/l/<uuid:launch_id>/uploads/<uuid:upload_id>")
@requires(Role.ADMIN)
def show(upload_id: UUID) -> str:
    """Show how far an upload is, what it would do, or what it did."""
    with tool().database.reading(visit().organisation_id) as session:
        upload = service.one(session, upload_id)
        if upload.state in AT_WORK:
            may_ask_us()
        counted = report.counted(session, upload_id)
        return render_template(
            "completions/upload.html",
            page_title=upload.name,
            upload=upload,
            is_at_work=upload.state in AT_WORK,
            state_in_words=STATES[State(upload.state)],
            counted=counted,
            leads_to_waiting=any(
                fate.slug == "waits" and fate.reason in ASKED for fate, _ in counted
            )
            and upload.state == State.APPLIED,
            problems=report.lines(session, upload_id, limit=report.SHOWN, outcome=Outcome.PROBLEM),
            stayed=report.lines(
                session,
                upload_id,
                limit=report.SHOWN,
                undone=(Undone.STAYS, Undone.STAYS_TAKEN_BACK),
            ),
            shown=report.SHOWN,
            file_fault=FILE_FAULTS.get(upload.problem or ""),
            can_be_undone=service.can_be_undone(upload, now=tool().clock()),
            days=service.LINES_LAST.days,
            done=request.args.get("done", ""),
        )


@bp.get("/l/<uuid:launch_id>/uploads/<uuid:upload_id>/progress")
@requires(Role.ADMIN)
def progress(upload_id: UUID) -> Response:
    """Say how far an upload is: for the page's script."""
    with tool().database.reading(visit().organisation_id) as session:
        upload = service.one(session, upload_id)
    return jsonify({"state": upload.state, "progress": upload.progress, "stage": _stage(upload)})


def _stage(upload: Upload) -> str:
    return words().gettext(STATES[State(upload.state)])


@bp.post("/l/<uuid:launch_id>/uploads/<uuid:upload_id>/confirm")
@requires(Role.ADMIN)
def confirm(upload_id: UUID) -> Response:
    """Let the rows of an upload count."""
    with tool().database.transaction(visit().organisation_id) as session:
        service.confirm(session, upload_id, by=visit().person_id, now=tool().clock())
    return _to(upload_id)


@bp.post("/l/<uuid:launch_id>/uploads/<uuid:upload_id>/cancel")
@requires(Role.ADMIN)
def cancel(upload_id: UUID) -> Response:
    """Let nothing be left of an upload."""
    with tool().database.transaction(visit().organisation_id) as session:
        service.cancel(session, upload_id)
    return redirect(url_for(".listed", launch_id=visit().launch_id, done="cancelled"), 303)


@bp.post("/l/<uuid:launch_id>/uploads/<uuid:upload_id>/undo")
@requires(Role.ADMIN)
def undo(upload_id: UUID) -> Response:
    """Take back what an upload brought."""
    with tool().database.transaction(visit().organisation_id) as session:
        service.undo(session, upload_id, by=visit().person_id, now=tool().clock())
    return _to(upload_id)


@bp.get("/l/<uuid:launch_id>/uploads/<uuid:upload_id>/lines.csv")
@requires(Role.ADMIN)
def as_csv(upload_id: UUID) -> Response:
    """Return what becomes of each line."""
    with tool().database.reading(visit().organisation_id) as session:
        service.one(session, upload_id)
    lines = report.as_csv(tool().database, visit().organisation_id, upload_id, words())
    response = Response(stream_with_context(lines), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="mentes-upload.csv"'
    return response


def _to(upload_id: UUID) -> Response:
    return redirect(url_for(".show", launch_id=visit().launch_id, upload_id=upload_id), 303)
