"""Dynamic registration: a platform's administrator opens a one-time link and agrees.

https://www.imsglobal.org/spec/lti-dr/v1p0
"""

from __future__ import annotations

from uuid import UUID, uuid5

from flask import Blueprint, render_template, request

from lti import copies, dynamic_registration
from lti.dynamic_registration import NewRegistration, PlatformConfiguration, ToolDescription
from lti.registration_token import announced_client_id
from plugin.foundation.errors import FormInvalid
from plugin.foundation.events import happened
from plugin.foundation.tenancy import EVERYWHERE
from plugin.foundation.web import open_to, tool
from plugin.foundation.web.i18n import words
from plugin.foundation.web.security import may_be_framed_by
from plugin.platforms import invitations, service
from plugin.platforms.approval import ADDRESSES, approval, known
from plugin.platforms.events import PlatformRegistered
from plugin.platforms.model import Invitation
from plugin.platforms.protocol import protocol

bp = Blueprint("platforms", __name__, template_folder="templates")

CUSTOM = {
    "zone": "$Person.address.timezone",
    **copies.CUSTOM,
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
    "groups": "$Moodle.Person.userGroupIds",
}
"""Variables that we ask for, of which a platform fills those it knows."""


@bp.get("/lti/register/<invitation>")
@open_to("whoever holds an invitation")
def show(invitation: str) -> str:
    """Show who asks, which addresses they have and what we ask for, to be approved or not."""
    url = request.args.get("openid_configuration", "")
    token = request.args.get("registration_token") or None
    if not url:
        raise FormInvalid("Open this link from the platform's registration page, not by itself.")
    invited = _open(invitation)
    return _asked(invitation, invited, _platform(url, token), url, token)


@bp.post("/lti/register/<invitation>")
@open_to("whoever holds an invitation")
def confirm(invitation: str) -> str | tuple[str, int]:
    """Register with the platform and keep what it gives us; the invitation is then used up.

    The platform is asked before anything is kept: its token works once, so a failure on our side
    after that is shown with what to do, and the same invitation can be used again.
    """
    url = request.form.get("openid_configuration", "")
    token = request.form.get("registration_token") or None
    invited = _open(invitation)
    platform = _platform(url, token)
    if request.form.get("decision") == "cancel":
        return _done("platforms/cancelled.html", words().gettext("Not registered"), platform)
    wanted = description(invited, _login_url(invited, platform, token))
    if request.form.get("mark") != approval(platform, wanted).mark:
        return _asked(invitation, invited, platform, url, token, has_changed=True), 409
    with invitations.taken(tool().database, invitation, tool().clock) as invited:
        agreed = dynamic_registration.register(protocol().http, platform, wanted, token)
        is_new, is_closed = _kept(invited, agreed, reopens=request.form.get("reopen") == "yes")
    return _done(
        "platforms/registered.html",
        words().gettext("Registered"),
        platform,
        is_new=is_new,
        is_closed=is_closed,
        has_deployment=bool(agreed.deployment_ids),
    )


def _open(secret: str) -> Invitation:
    with tool().database.reading(EVERYWHERE) as session:
        invited = invitations.open_invitation(session, secret, now=tool().clock())
        session.expunge(invited)
        return invited


def _platform(url: str, token: str | None) -> PlatformConfiguration:
    """Return what the platform says, and let it show our answer in a frame."""
    platform = dynamic_registration.platform_configuration(protocol().http, url, token)
    may_be_framed_by(*platform.origins, platform.authorization_endpoint)
    return platform


def _asked(
    invitation: str,
    invited: Invitation,
    platform: PlatformConfiguration,
    url: str,
    token: str | None,
    *,
    has_changed: bool = False,
) -> str:
    """Return the page on which an administrator approves."""
    wanted = description(invited, _login_url(invited, platform, token))
    with tool().database.reading(invited.organisation_id) as session:
        return render_template(
            "platforms/register.html",
            page_title=words().gettext("Register Mentes"),
            platform=platform,
            host=platform.origins[0].split("://")[-1],
            tool=wanted,
            asked=approval(platform, wanted),
            known=known(service.with_issuer(session, platform.issuer), platform),
            announced=announced_client_id(token),
            names=ADDRESSES,
            has_changed=has_changed,
            invitation=invitation,
            openid_configuration=url,
            registration_token=token or "",
        )


def _kept(invited: Invitation, agreed: NewRegistration, *, reopens: bool) -> tuple[bool, bool]:
    """Keep what a platform gave us, and spend the invitation on it.

    Tell whether it is new, and whether it is, or what it was given, closed.
    """
    now = tool().clock()
    with tool().database.transaction(invited.organisation_id) as session:
        before = service.of(session, agreed.issuer, agreed.client_id)
        kept = service.registered(
            session,
            agreed.registration(""),
            name=before.name if before else agreed.issuer.split("://")[-1],
            administrators_are_analysts=invited.administrators_are_analysts,
            now=now,
            id=_new_id(invited),
            reopens=reopens,
        )
        kept_out = agreed.deployment_ids.intersection(service.refused_of(kept))
        is_closed = not kept.enabled or bool(kept_out)
        invitations.spend(session, invited.id, registration_id=kept.id, now=now)
        happened(session, PlatformRegistered(at=now, subject_id=kept.id, how="invitation"))
    return before is None, is_closed


def _done(template: str, title: str, platform: PlatformConfiguration, **facts: bool) -> str:
    """Return the page at the end, whose script asks the platform to close the window."""
    return render_template(
        template, page_title=title, platform_origins=" ".join(platform.origins), **facts
    )


def _login_url(invited: Invitation, platform: PlatformConfiguration, token: str | None) -> str:
    """Return the login URL that we give a platform: the registration's own, where that is sure.

    By its own, a login needs no client id and is never ambiguous. A platform that we know already
    may keep its client, and then the registration its id: if it does not say so beforehand, it gets
    the URL that serves all.
    """
    general = f"{tool().public_url}/lti/login"
    announced = announced_client_id(token)
    with tool().database.reading(invited.organisation_id) as session:
        known = service.with_issuer(session, platform.issuer)
        kept = next((row.id for row in known if row.client_id == announced), None)
    if kept is not None:
        return f"{general}/{kept}"
    if known and announced is None:
        return general
    return f"{general}/{_new_id(invited)}"


def _new_id(invited: Invitation) -> UUID:
    """Return the id of the registration that an invitation makes, if it makes a new one."""
    return uuid5(invited.id, "registration")


def description(invited: Invitation, login_url: str) -> ToolDescription:
    """Return what we say about ourselves to a platform."""
    say = words().gettext
    public = tool().public_url
    return ToolDescription(
        name="Mentes",
        description=say("Ten minutes with a mentor about using what you learn."),
        launch_url=f"{public}/lti/launch",
        login_url=login_url,
        jwks_url=f"{public}/lti/keys/{invited.organisation_id}.json",
        logo_url=f"{public}/static/mark.svg",
        deep_linking_label=say("Add mentoring"),
        custom=CUSTOM,
        scopes=dynamic_registration.ALL_SCOPES,
    )
