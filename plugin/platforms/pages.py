"""Dynamic registration: a platform's administrator opens a one-time link and agrees.

https://www.imsglobal.org/spec/lti-dr/v1p0
"""

from __future__ import annotations

from flask import Blueprint, render_template, request

from lti.dynamic_registration import ToolDescription, platform_configuration, register
from plugin.foundation.errors import FormInvalid
from plugin.foundation.tenancy import EVERYWHERE
from plugin.foundation.web import open_to, tool
from plugin.foundation.web.i18n import words
from plugin.foundation.web.security import may_be_framed_by, origin
from plugin.platforms import service
from plugin.platforms.model import Invitation
from plugin.platforms.protocol import protocol

bp = Blueprint("platforms", __name__, template_folder="templates")

CUSTOM = {
    "zone": "$Person.address.timezone",
    "context_history": "$Context.id.history",
    # By which other names the platform calls a person (people/telling.py) and a course.
    "username": "$User.username",
    "person_sourcedid": "$Person.sourcedId",
    "canvas_user_id": "$Canvas.user.id",
    "canvas_user_global_id": "$Canvas.user.globalId",
    "canvas_user_uuid": "$vnd.instructure.User.uuid",
    "canvas_user_sis_id": "$Canvas.user.sisSourceId",
    "canvas_user_login": "$Canvas.user.loginId",
    "canvas_api_domain": "$Canvas.api.domain",
    "canvas_course_id": "$Canvas.course.id",
    "course_sourcedid": "$CourseSection.sourcedId",
}
"""Variables that we ask for, of which a platform fills those it knows."""


@bp.get("/lti/register/<invitation>")
@open_to("whoever holds an invitation")
def show(invitation: str) -> str:
    """Show the platform's configuration, for its administrator to approve."""
    url = request.args.get("openid_configuration", "")
    token = request.args.get("registration_token")
    if not url:
        raise FormInvalid("Open this link from the platform's registration page, not by itself.")
    with tool().database.reading(EVERYWHERE) as session:
        invited = service.open_invitation(session, invitation, now=tool().clock())
        organisation_id = invited.organisation_id
    platform = platform_configuration(protocol().http, url, token)
    may_be_framed_by(platform.issuer, platform.authorization_endpoint)
    return render_template(
        "platforms/register.html",
        page_title=words().gettext("Register Mentes"),
        platform=platform,
        host=origin(platform.issuer),
        tool=description(organisation_id),
        invitation=invitation,
        openid_configuration=url,
        registration_token=token or "",
    )


@bp.post("/lti/register/<invitation>")
@open_to("whoever holds an invitation")
def confirm(invitation: str) -> str:
    """Register with the platform and keep what it gives us; the invitation is then used up.

    The platform is asked before anything is kept: its token works once, so a failure on our side
    after that is shown with what to do, and the same invitation can be used again.
    """
    url = request.form.get("openid_configuration", "")
    token = request.form.get("registration_token") or None
    now = tool().clock()
    with tool().database.reading(EVERYWHERE) as session:
        organisation_id = service.open_invitation(session, invitation, now=now).organisation_id
    platform = platform_configuration(protocol().http, url, token)
    may_be_framed_by(platform.issuer, platform.authorization_endpoint)
    agreed = register(protocol().http, platform, description(organisation_id), token)
    with tool().database.transaction(organisation_id) as session:
        invited: Invitation = service.open_invitation(session, invitation, now=now, locked=True)
        kept = service.registered(
            session,
            agreed.registration(""),
            name=origin(platform.issuer) or platform.issuer,
            administrators_are_analysts=invited.administrators_are_analysts,
            now=now,
        )
        invited.used_at = now
        invited.registration_id = kept.id
    return render_template(
        "platforms/registered.html",
        page_title=words().gettext("Registered"),
        platform_origin=origin(platform.issuer),
        has_deployment=bool(agreed.deployment_ids),
    )


def description(organisation_id: object) -> ToolDescription:
    """Return what we say about ourselves to a platform."""
    say = words().gettext
    public = tool().public_url
    return ToolDescription(
        name="Mentes",
        description=say("Ten minutes with a mentor about using what you learn."),
        launch_url=f"{public}/lti/launch",
        login_url=f"{public}/lti/login",
        jwks_url=f"{public}/lti/keys/{organisation_id}.json",
        logo_url=f"{public}/static/mark.svg",
        deep_linking_label=say("Add mentoring"),
        custom=CUSTOM,
    )
