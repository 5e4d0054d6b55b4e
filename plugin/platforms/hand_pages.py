"""Registering a platform by hand, and changing a registration: a form with ready profiles."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from plugin.foundation.errors import FormInvalid
from plugin.foundation.web import Role, requires, tool, visit
from plugin.foundation.web.i18n import in_words, words
from plugin.platforms import administering, service
from plugin.platforms.admin_pages import our_addresses
from plugin.platforms.forms import platform_filled, site_filled
from plugin.platforms.model import RegistrationRow
from plugin.platforms.profiles import PROFILES

bp = Blueprint("platform_by_hand", __name__, template_folder="templates")


@bp.get("/l/<uuid:launch_id>/platforms/new")
@requires(Role.ADMIN)
def begin() -> str | tuple[str, int]:
    """Ask which product it is and where; then show the form, filled in as far as that goes."""
    if not request.args.get("profile"):
        return _begin()
    if request.args["profile"] == "other":
        return _form(product=None, sent={})
    try:
        product, site = site_filled(request.args)
    except FormInvalid as error:
        return _begin(error.errors), 422
    profile = PROFILES[product]
    name = f"{profile.name} {site.split('://')[-1]}".strip()
    return _form(product=product, sent={"name": name, **profile.filled(site)})


@bp.post("/l/<uuid:launch_id>/platforms")
@requires(Role.ADMIN)
def register() -> Response | tuple[str, int]:
    """Register what the form says."""
    try:
        agreed, form = platform_filled(request.form)
        with tool().database.transaction(visit().organisation_id) as session:
            row = administering.registered(
                session, agreed, form, by=visit().person_id, now=tool().clock()
            )
            registration_id = row.id
    except FormInvalid as error:
        return _form(product=request.form.get("product"), sent=_sent(), errors=error.errors), 422
    return _to(registration_id)


@bp.get("/l/<uuid:launch_id>/platforms/<uuid:registration_id>/edit")
@requires(Role.ADMIN)
def edit(registration_id: UUID) -> str:
    """Show a registration in its form."""
    with tool().database.reading(visit().organisation_id) as session:
        row = service.registration(session, registration_id)
        return _form(product=row.product, sent=_of(row), registration_id=row.id)


@bp.post("/l/<uuid:launch_id>/platforms/<uuid:registration_id>/edit")
@requires(Role.ADMIN)
def change(registration_id: UUID) -> Response | tuple[str, int]:
    """Change a registration to what the form says."""
    try:
        agreed, form = platform_filled(request.form)
        with tool().database.transaction(visit().organisation_id) as session:
            row = service.registration(session, registration_id)
            administering.changed(
                session, row, agreed, form, by=visit().person_id, now=tool().clock()
            )
    except FormInvalid as error:
        page = _form(
            product=request.form.get("product"),
            sent=_sent(),
            registration_id=registration_id,
            errors=error.errors,
        )
        return page, 422
    return _to(registration_id)


def _begin(errors: dict[str, list[str]] | None = None) -> str:
    return render_template(
        "platforms/admin/begin.html",
        page_title=words().gettext("Register a platform by hand"),
        profiles=PROFILES,
        errors=in_words(errors or {}),
        sent=request.args,
    )


def _form(
    *,
    product: str | None,
    sent: dict[str, Any],
    registration_id: UUID | None = None,
    errors: dict[str, list[str]] | None = None,
) -> str:
    say = words().gettext
    return render_template(
        "platforms/admin/form.html",
        page_title=say("Change the registration") if registration_id else say("Register by hand"),
        product=product,
        profile=PROFILES.get(product or ""),
        profiles=PROFILES,
        registration_id=registration_id,
        ours=our_addresses(registration_id),
        errors=in_words(errors or {}),
        sent=sent,
    )


def _sent() -> dict[str, Any]:
    """Return what was filled in, to be shown again."""
    ticks = {name: request.form.get(name) == "yes" for name in ("analysts", "anonymous")}
    return {**request.form.to_dict(), **ticks}


def _of(row: RegistrationRow) -> dict[str, Any]:
    names = ("name", "issuer", "client_id", "authorization_endpoint", "token_endpoint", "jwks_uri")
    return {
        **{name: getattr(row, name) for name in (*names, "token_audience")},
        "analysts": row.administrators_are_analysts,
        "anonymous": row.allow_anonymous,
        "trusted_audience": "\n".join(row.trusted_audiences),
    }


def _to(registration_id: UUID) -> Response:
    address = url_for(
        "platform_admin.show", launch_id=visit().launch_id, registration_id=registration_id
    )
    return redirect(address, 303)
