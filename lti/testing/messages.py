"""The claims of the platform's messages, in the shape that Moodle 4.3 sends."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lti import claims
from lti.testing.values import Claims, Course, ResourceLink, Tool, User

if TYPE_CHECKING:
    from lti.testing.platform import Platform

_LIS = "http://purl.imsglobal.org/vocab/lis/v2"

VARIABLES = (
    "Context.id",
    "Context.title",
    "Context.label",
    "Context.id.history",
    "CourseSection.sourcedId",
    "ResourceLink.id",
    "ResourceLink.title",
    "User.id",
    "User.username",
    "Person.name.full",
    "Person.email.primary",
)


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
        claims.CUSTOM: _filled({**tool.custom, **link.custom}, tool, user, course, link),
    }
    if column is not None:
        content[claims.AGS_ENDPOINT]["lineitem"] = platform.at.column(column, tool)
    return content


def deep_linking_request(
    platform: "Platform", tool: Tool, user: User, course: Course, settings: Mapping[str, Any]
) -> Claims:
    """Return the claims of a request to choose items for `course`."""
    return {
        **_common(platform, tool, user, course),
        claims.MESSAGE_TYPE: claims.DEEP_LINKING_REQUEST,
        claims.TARGET_LINK_URI: tool.target_link_uri,
        claims.LAUNCH_PRESENTATION: {"locale": user.locale},
        claims.CUSTOM: _filled(tool.custom, tool, user, course, None),
        claims.DEEP_LINKING_SETTINGS: dict(settings),
    }


def _common(platform: "Platform", tool: Tool, user: User, course: Course) -> Claims:
    memberships = platform.at.memberships(course, tool)
    return {
        "sub": user.id,
        **_person(tool, user),
        claims.VERSION: claims.VERSION_1_3,
        claims.DEPLOYMENT_ID: tool.deployment_id,
        claims.ROLES: [
            *(f"{_LIS}/institution/person#{role}" for role in user.institution_roles),
            *(f"{_LIS}/membership#{role}" for role in platform.directory.roles(user.id, course.id)),
        ],
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
        claims.EXT: {"user_username": user.username, "lms": "moodle-2"},
        claims.TOOL_PLATFORM: {
            "product_family_code": platform.product,
            "version": "2023100900",
            "guid": platform.guid,
            "name": platform.name,
        },
        claims.AGS_ENDPOINT: {
            "scope": sorted(scope for scope in tool.scopes if "/lti-ags/" in scope),
            "lineitems": platform.at.columns(course, tool),
        },
        claims.NRPS_ENDPOINT: {
            "context_memberships_url": memberships,
            "service_versions": ["1.0", "2.0"],
        },
    }


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


def _filled(
    custom: Mapping[str, str], tool: Tool, user: User, course: Course, link: ResourceLink | None
) -> dict[str, str | None]:
    """Return custom parameters with variables filled in, the unknown ones as Moodle leaves them."""
    values: dict[str, str | None] = {
        "Context.id": course.id,
        "Context.title": course.title,
        "Context.label": course.label,
        "Context.id.history": "",
        "CourseSection.sourcedId": course.sourcedid,
        "ResourceLink.id": link.id if link else None,
        "ResourceLink.title": link.title if link else None,
        "User.id": user.id,
        "User.username": user.username,
        "Person.name.full": user.name if tool.shares_names else "",
        "Person.email.primary": user.email if tool.shares_emails else "",
    }
    return {
        name: values.get(value[1:], value) if value.startswith("$") else value
        for name, value in custom.items()
    }
