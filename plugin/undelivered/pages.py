"""What could not be delivered, for admins: why, what to do, and sending it again."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from plugin.foundation import outbox
from plugin.foundation.web import Role, requires, tool, visit
from plugin.foundation.web.i18n import words
from plugin.targets.model import STATEMENT
from plugin.undelivered import service
from plugin.undelivered.advice import KINDS, advice

bp = Blueprint("undelivered", __name__, template_folder="templates")


@bp.get("/l/<uuid:launch_id>/undelivered")
@requires(Role.ADMIN)
def listed() -> str:
    """Show what was given up, what stands still, and what waits."""
    with tool().database.reading(visit().organisation_id) as session:
        return render_template(
            "undelivered/list.html",
            page_title=words().gettext("What could not be delivered"),
            ways=[way for way in service.ways(session) if way.is_under_way],
            parked=service.parked(session),
            most=service.PAGE,
            advice=advice,
            kinds=KINDS,
            sent_again=request.args.get("again", type=int),
        )


@bp.get("/l/<uuid:launch_id>/undelivered/<uuid:debt_id>")
@requires(Role.ADMIN)
def show(debt_id: UUID) -> str:
    """Show one: why it was given up and what to do. Of what it says, only which statement it is."""
    with tool().database.reading(visit().organisation_id) as session:
        debt = service.one(session, debt_id)
        names = {it.backlog.target: it.name for it in service.ways(session)}
    return render_template(
        "undelivered/show.html",
        page_title=words().gettext(advice(debt.problem).title),
        debt=debt,
        told=service.told(debt),
        target=names.get(debt.target, ""),
        leads_to_target=debt.kind == STATEMENT and debt.target,
        advice=advice(debt.problem),
        kinds=KINDS,
    )


@bp.post("/l/<uuid:launch_id>/undelivered/<uuid:debt_id>/again")
@requires(Role.ADMIN)
def again(debt_id: UUID) -> Response:
    """Send one again."""
    with tool().database.transaction(visit().organisation_id) as session:
        count = outbox.again(session, [debt_id], now=tool().clock())
    return _to_list(count)


@bp.post("/l/<uuid:launch_id>/undelivered/again")
@requires(Role.ADMIN)
def all_again() -> Response:
    """Send all again, or all of one kind to one target."""
    with tool().database.transaction(visit().organisation_id) as session:
        count = service.again(
            session,
            kind=request.form.get("kind"),
            target=request.form.get("target"),
            now=tool().clock(),
        )
    return _to_list(count)


@bp.post("/l/<uuid:launch_id>/undelivered/resume")
@requires(Role.ADMIN)
def resume() -> Response:
    """Let a way that stands still go on."""
    with tool().database.transaction(visit().organisation_id) as session:
        service.go_on(
            session,
            request.form.get("kind", ""),
            request.form.get("target", ""),
            now=tool().clock(),
        )
    return _to_list(None)


def _to_list(count: int | None) -> Response:
    address = url_for(".listed", launch_id=visit().launch_id, again=count)
    return redirect(address, 303)
