"""Deep linking: an instructor puts Mentoring into a course, with its place in the gradebook."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from sqlalchemy.orm import Session

from lti.claims import DEEP_LINKING_REQUEST
from lti.deep_linking import DeepLinkingResponse, LtiResourceLinkItem, response
from lti.message import DeepLinkingSettings, LaunchMessage
from plugin.foundation.web import Role, requires, tool, visit
from plugin.foundation.web.i18n import words
from plugin.foundation.web.security import may_post_to
from plugin.launches import choices
from plugin.launches.items import mentoring_item
from plugin.launches.model import Launch
from plugin.platforms.protocol import protocol
from plugin.platforms.service import registration as found_registration

bp = Blueprint("deep_linking", __name__, template_folder="templates")


@bp.get("/l/<uuid:launch_id>/items")
@requires(Role.INSTRUCTOR)
def choose() -> str:
    """Show what can be put into the course, as it will look."""
    with tool().database.reading(visit().organisation_id) as session:
        launch = choices.deep_linking_launch(session, visit().launch_id)
        settings = choices.settings_of(launch.deep_linking or {})
    return render_template(
        "launches/items.html",
        item=mentoring_item(tool().public_url, words()),
        graded=settings.accept_lineitem,
        placeable="ltiResourceLink" in settings.accept_types,
    )


@bp.post("/l/<uuid:launch_id>/items")
@requires(Role.INSTRUCTOR)
def answer() -> str:
    """Answer the platform, with the item or with none; the page sends itself on."""
    ring = protocol().key_rings.of(visit().organisation_id)
    with tool().database.transaction(visit().organisation_id) as session:
        launch = choices.deep_linking_launch(session, visit().launch_id, locked=True)
        request_answered = _request(session, launch)
        items = _chosen(choices.settings_of(launch.deep_linking or {}))
        signed = response(request_answered, items, ring, tool().clock())
        launch.deep_linking = None  # a choice is answered once
    return _on_to(signed)


def _request(session: Session, launch: Launch) -> LaunchMessage:
    registration = found_registration(session, launch.registration_id).as_value()
    return LaunchMessage(
        message_type=DEEP_LINKING_REQUEST,
        issuer=registration.issuer,
        client_id=registration.client_id,
        deployment_id=choices.deployment_of(session, launch),
        subject=None,
        target_link_uri=None,
        deep_linking=choices.settings_of(launch.deep_linking or {}),
    )


def _chosen(settings: DeepLinkingSettings) -> list[LtiResourceLinkItem]:
    if request.form.get("choice") != "mentoring" or "ltiResourceLink" not in settings.accept_types:
        return []
    return [mentoring_item(tool().public_url, words())]


def _on_to(signed: DeepLinkingResponse) -> str:
    may_post_to(signed.return_url)
    return render_template("launches/return.html", return_url=signed.return_url, jwt=signed.jwt)
