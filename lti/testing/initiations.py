"""How a platform begins each kind of launch: it keeps the message, and sends a hint of it around.

https://www.imsglobal.org/spec/security/v1p0/#step-1-third-party-initiated-login
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lti import claims
from lti.testing import messages
from lti.testing.tokens import Genuine
from lti.testing.values import Claims, Column, Course, LoginInitiation, ResourceLink, Tool, User

if TYPE_CHECKING:
    from lti.testing.platform import Platform

MakesToken = Callable[[Genuine], str]
HINT_LIFETIME = 600  # s, from opening an item to its authentication request


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A launch that was begun: `token` makes the id_token when the tool asks for it."""

    client_id: str
    user_id: str
    content: Claims
    token: MakesToken = Genuine.signed


def resource_link(
    platform: "Platform",
    tool: Tool,
    user: User,
    link: ResourceLink,
    document_target: str = "iframe",
    token: MakesToken = Genuine.signed,
) -> LoginInitiation:
    """Begin a launch: `user` opens `link`."""
    content = messages.resource_link_request(platform, tool, user, link, document_target)
    return initiation(platform, tool, user, link.url, content, token)


def deep_linking(
    platform: "Platform",
    tool: Tool,
    user: User,
    course: Course,
    settings: Mapping[str, Any],
    token: MakesToken = Genuine.signed,
) -> LoginInitiation:
    """Begin a deep linking session, with `settings` put over the platform's own."""
    session = {
        "accept_types": ["ltiResourceLink"],
        "accept_presentation_document_targets": ["frame", "iframe", "window"],
        "accept_copy_advice": False,
        "accept_multiple": True,
        "accept_unsigned": False,
        "auto_create": False,
        "can_confirm": False,
        "title": tool.name,
        "text": "",
        **settings,
    }
    session_key = platform.grants.issue(
        "deep linking", (tool, course.id, dict(session)), lifetime=3600
    )
    session["deep_link_return_url"] = platform.at.deep_linking_return(course, tool, session_key)
    content = messages.deep_linking_request(platform, tool, user, course, session)
    return initiation(platform, tool, user, tool.target_link_uri, content, token)


def submission_review(
    platform: "Platform",
    tool: Tool,
    user: User,
    column: Column,
    for_user: User,
    token: MakesToken = Genuine.signed,
) -> LoginInitiation:
    """Begin a submission review."""
    content = messages.submission_review_request(platform, tool, user, column, for_user)
    return initiation(platform, tool, user, content[claims.TARGET_LINK_URI], content, token)


def data_privacy(platform: "Platform", tool: Tool, user: User, for_user: User) -> LoginInitiation:
    """Begin a data privacy launch."""
    content = messages.data_privacy_request(platform, tool, user, for_user)
    return initiation(platform, tool, user, tool.target_link_uri, content)


def initiation(
    platform: "Platform",
    tool: Tool,
    user: User,
    target: str,
    content: Claims,
    token: MakesToken = Genuine.signed,
) -> LoginInitiation:
    """Begin a launch with any message, and any token made of it: for tests of refusals as well."""
    profile = platform.profile
    prepared = Prepared(client_id=tool.client_id, user_id=user.id, content=content, token=token)
    launch = platform.grants.issue("launch", prepared, lifetime=HINT_LIFETIME)
    as_json = json.dumps({"launchid": launch}, separators=(",", ":"))
    params = {
        "iss": platform.issuer,
        "target_link_uri": target,
        "login_hint": user.id,
        "lti_message_hint": as_json if profile.hint_is_json else launch,
        "client_id": tool.client_id,
        profile.deployment_parameter: tool.deployment_id,
        **profile.login_parameters,
    }
    if platform.storage_frame is not None:
        params["lti_storage_target"] = platform.storage_frame
    return LoginInitiation(tool.login_url, params)
