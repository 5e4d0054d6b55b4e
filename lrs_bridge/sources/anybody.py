"""Anybody who says with ADL's verbs that somebody completed a course.

Only what calls itself a course is read: what else may be completed is the sender's to say, and
whoever has a dialect of their own has a reader of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from lrs_bridge.completion import Completion, State
from lrs_bridge.sources.heard import Deed, Heard, Topic

SOURCE = "xapi"

_STATES: Mapping[Deed, State] = {"completed": "completed", "passed": "passed", "failed": "failed"}


def recognises(topic: Topic) -> bool:
    """Tell whether a statement is about a course."""
    return topic.activity.is_course


def read(heard: Heard, organisation_id: UUID) -> Completion | None:
    """Return the completion of a course, or None."""
    state = _STATES.get(heard.deed)
    if state is None or heard.completion is False:
        return None
    return heard.told(SOURCE, organisation_id, state, course=heard.activity, module=None)


def sighted(_topic: Topic) -> None:
    """Return nothing: a course is no module."""
