"""Memberships over HTTP, with Moodle's short roles and its pages that forget the role asked for.

https://www.imsglobal.org/spec/lti-nrps/v2p0/
"""

from typing import Any

from werkzeug.wrappers import Response

from lti import claims, urls
from lti.testing import messages
from lti.testing.answers import as_json
from lti.testing.values import Course, Enrolment, Refused, ResourceLink, Tool
from lti.testing.visit import Visit


def memberships(visit: Visit, course_id: str, deployment_id: str) -> Response:
    """List the members of a course, or what changed `since`, in pages if `limit` is given."""
    tool = visit.bound(deployment_id, claims.SCOPE_MEMBERSHIP_READ)
    visit.accepts(claims.MEDIA_MEMBERSHIPS)
    course = visit.platform.directory.course(course_id)
    url = visit.platform.at.memberships(course, tool)
    now = visit.platform.directory.changes()  # before reading: nothing may fall in between
    entries = _entries(visit, tool, course)
    visit.note(f"{len(entries)} found")
    page, links = visit.page(entries, url)
    if visit.platform.offers_differences:
        since = urls.with_query(url, [("since", str(now))])
        links.append(f'<{since}>; rel="differences"')
    return as_json(
        {
            "id": url,
            "context": {"id": course.id, "label": course.label, "title": course.title},
            "members": page,
        },
        media_type=claims.MEDIA_MEMBERSHIPS,
        headers={"Link": ", ".join(links)} if links else {},
    )


def _entries(visit: Visit, tool: Tool, course: Course) -> list[dict[str, Any]]:
    directory, asked = visit.platform.directory, visit.request.args
    since = asked.get("since", type=int)
    if since is not None:
        changed = directory.changed_since(course.id, since)
        return [
            _member(visit, tool, course, enrolment, None) if enrolment else _deleted(user_id)
            for user_id, enrolment in changed.items()
        ]
    role, link = asked.get("role", "").rpartition("#")[2], _link(visit, tool, course)
    return [
        _member(visit, tool, course, enrolment, link)
        for enrolment in directory.enrolments(course.id)
        if not role or role in enrolment.roles
    ]


def _link(visit: Visit, tool: Tool, course: Course) -> ResourceLink | None:
    """Return the item that the roster is asked for, which must be this tool's in this course."""
    wanted = visit.request.args.get("rlid")
    if wanted is None:
        return None
    for link in visit.platform.directory.links(course.id):
        if (link.id, link.client_id) == (wanted, tool.client_id):
            return link
    raise Refused(404, "not_found", "no such resource link")


def _deleted(user_id: str) -> dict[str, Any]:
    return {"status": "Deleted", "roles": [], "user_id": user_id}


def _member(
    visit: Visit, tool: Tool, course: Course, enrolment: Enrolment, link: ResourceLink | None
) -> dict[str, Any]:
    user = visit.platform.directory.user(enrolment.user_id)
    member: dict[str, Any] = {
        "status": "Active",
        "roles": list(enrolment.roles),
        "user_id": user.id,
        "lis_person_sourcedid": user.sourcedid,
    }
    if tool.shares_names:
        member |= {
            "name": user.name,
            "given_name": user.given_name,
            "family_name": user.family_name,
        }
    if tool.shares_emails:
        member["email"] = user.email
    if link is not None:
        custom = messages.filled({**tool.custom, **link.custom}, tool, user, course, link)
        member["message"] = [
            {claims.MESSAGE_TYPE: claims.RESOURCE_LINK_REQUEST, claims.CUSTOM: custom}
        ]
    return {**member, "ext_user_username": user.username}
