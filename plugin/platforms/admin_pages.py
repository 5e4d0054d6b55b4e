"""Registered platforms, for those who administer: which there are, and whom they let in."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from plugin.foundation.errors import FormInvalid
from plugin.foundation.forms import filled
from plugin.foundation.web import Role, requires, tool, visit
from plugin.foundation.web.i18n import in_words, words
from plugin.platforms import administering, deployments, invitations, service
from plugin.platforms.forms import DecisionForm, DeploymentForm, SwitchForm, TrustForm
from plugin.platforms.model import DeploymentState
from plugin.platforms.profiles import PROFILES

bp = Blueprint("platform_admin", __name__, template_folder="templates")


@bp.get("/l/<uuid:launch_id>/platforms")
@requires(Role.ADMIN)
def listed() -> str:
    """Show the organisation's platforms, and how to register another."""
    return _list()


def _list(link: str = "") -> str:
    with tool().database.reading(visit().organisation_id) as session:
        return render_template(
            "platforms/admin/list.html",
            page_title=words().gettext("Learning platforms"),
            platforms=service.all_of_them(session),
            invitations=invitations.still_open(session, now=tool().clock()),
            profiles=PROFILES,
            pending=DeploymentState.PENDING,
            link=link,
            days=invitations.INVITATION_DAYS,
        )


@bp.post("/l/<uuid:launch_id>/platforms/invitations")
@requires(Role.ADMIN)
def invite() -> str:
    """Make a one-time link and show it, once."""
    with tool().database.transaction(visit().organisation_id) as session:
        secret = administering.invited(
            session,
            analysts=request.form.get("analysts") == "yes",
            by=visit().person_id,
            now=tool().clock(),
        )
    return _list(link=f"{tool().public_url}/lti/register/{secret}")


@bp.post("/l/<uuid:launch_id>/platforms/invitations/<uuid:invitation_id>/withdraw")
@requires(Role.ADMIN)
def withdraw(invitation_id: UUID) -> Response:
    """Take a one-time link back."""
    with tool().database.transaction(visit().organisation_id) as session:
        administering.withdrawn(session, invitation_id, by=visit().person_id, now=tool().clock())
    return redirect(url_for(".listed", launch_id=visit().launch_id), 303)


@bp.get("/l/<uuid:launch_id>/platforms/<uuid:registration_id>")
@requires(Role.ADMIN)
def show(registration_id: UUID) -> str:
    """Show one registration, its deployments and what the platform has to know of us."""
    return _show(registration_id)


def _show(registration_id: UUID, errors: dict[str, list[str]] | None = None) -> str:
    with tool().database.reading(visit().organisation_id) as session:
        row = service.registration(session, registration_id)
        return render_template(
            "platforms/admin/show.html",
            page_title=row.name,
            platform=row,
            profile=PROFILES.get(row.product or ""),
            ours=our_addresses(registration_id),
            deployments=sorted(row.deployments, key=lambda each: each.created_at),
            errors=in_words(errors or {}),
            sent=request.form,
        )


@bp.post("/l/<uuid:launch_id>/platforms/<uuid:registration_id>/settings")
@requires(Role.ADMIN)
def switch(registration_id: UUID) -> Response:
    """Let people in from a platform or not; let new deployments in at once or not."""
    said = filled(SwitchForm(), request.form)
    with tool().database.transaction(visit().organisation_id) as session:
        row = service.registration(session, registration_id)
        administering.switched(session, row, said, by=visit().person_id, now=tool().clock())
    return _to(registration_id)


@bp.post("/l/<uuid:launch_id>/platforms/<uuid:registration_id>/deployments")
@requires(Role.ADMIN)
def add_deployment(registration_id: UUID) -> Response | tuple[str, int]:
    """Let in one more deployment, by its id."""
    try:
        form = filled(DeploymentForm(), request.form)
    except FormInvalid as error:
        return _show(registration_id, error.errors), 422
    with tool().database.transaction(visit().organisation_id) as session:
        row = service.registration(session, registration_id)
        administering.added(
            session, row, form["deployment"], by=visit().person_id, now=tool().clock()
        )
    return _to(registration_id)


@bp.get("/l/<uuid:launch_id>/deployments")
@requires(Role.ADMIN)
def waiting() -> str:
    """Show the deployments that wait for a decision, of every platform."""
    with tool().database.reading(visit().organisation_id) as session:
        return render_template(
            "platforms/admin/waiting.html",
            page_title=words().gettext("Deployments that wait"),
            deployments=deployments.listed(session, DeploymentState.PENDING),
        )


@bp.post("/l/<uuid:launch_id>/deployments/<uuid:deployment_id>")
@requires(Role.ADMIN)
def decide(deployment_id: UUID) -> Response:
    """Let a deployment in or keep it out."""
    approve = filled(DecisionForm(), request.form)["approve"]
    state = DeploymentState.APPROVED if approve else DeploymentState.REFUSED
    with tool().database.transaction(visit().organisation_id) as session:
        row = administering.decided(
            session, deployment_id, state, by=visit().person_id, now=tool().clock()
        )
        registration_id = row.registration_id
    if request.form.get("back") == "waiting":
        return redirect(url_for(".waiting", launch_id=visit().launch_id), 303)
    return _to(registration_id)


@bp.post("/l/<uuid:launch_id>/deployments/<uuid:deployment_id>/administrators")
@requires(Role.ADMIN)
def entrust(deployment_id: UUID) -> Response:
    """Let a deployment's administrators administer Mentes, or no longer."""
    administers = filled(TrustForm(), request.form)["administers"]
    with tool().database.transaction(visit().organisation_id) as session:
        row = administering.entrusted(
            session,
            deployment_id,
            administers=administers,
            by=visit().person_id,
            now=tool().clock(),
        )
        registration_id = row.registration_id
    return _to(registration_id)


def our_addresses(registration_id: UUID | None) -> dict[str, str]:
    """Return what a platform has to know of us; the login's is the registration's own."""
    public = tool().public_url
    own = f"/{registration_id}" if registration_id else ""
    return {
        "launch": f"{public}/lti/launch",
        "login": f"{public}/lti/login{own}",
        "keys": f"{public}/lti/keys/{visit().organisation_id}.json",
    }


def _to(registration_id: UUID) -> Response:
    address = url_for(".show", launch_id=visit().launch_id, registration_id=registration_id)
    return redirect(address, 303)
