"""Open edX through event-routing-backends.

What 10.0.0 sends, as read in its source:

* There is no "course completed". `passed` and `failed` are of the course's grade: object
  {root}/course/course-v1:…, no result.
* A block's completion is `progressed` on {root}/xblock/block-v1:…, with result.completion true or
  false; the course is the parent.
* The actor is an account with a UUID that is not the one of LTI, or the mail address, or its SHA-1:
  of the bare address, where the specification wants one of "mailto:" and the address.
* Somebody who is not known is unknown@example.com.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from uuid import UUID

from lrs_bridge.completion import Completion, Sighting, State
from lrs_bridge.identity import PersonKey, mail_digests
from lrs_bridge.sources.heard import Activity, Deed, Heard, Topic
from lrs_bridge.sources.lti_items import is_lti_item

SOURCE = "open-edx"

_COURSE = re.compile(r"https?://[^/]+(/.+)?/course/course-v1:[^/?#]+", re.IGNORECASE)
_BLOCK = re.compile(
    r"(?P<root>https?://[^/]+(/.+)?)/xblock/block-v1:(?P<course>[^/?#@]+)"
    r"\+type@(?P<type>[^/?#@+]+)\+block@[^/?#]+",
    re.IGNORECASE,
)
_UNKNOWN = "unknown@example.com"
_NOBODY = frozenset(
    {PersonKey.mbox(_UNKNOWN), *(PersonKey.mbox_sha1sum(it) for it in mail_digests(_UNKNOWN))}
)
_OF_A_COURSE: Mapping[Deed, State] = {
    "passed": "passed",
    "failed": "failed",
    "completed": "completed",
}


def recognises(topic: Topic) -> bool:
    """Tell whether a statement is about a course or a block of an Open edX."""
    id = topic.activity.id
    return bool(_COURSE.fullmatch(id) or _BLOCK.fullmatch(id))


def read(heard: Heard, organisation_id: UUID) -> Completion | None:
    """Return the completion that a statement of Open edX's reports, or None."""
    block = _BLOCK.fullmatch(heard.activity.id)
    state = _of_a_block(heard) if block else _OF_A_COURSE.get(heard.deed)
    if state is None or _NOBODY.intersection(heard.person_keys):
        return None
    if block is None:
        return heard.told(SOURCE, organisation_id, state, course=heard.activity, module=None)
    return heard.told(
        SOURCE,
        organisation_id,
        state,
        course=_course(heard.topic, block),
        module=heard.activity,
        lti_item=is_lti_item(heard.activity.id),
    )


def sighted(topic: Topic) -> Sighting | None:
    """Return the block that a statement is about, whatever was done to it."""
    block = _BLOCK.fullmatch(topic.activity.id)
    return topic.within(_course(topic, block)) if block else None


def _of_a_block(heard: Heard) -> State | None:
    if heard.deed not in ("progressed", "completed") or heard.completion is None:
        return None
    return "completed" if heard.completion else "uncompleted"


def _course(topic: Topic, block: re.Match[str]) -> Activity:
    """Return the course of a block: the parent, or what the block's own key says."""
    parents = topic.related("parent")
    said = next((parent for parent in parents if _COURSE.fullmatch(parent.id)), None)
    return said or Activity(id=f"{block['root']}/course/course-v1:{block['course']}")
