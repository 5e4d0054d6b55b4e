"""What a launch says of a course and of an item: the columns that it sets, and to what.

Two read this: who keeps it (`service`), and who looks whether anything is new (`launches`).
"""

from __future__ import annotations

from typing import Any

from lti.message import LaunchMessage


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
    if message.nrps is not None:
        said["memberships_url"] = message.nrps.memberships_url
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


def course_iri(*, issuer: str, product: str | None, context_id: str) -> str | None:
    """Return the IRI that the platform's own learning records call a course, where we know it.

    Moodle's plugin calls it by its address; Moodle's context id is the course's id.
    """
    if product == "moodle" and context_id.isdigit():
        return f"{issuer}/course/view.php?id={context_id}"
    return None
