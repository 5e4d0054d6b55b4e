"""Groups over HTTP, with the numbers that Moodle's and Blackboard's ids are.

https://www.imsglobal.org/spec/lti-gs/v1p0/
"""

from typing import Any

from werkzeug.wrappers import Response

from lti import claims
from lti.testing.answers import as_json
from lti.testing.values import Group
from lti.testing.visit import Visit


def groups(visit: Visit, course_id: str, deployment_id: str | None = None) -> Response:
    """List the groups of a course, or those that one person is in."""
    tool = visit.bound(deployment_id, claims.SCOPE_GROUPS_READ)
    visit.accepts(claims.MEDIA_GROUPS)
    course = visit.platform.directory.course(course_id)
    wanted = visit.request.args.get("user_id")
    found = [
        _group(group)
        for group in visit.platform.directory.groups(course.id)
        if wanted is None or wanted in group.members
    ]
    url = visit.platform.at.groups(course, tool)
    return _container(visit, url, "groups", found, claims.MEDIA_GROUPS)


def group_sets(visit: Visit, course_id: str, deployment_id: str | None = None) -> Response:
    """List the sets of groups of a course."""
    tool = visit.bound(deployment_id, claims.SCOPE_GROUPS_READ)
    visit.accepts(claims.MEDIA_GROUP_SETS)
    course = visit.platform.directory.course(course_id)
    found = [
        {"id": _number(each.id), "name": each.name}
        for each in visit.platform.directory.group_sets(course.id)
    ]
    url = visit.platform.at.group_sets(course, tool)
    return _container(visit, url, "sets", found, claims.MEDIA_GROUP_SETS)


def _container(
    visit: Visit, url: str, member: str, found: list[dict[str, Any]], media_type: str
) -> Response:
    visit.note(f"{len(found)} found")
    page, links = visit.page(found, url)
    return as_json(
        {"id": url, member: page},
        media_type=media_type,
        headers={"Link": ", ".join(links)} if links else {},
    )


def _group(group: Group) -> dict[str, Any]:
    document: dict[str, Any] = {"id": _number(group.id), "name": group.name}
    if group.tag:
        document["tag"] = group.tag
    if group.set_id is not None:
        document["set_id"] = _number(group.set_id)
    return document


def _number(id: str) -> int | str:
    return int(id) if id.isdigit() else id
