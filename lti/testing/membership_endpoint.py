"""Memberships over HTTP, with Moodle's short roles and its pages that forget the role asked for.

https://www.imsglobal.org/spec/lti-nrps/v2p0/
"""

from typing import Any

from werkzeug.wrappers import Response

from lti import claims
from lti.testing.answers import as_json
from lti.testing.values import Enrolment, Refused, Tool
from lti.testing.visit import Visit


def memberships(visit: Visit, course_id: str, deployment_id: str) -> Response:
    """List the members of a course, in pages if `limit` is given."""
    tool = visit.authorised(claims.SCOPE_MEMBERSHIP_READ)
    visit.accepts(claims.MEDIA_MEMBERSHIPS)
    if deployment_id != tool.deployment_id:
        raise Refused(403, "forbidden", "the binding belongs to another tool")
    course = visit.platform.directory.course(course_id)
    asked = visit.request.args
    role = asked.get("role", "").rpartition("#")[2]
    enrolments = [
        enrolment
        for enrolment in visit.platform.directory.enrolments(course_id)
        if not role or role in enrolment.roles
    ]
    url = visit.platform.at.memberships(course, tool)
    start = asked.get("from", 0, type=int)
    limit = asked.get("limit", len(enrolments) or 1, type=int)
    headers = {}
    if start + limit < len(enrolments):
        headers["Link"] = f'<{url}?limit={limit}&from={start + limit}>; rel="next"'
    visit.note(f"{len(enrolments)} found")
    return as_json(
        {
            "id": url,
            "context": {"id": course.id, "label": course.label, "title": course.title},
            "members": [_member(visit, tool, each) for each in enrolments[start : start + limit]],
        },
        media_type=claims.MEDIA_MEMBERSHIPS,
        headers=headers,
    )


def _member(visit: Visit, tool: Tool, enrolment: Enrolment) -> dict[str, Any]:
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
    return {**member, "ext_user_username": user.username}
