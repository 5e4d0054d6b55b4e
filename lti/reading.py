"""From the claims of a checked launch to a `LaunchMessage`.

What the checks require is there. Everything else is decoration: a member of an unexpected type is
treated as absent, because a launch is worth more than a malformed label.
"""

import re
from collections.abc import Mapping
from typing import Any, Final, TypeGuard

from lti import claims, urls
from lti import roles as role_names
from lti.message import (
    AgsEndpoint,
    Context,
    DeepLinkingSettings,
    ForUser,
    GroupsEndpoint,
    LaunchMessage,
    Lis,
    NotificationEndpoint,
    NrpsEndpoint,
    PersonClaims,
    Presentation,
    ResourceLink,
    ToolPlatform,
)
from lti.registration import Registration

Claims = Mapping[str, Any]

LONGEST_ID: Final = 255  # characters, throughout LTI Core

_UNSUBSTITUTED: Final = re.compile(r"\$[A-Za-z][\w.:-]*")


def message(content: Claims, registration: Registration) -> LaunchMessage:
    """Return the message in `content`, which has passed the checks for `registration`.

    LTI Core 1.3, sections 5.3 and 5.4:
    https://www.imsglobal.org/spec/lti/v1p3/#required-message-claims
    """
    roles = frozenset(map(role_names.normalised, strings(content[claims.ROLES])))
    return LaunchMessage(
        message_type=content[claims.MESSAGE_TYPE],
        issuer=registration.issuer,
        client_id=registration.client_id,
        deployment_id=content[claims.DEPLOYMENT_ID],
        subject=content.get("sub"),
        target_link_uri=text(content.get(claims.TARGET_LINK_URI)),
        person=person(content),
        username=filled(members(content, claims.EXT).get("user_username")),
        roles=roles,
        role_scope_mentor=_role_scope_mentor(content, roles),
        context=context(members(content, claims.CONTEXT)),
        resource_link=_resource_link(members(content, claims.RESOURCE_LINK)),
        presentation=presentation(content),
        lis=_lis(members(content, claims.LIS)),
        custom=custom(members(content, claims.CUSTOM)),
        ags=_ags(members(content, claims.AGS_ENDPOINT)),
        nrps=_nrps(members(content, claims.NRPS_ENDPOINT)),
        groups=_groups(members(content, claims.GROUPS_ENDPOINT)),
        notifications=_notifications(members(content, claims.NOTIFICATION_ENDPOINT)),
        for_user=_for_user(members(content, claims.FOR_USER)),
        deep_linking=_deep_linking(members(content, claims.DEEP_LINKING_SETTINGS)),
        platform=_platform(content),
        product=registration.product,
        raw=content,
    )


def members(content: Claims, claim: str) -> Claims:
    """Return the members of an object claim; none if it is missing or something else."""
    value = content.get(claim)
    return value if isinstance(value, dict) else {}


def text(value: Any) -> str | None:
    """Return a string that says something, or None.

    NUL and halves of characters (JSON can hold them), which databases refuse, are taken out.
    """
    if not isinstance(value, str):
        return None
    if not value.isascii():
        value = value.encode("utf-8", "ignore").decode()
    return value.replace("\x00", "").strip() or None


def filled(value: Any) -> str | None:
    """Return a string that the platform filled in: not a variable's name ("$Person.name.full")."""
    said = text(value)
    if said is None or (said[0] == "$" and _UNSUBSTITUTED.fullmatch(said)):
        return None
    return said


def web_url(value: Any) -> str | None:
    """Return an absolute web URL, or None."""
    said = text(value)
    return said if said is not None and urls.is_web_url(said) else None


def strings(value: Any) -> frozenset[str]:
    """Return the strings in a list; none if it is something else."""
    if not isinstance(value, list):
        return frozenset()
    return frozenset(each for each in value if isinstance(each, str) and "\x00" not in each)


def is_id(value: Any) -> TypeGuard[str]:
    """Tell whether a launch may call anything so."""
    return isinstance(value, str) and 0 < len(value) <= LONGEST_ID and "\x00" not in value


def identifier(value: Any) -> str | None:
    """Return an identifier to the letter, or None if launches could not name it."""
    usable = isinstance(value, str) and 0 < len(value) <= LONGEST_ID and value.isprintable()
    return value if usable else None


def person(content: Claims) -> PersonClaims:
    """Return how the platform calls the person; also for a member of a roster."""
    return PersonClaims(
        name=filled(content.get("name")),
        given_name=filled(content.get("given_name")),
        family_name=filled(content.get("family_name")),
        email=filled(content.get("email")),
    )


def presentation(content: Claims) -> Presentation:
    """Return how the platform shows us and where it wants people back."""
    said = members(content, claims.LAUNCH_PRESENTATION)
    return Presentation(
        locale=filled(said.get("locale")),
        return_url=web_url(said.get("return_url")),
        document_target=text(said.get("document_target")),
    )


def _role_scope_mentor(content: Claims, roles: frozenset[str]) -> frozenset[str]:
    """Return whom the person mentors; only a mentor's claim counts (Core, section 5.4.3)."""
    if not role_names.has(roles, role_names.MENTOR):
        return frozenset()
    return strings(content.get(claims.ROLE_SCOPE_MENTOR))


def context(said: Claims) -> Context | None:
    """Return the context that is described, if it has an id."""
    id = said.get("id")
    if not isinstance(id, str):
        return None
    return Context(
        id=id,
        label=text(said.get("label")),
        title=text(said.get("title")),
        types=strings(said.get("type")),
    )


def _resource_link(said: Claims) -> ResourceLink | None:
    id = said.get("id")
    if not is_id(id):  # only a launch of an item must have one
        return None
    return ResourceLink(
        id=id, title=text(said.get("title")), description=text(said.get("description"))
    )


def _lis(said: Claims) -> Lis:
    return Lis(
        person_sourcedid=filled(said.get("person_sourcedid")),
        course_section_sourcedid=filled(said.get("course_section_sourcedid")),
    )


def custom(said: Claims) -> Mapping[str, str]:
    """Return the custom parameters that say something; Canvas sends numbers, Moodle null and ""."""
    values = {
        name: filled(str(value) if _is_number(value) else value) for name, value in said.items()
    }
    return {name: value for name, value in values.items() if value is not None and text(name)}


def _ags(said: Claims) -> AgsEndpoint | None:
    if not said:
        return None
    return AgsEndpoint(
        scopes=strings(said.get("scope")),
        lineitems=web_url(said.get("lineitems")),
        lineitem=web_url(said.get("lineitem")),
    )


def _nrps(said: Claims) -> NrpsEndpoint | None:
    url = web_url(said.get("context_memberships_url"))
    return NrpsEndpoint(memberships_url=url) if url else None


def _groups(said: Claims) -> GroupsEndpoint | None:
    url = web_url(said.get("context_groups_url"))
    if url is None:
        return None
    return GroupsEndpoint(
        groups_url=url,
        sets_url=web_url(said.get("context_group_sets_url")),
        scopes=strings(said.get("scope")),
    )


def _notifications(said: Claims) -> NotificationEndpoint | None:
    url = web_url(said.get("platform_notification_service_url"))
    if url is None:
        return None
    return NotificationEndpoint(
        url=url,
        notice_types=strings(said.get("notice_types_supported")),
        scopes=strings(said.get("scope")),
    )


def _for_user(said: Claims) -> ForUser | None:
    user_id = identifier(said.get("user_id"))
    if user_id is None:
        return None
    return ForUser(
        user_id=user_id,
        person=person(said),
        sourcedid=filled(said.get("person_sourcedid")),
        roles=frozenset(map(role_names.normalised, strings(said.get("roles")))),
    )


def _deep_linking(said: Claims) -> DeepLinkingSettings | None:
    return_url = said.get("deep_link_return_url")
    if not isinstance(return_url, str):
        return None
    return DeepLinkingSettings(
        return_url=return_url,
        accept_types=strings(said.get("accept_types")),
        accept_presentation_document_targets=strings(
            said.get("accept_presentation_document_targets")
        ),
        accept_multiple=said.get("accept_multiple") is True,
        accept_lineitem=said.get("accept_lineitem") is not False,
        auto_create=said.get("auto_create") is True,
        title=text(said.get("title")),
        text=text(said.get("text")),
        data=said.get("data"),
    )


def _platform(content: Claims) -> ToolPlatform | None:
    said = members(content, claims.TOOL_PLATFORM)
    if not said:
        return None
    return ToolPlatform(
        guid=text(said.get("guid")),
        name=text(said.get("name")),
        product=text(said.get("product_family_code")),
        version=text(said.get("version")),
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
