"""Why the record store refused what was sent to it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template
from sqlalchemy.orm import Session

from lrs_bridge.lrs import refusals
from lrs_bridge.lrs.refusals import KEPT, Counted
from plugin.foundation.errors import NotFound
from plugin.foundation.web import Role, requires, tool, visit
from plugin.foundation.web.i18n import words
from plugin.statements import service
from plugin.statements.advice import advice, found_in_words

bp = Blueprint("statements_refused", __name__)


@bp.get("/l/<uuid:launch_id>/refused")
@requires(Role.ADMIN)
def listed() -> str:
    """Show the last refusals, each with its sender and how often it came."""
    with tool().database.reading(visit().organisation_id) as session:
        several = refusals.newest(session, visit().organisation_id)
        return render_template(
            "statements/refused.html",
            page_title=words().gettext("Refused requests"),
            refused=several,
            senders=_senders(session, several),
            advice=advice,
            kept=KEPT,
            zone=words().place(),
        )


@bp.get("/l/<uuid:launch_id>/refused/<uuid:refusal_id>")
@requires(Role.ADMIN)
def show(refusal_id: UUID) -> str:
    """Show one refusal: the reason, what it means, what to do about it."""
    with tool().database.reading(visit().organisation_id) as session:
        counted = refusals.one(session, visit().organisation_id, refusal_id)
        if counted is None:
            raise NotFound("It is no longer kept: only the newest refusals are.")
        return render_template(
            "statements/refusal.html",
            page_title=words().gettext("Refused request"),
            **_about(session, counted),
        )


def _about(session: Session, counted: Counted) -> dict[str, Any]:
    refusal = counted.refusal
    return {
        "counted": counted,
        "refusal": refusal,
        "sender": _senders(session, [counted]).get(refusal.sender.credential, ""),
        "advice": advice(refusal.slug),
        "found": found_in_words(refusal.found, words()),
    }


def _senders(session: Session, several: list[Counted]) -> dict[UUID, str]:
    return service.labels(session, {one.refusal.sender.credential for one in several})
