"""What a launch says of a course and of an item: the columns that it sets, and to what.

Two read this: who keeps it (`service`), and who looks whether anything is new (`launches`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from lrs_bridge.identity import named_place
from lti import claims
from lti.message import LaunchMessage

GROUPS: Final = "groups"
"""The custom parameter that names somebody's groups, where a platform fills one in."""
MOST = 200
"""How many groups, or mentees, of one person are kept; a launch may name any number."""
LONGEST_ID = 255  # characters


def called(message: LaunchMessage) -> tuple[str, str, str | None]:
    """Return the id, the title and the label of the course that a launch came from.

    Without a context (a launch from a menu, say) the item itself, or the platform, is the course.
    """
    if message.context is not None:
        context = message.context
        return context.id, context.title or context.label or "Course", context.label
    if message.resource_link is not None:
        link = message.resource_link
        return f"resource-link:{link.id}", link.title or "Mentoring", None
    return "platform", (message.platform and message.platform.name) or "Mentoring", None


def of_course(message: LaunchMessage) -> dict[str, Any]:
    """Return what a launch says of its course. Services that it does not name stay as they were."""
    _, title, label = called(message)
    said: dict[str, Any] = {"deployment_id": message.deployment_id, "title": title, "label": label}
    sourced_id = message.lis.course_section_sourcedid or message.custom.get("course_sourcedid")
    if sourced_id:
        said["sourced_id"] = sourced_id
    if message.nrps is not None:
        said["memberships_url"] = message.nrps.memberships_url
    if message.groups is not None:
        said["groups_url"] = message.groups.groups_url
        said["group_sets_url"] = message.groups.sets_url
    if message.ags is None:
        return said
    if message.ags.lineitems:
        said["lineitems_url"] = message.ags.lineitems
    return {**said, "service_scopes": sorted(message.ags.scopes)}


def of_link(message: LaunchMessage) -> dict[str, Any]:
    """Return what a launch says of its item; a title or line item that it leaves out stays."""
    title = message.resource_link.title if message.resource_link else None
    lineitem = message.ags.lineitem if message.ags else None
    said = {"title": title, "lineitem_url": lineitem}
    return {name: value for name, value in said.items() if value}


def of_membership(message: LaunchMessage) -> dict[str, Any]:
    """Return what a launch says of somebody's membership.

    Their groups count only where the platform has no service to ask: Moodle fills them in as a
    custom parameter, ids alone.
    """
    said: dict[str, Any] = {
        "roles": sorted(message.roles),
        "active": True,
        "left_out": False,
        "mentors": sorted(message.mentees)[:MOST],
    }
    groups = _groups(message) if message.groups is None else None
    return said if groups is None else {**said, "groups": groups}


def _groups(message: LaunchMessage) -> list[str] | None:
    """Return the groups that a custom parameter names; none of them is an answer, too."""
    custom = message.raw.get(claims.CUSTOM)
    listed = custom.get(GROUPS) if isinstance(custom, Mapping) else None
    if not isinstance(listed, str) or listed.startswith("$"):
        return None
    ids = {each.strip() for each in listed.split(",")}
    return sorted(each for each in ids if 0 < len(each) <= LONGEST_ID)[:MOST]


def course_iri(message: LaunchMessage, *, issuer: str, product: str | None) -> str | None:
    """Return the IRI that the platform's own learning records call a course, where we know it.

    Moodle's plugin, which Totara has too, calls it by its address, and its context id is the
    course's number; that alone could be anybody's, so the product must be known. Open edX
    calls it by its address, too, with the course key, which is its context id. Canvas tells its
    course's number, and where Canvas is, in custom parameters that we ask for.
    """
    context_id = called(message)[0]
    if product in ("moodle", "totara") and context_id.isdigit():
        return f"{issuer}/course/view.php?id={context_id}"
    if _COURSE_KEY.fullmatch(context_id):
        return f"{issuer.rstrip('/')}/course/{context_id}"
    if product == "canvas":
        return canvas_course(
            message.custom.get("canvas_api_domain"), message.custom.get("canvas_course_id")
        )
    return None


def canvas_course(host: str | None, number: str | None) -> str | None:
    """Return the address of a course in the Canvas at `host`."""
    if host is None or number is None or not number.isdigit() or not _HOST.fullmatch(host):
        return None
    return f"https://{host}/courses/{number}"


_COURSE_KEY = re.compile(r"course-v1:[^+/?#\s]+\+[^+/?#\s]+\+[^+/?#\s]+")
_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d+)?")


def course_names(*, context_id: str, label: str | None, sourced_id: str | None) -> list[str]:
    """Return the IRIs that stand for a course in what has only a name for it, such as a table.

    Two courses may have one name; then it names neither (`CourseActivity.contested`).
    """
    names = (sourced_id, context_id, label)
    return list(dict.fromkeys(named_place(name) for name in names if name and name.strip()))
