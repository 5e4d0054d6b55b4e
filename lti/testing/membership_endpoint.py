"""Memberships over HTTP.

https://www.imsglobal.org/spec/lti-nrps/v2p0/
"""

from typing import Any

from werkzeug.wrappers import Response

from lti import claims, urls
from lti.testing import messages
from lti.testing.answers import as_json
from lti.testing.values import Course, Enrolment, Refused, ResourceLink, Tool
from lti.testing.visit import Visit


def memberships(visit: Visit, course_id: str, deployment_id: str | None = None) -> Response:
    """List the members of a course, or what changed `since`, in pages if `limit` is given."""
    tool = visit.bound(deployment_id, claims.SCOPE_MEMBERSHIP_READ)
    visit.accepts(claims.MEDIA_MEMBERSHIPS)
    course = visit.platform.directory.course(course_id)
    url = visit.platform.at.memberships(course, tool)
    now = visit.platform.directory.changes()  # before reading: nothing may fall in between
    entries = _entries(visit, tool, course)
    visit.note(f"{len(entries)} found")
    forgotten = {"role"} if visit.platform.profile.page_forgets_role else set()
    page, links = visit.page(entries, _asked(visit, url, {"role", "rlid", "since"} - forgotten))
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


def _asked(visit: Visit, url: str, names: set[str]) -> str:
    """Return `url` with what the request asked for under `names`."""
    said = visit.request.args
    return urls.with_query(url, [(name, said[name]) for name in sorted(names) if name in said])


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
        if _is_listed(visit, enrolment, role)
        and (link is None or link.is_open_to(enrolment.user_id))
    ]


def _is_listed(visit: Visit, enrolment: Enrolment, role: str) -> bool:
    """Whether a roster has somebody, where the role of this short name, if any, was asked for."""
    profile = visit.platform.profile
    if not enrolment.active and profile.suspended is None:
        return False
    sent = (each for short in enrolment.roles for each in profile.sent_roles(short))
    return not role or role in (each.rpartition("#")[2] for each in sent)


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
    profile = visit.platform.profile
    user = visit.platform.directory.user(enrolment.user_id)
    sent = [each for short in enrolment.roles for each in profile.sent_roles(short)]
    member: dict[str, Any] = {
        "status": "Active" if enrolment.active else profile.suspended or "Deleted",
        "roles": sent if profile.short_roles else [messages.context_role(each) for each in sent],
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
        custom = messages.filled(profile, {**tool.custom, **link.custom}, tool, user, course, link)
        member["message"] = [
            {claims.MESSAGE_TYPE: claims.RESOURCE_LINK_REQUEST, claims.CUSTOM: custom}
        ]
    return {**member, "ext_user_username": user.username} if profile.usernames else member
