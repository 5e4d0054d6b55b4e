"""How a platform begins each kind of launch: it keeps the message, and sends a hint of it around.

https://www.imsglobal.org/spec/security/v1p0/#step-1-third-party-initiated-login
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lti import claims
from lti.testing import messages
from lti.testing.values import Claims, Column, Course, LoginInitiation, ResourceLink, Tool, User

if TYPE_CHECKING:
    from lti.testing.platform import Platform

HINT_LIFETIME = 600  # s, from opening an item to its authentication request


def resource_link(
    platform: "Platform", tool: Tool, user: User, link: ResourceLink, document_target: str
) -> LoginInitiation:
    """Begin a launch: `user` opens `link`."""
    content = messages.resource_link_request(platform, tool, user, link, document_target)
    return initiation(platform, tool, user, link.url, content)


def deep_linking(
    platform: "Platform", tool: Tool, user: User, course: Course, settings: Mapping[str, Any]
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
        "deep linking", (tool.client_id, course.id, dict(session)), lifetime=3600
    )
    session["deep_link_return_url"] = platform.at.deep_linking_return(course, tool, session_key)
    content = messages.deep_linking_request(platform, tool, user, course, session)
    return initiation(platform, tool, user, tool.target_link_uri, content)


def submission_review(
    platform: "Platform", tool: Tool, user: User, column: Column, for_user: User
) -> LoginInitiation:
    """Begin a submission review."""
    content = messages.submission_review_request(platform, tool, user, column, for_user)
    return initiation(platform, tool, user, content[claims.TARGET_LINK_URI], content)


def data_privacy(platform: "Platform", tool: Tool, user: User, for_user: User) -> LoginInitiation:
    """Begin a data privacy launch."""
    content = messages.data_privacy_request(platform, tool, user, for_user)
    return initiation(platform, tool, user, tool.target_link_uri, content)


def initiation(
    platform: "Platform", tool: Tool, user: User, target: str, content: Claims
) -> LoginInitiation:
    """Begin a launch with any message: for tests of refusals as well."""
    launch = platform.grants.issue(
        "launch", (tool.client_id, user.id, content), lifetime=HINT_LIFETIME
    )
    params = {
        "iss": platform.issuer,
        "target_link_uri": target,
        "login_hint": user.id,
        "lti_message_hint": json.dumps({"launchid": launch}, separators=(",", ":")),
        "client_id": tool.client_id,
        "lti_deployment_id": tool.deployment_id,
    }
    if platform.storage_frame is not None:
        params["lti_storage_target"] = platform.storage_frame
    return LoginInitiation(tool.login_url, params)
