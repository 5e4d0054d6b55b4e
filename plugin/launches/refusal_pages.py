"""The launch doctor's page: launches that were not let in, why, and what to change in that LMS."""

from __future__ import annotations

import json
from uuid import UUID

from flask import Blueprint, render_template, request
from sqlalchemy.orm import Session

from plugin.foundation.errors import NotFound
from plugin.foundation.web import Role, requires, tool, visit
from plugin.foundation.web.i18n import words
from plugin.launches import refusals
from plugin.launches.model import RefusedLaunch
from plugin.platforms import service
from plugin.platforms.advice import advice, title
from plugin.platforms.model import RegistrationRow

bp = Blueprint("refused_launches", __name__, template_folder="templates")


@bp.get("/l/<uuid:launch_id>/refused-launches")
@requires(Role.ADMIN)
def listed() -> str:
    """Show the newest refusals: of every platform, of one, or the one that somebody tells of."""
    platform = request.args.get("platform", type=UUID)
    reference = request.args.get("reference", "").strip()
    with tool().database.reading(visit().organisation_id) as session:
        several = [
            each for each in refusals.newest(session, platform) if reference in ("", each.reference)
        ]
        return render_template(
            "launches/refused/list.html",
            page_title=words().gettext("Refused launches"),
            refused=several,
            names=_names(session),
            platform=platform,
            reference=reference,
            title=title,
            kept=refusals.KEPT,
            days=refusals.KEPT_DAYS,
            few=refusals.OF_A_KIND,
            zone=words().place(),
        )


@bp.get("/l/<uuid:launch_id>/refused-launches/<uuid:refusal_id>")
@requires(Role.ADMIN)
def show(refusal_id: UUID) -> str:
    """Show one refusal: what to do, which check it was, what was claimed."""
    with tool().database.reading(visit().organisation_id) as session:
        refused = session.get(RefusedLaunch, refusal_id)
        if refused is None or refused.organisation_id != visit().organisation_id:
            raise NotFound("It is no longer kept: only the newest refusals are.")
        platform = service.registration(session, refused.registration_id)
        return render_template(
            "launches/refused/show.html",
            page_title=words().gettext("Refused launch"),
            refused=refused,
            platform=platform,
            title=title(refused.slug),
            advice=advice(refused.slug, platform.product, say=words().gettext),
            claims=json.dumps(refused.claims, indent=2, ensure_ascii=False),
        )


def _names(session: Session) -> dict[UUID, str]:
    rows: list[RegistrationRow] = list(service.all_of_them(session))
    return {row.id: row.name for row in rows}
