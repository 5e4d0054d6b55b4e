"""The claims of the platform's messages: what Moodle 4.3 sends, in the way of each product."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from lti import claims
from lti.testing.profiles import Profile
from lti.testing.values import Claims, Column, Course, ResourceLink, Tool, User

if TYPE_CHECKING:
    from lti.testing.platform import Platform

NOTICE_TYPES = ("LtiHelloWorldNotice", "LtiContextCopyNotice")

_LIS = "http://purl.imsglobal.org/vocab/lis/v2"
_MODELS = (
    claims.CONTEXT,
    claims.RESOURCE_LINK,
    claims.LAUNCH_PRESENTATION,
    claims.LIS,
    claims.TOOL_PLATFORM,
    claims.NRPS_ENDPOINT,
    claims.AGS_ENDPOINT,
)
"""The claims that Canvas has a model for."""


def resource_link_request(
    platform: "Platform", tool: Tool, user: User, link: ResourceLink, document_target: str
) -> Claims:
    """Return the claims of a launch of `link`, without those of the token itself."""
    course = platform.directory.course(link.course_id)
    column = platform.grades.column_of_link(link.id)
    content = _common(platform, tool, user, course)
    content |= {
        claims.MESSAGE_TYPE: claims.RESOURCE_LINK_REQUEST,
        claims.TARGET_LINK_URI: link.url,
        claims.RESOURCE_LINK: {
            "title": link.title,
            "description": link.description,
            "id": link.id,
        },
        claims.LAUNCH_PRESENTATION: {
            "locale": user.locale,
            "document_target": document_target,
            "return_url": platform.at.course_return(course),
        },
        claims.CUSTOM: filled(
            platform.profile, {**tool.custom, **link.custom}, tool, user, course, link
        ),
    }
    if column is not None:
        content[claims.AGS_ENDPOINT]["lineitem"] = platform.at.column(column, tool)
    return _sent(platform.profile, content)


def deep_linking_request(
    platform: "Platform", tool: Tool, user: User, course: Course, settings: Mapping[str, Any]
) -> Claims:
    """Return the claims of a request to choose items for `course`."""
    content = _common(platform, tool, user, course)
    content |= {
        claims.MESSAGE_TYPE: claims.DEEP_LINKING_REQUEST,
        claims.TARGET_LINK_URI: tool.target_link_uri,
        claims.LAUNCH_PRESENTATION: {"locale": user.locale},
        claims.CUSTOM: filled(platform.profile, tool.custom, tool, user, course, None),
        claims.DEEP_LINKING_SETTINGS: dict(settings),
    }
    return _sent(platform.profile, content)


def submission_review_request(
    platform: "Platform", tool: Tool, user: User, column: Column, for_user: User
) -> Claims:
    """Return the claims of a request to look at what `for_user` did for `column`.

    https://www.imsglobal.org/spec/lti-sr/v1p0/
    """
    course = platform.directory.course(column.course_id)
    link = platform.directory.link(column.resource_link_id) if column.resource_link_id else None
    content = _common(platform, tool, user, course)
    content |= {
        claims.MESSAGE_TYPE: claims.SUBMISSION_REVIEW_REQUEST,
        claims.TARGET_LINK_URI: link.url if link else tool.target_link_uri,
        claims.FOR_USER: _for_user(platform, tool, for_user, course),
        claims.LAUNCH_PRESENTATION: {
            "locale": user.locale,
            "return_url": platform.at.course_return(course),
        },
        claims.CUSTOM: filled(
            platform.profile,
            {**tool.custom, **(link.custom if link else {})},
            tool,
            user,
            course,
            link,
        ),
    }
    content[claims.AGS_ENDPOINT]["lineitem"] = platform.at.column(column, tool)
    if link is not None:
        content[claims.RESOURCE_LINK] = {"title": link.title, "id": link.id}
    return _sent(platform.profile, content)


def data_privacy_request(platform: "Platform", tool: Tool, user: User, for_user: User) -> Claims:
    """Return the claims of a request about the data of `for_user`: no course, no services.

    https://www.imsglobal.org/spec/lti-dp/v1p0/ (a draft)
    """
    content = {
        "sub": user.id,
        **_person(tool, user),
        claims.MESSAGE_TYPE: claims.DATA_PRIVACY_REQUEST,
        claims.VERSION: claims.VERSION_1_3,
        claims.DEPLOYMENT_ID: tool.deployment_id,
        claims.TARGET_LINK_URI: tool.target_link_uri,
        claims.ROLES: _institution_roles(user),
        claims.FOR_USER: _for_user(platform, tool, for_user),
        claims.LAUNCH_PRESENTATION: {"locale": user.locale, "return_url": platform.url},
        claims.TOOL_PLATFORM: _platform(platform),
    }
    return _sent(platform.profile, content)


def _sent(profile: Profile, content: Claims) -> Claims:
    """Return `content` with what Canvas' models leave in the objects that they write."""
    if not profile.errors_beside_claims:
        return content
    left: Claims = {"validation_context": None, "errors": {"errors": {}}}
    return {
        name: {**said, **left} if name in _MODELS and isinstance(said, dict) else said
        for name, said in content.items()
    }


def _common(platform: "Platform", tool: Tool, user: User, course: Course) -> Claims:
    memberships = platform.at.memberships(course, tool)
    content: Claims = {
        "sub": user.id,
        **_person(tool, user),
        claims.VERSION: claims.VERSION_1_3,
        claims.DEPLOYMENT_ID: tool.deployment_id,
        claims.ROLES: [*_institution_roles(user), *_context_roles(platform, user, course)],
        claims.CONTEXT: {
            "id": course.id,
            "label": course.label,
            "title": course.title,
            "type": ["CourseSection"],
        },
        claims.LIS: {
            "person_sourcedid": user.sourcedid,
            "course_section_sourcedid": course.sourcedid,
        },
        claims.TOOL_PLATFORM: _platform(platform),
        claims.AGS_ENDPOINT: {
            "scope": sorted(scope for scope in tool.scopes if "/lti-ags/" in scope),
            "lineitems": platform.at.columns(course, tool),
        },
        claims.NRPS_ENDPOINT: {
            "context_memberships_url": memberships,
            "service_versions": ["1.0", "2.0"],
        },
    }
    if platform.profile.usernames:
        content[claims.EXT] = {"user_username": user.username, "lms": "moodle-2"}
    mentees = platform.directory.mentees(user.id, course.id)
    if mentees:
        content[claims.ROLE_SCOPE_MENTOR] = sorted(mentees)
    return content | _other_services(platform, tool, course)


def _other_services(platform: "Platform", tool: Tool, course: Course) -> Claims:
    """Return the claims of services that not every platform has, for tools that asked for them."""
    content: Claims = {}
    if claims.SCOPE_GROUPS_READ in tool.scopes:
        content[claims.GROUPS_ENDPOINT] = {
            "context_groups_url": platform.at.groups(course, tool),
            "context_group_sets_url": platform.at.group_sets(course, tool),
            "scope": [claims.SCOPE_GROUPS_READ],
            "service_versions": ["1.0"],
        }
    if claims.SCOPE_NOTICE_HANDLERS in tool.scopes:
        content[claims.NOTIFICATION_ENDPOINT] = {
            "platform_notification_service_url": platform.at.notice_handlers(tool),
            "scope": [claims.SCOPE_NOTICE_HANDLERS],
            "notice_types_supported": list(NOTICE_TYPES),
            "service_versions": ["1.0"],
        }
    return content


def _platform(platform: "Platform") -> Claims:
    return {
        "product_family_code": platform.profile.code,
        "version": platform.profile.version,
        "guid": platform.guid,
        "name": platform.name,
    }


def _institution_roles(user: User) -> list[str]:
    return [f"{_LIS}/institution/person#{role}" for role in user.institution_roles]


def _context_roles(platform: "Platform", user: User, course: Course) -> list[str]:
    return [
        context_role(sent)
        for short in platform.directory.roles(user.id, course.id)
        for sent in platform.profile.sent_roles(short)
    ]


def context_role(short: str) -> str:
    """Return the URI of a context role, such as "Learner" or "Instructor#TeachingAssistant"."""
    principal, _, sub_role = short.partition("#")
    return f"{_LIS}/membership/{short}" if sub_role else f"{_LIS}/membership#{principal}"


def _for_user(platform: "Platform", tool: Tool, user: User, course: Course | None = None) -> Claims:
    said: Claims = {"user_id": user.id, **_person(tool, user)}
    if user.sourcedid:
        said["person_sourcedid"] = user.sourcedid
    said["roles"] = _context_roles(platform, user, course) if course else _institution_roles(user)
    return said


def _person(tool: Tool, user: User) -> dict[str, str]:
    said: dict[str, str] = {}
    if tool.shares_names:
        said |= {
            "name": user.name,
            "given_name": user.given_name,
            "family_name": user.family_name,
        }
    if tool.shares_emails:
        said["email"] = user.email
    return said


def _history(ids: tuple[str, ...]) -> str:
    """Return ids as a history (Core, appendix on substitution variables)."""
    return ",".join(quote(id, safe="") for id in ids)


def filled(
    profile: Profile,
    custom: Mapping[str, str],
    tool: Tool,
    user: User,
    course: Course,
    link: ResourceLink | None,
) -> dict[str, str | None]:
    """Return custom parameters with variables filled in, the others as the product leaves them."""
    values: dict[str, str | None] = {
        "Context.id": course.id,
        "Context.title": course.title,
        "Context.label": course.label,
        "Context.id.history": _history(course.copied_from),
        "CourseSection.sourcedId": course.sourcedid,
        "ResourceLink.id": link.id if link else None,
        "ResourceLink.title": link.title if link else None,
        "ResourceLink.id.history": _history(link.copied_from) if link else None,
        "User.id": user.id,
        "User.username": user.username,
        "Person.name.full": user.name if tool.shares_names else "",
        "Person.email.primary": user.email if tool.shares_emails else "",
    }
    return {
        name: _said(profile, values, value[1:]) if value.startswith("$") else value
        for name, value in custom.items()
    }


def _said(profile: Profile, values: Mapping[str, str | None], variable: str) -> str | None:
    if variable not in profile.variables:
        return f"${variable}"
    value = values[variable]
    return f"${variable}" if value is None and not profile.null_variables else value
