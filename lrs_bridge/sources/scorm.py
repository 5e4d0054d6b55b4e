"""SCORM packages that speak xAPI by ADL's SCORM profile.

`completed`, `passed` and `failed` are of a lesson (a SCO); the grouping holds the attempt and the
course, which has the identifier that the package was published with.

https://github.com/adlnet/xapi-authored-profiles/tree/master/scorm
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from lrs_bridge.completion import Completion, Sighting, State
from lrs_bridge.identity import same_place
from lrs_bridge.sources.heard import Deed, Heard, Topic

SOURCE = "scorm"

_LESSON = same_place("http://adlnet.gov/expapi/activities/lesson")
_STATES: Mapping[Deed, State] = {"completed": "completed", "passed": "passed", "failed": "failed"}


def recognises(topic: Topic) -> bool:
    """Tell whether a statement is about a lesson."""
    return topic.activity.type == _LESSON


def read(heard: Heard, organisation_id: UUID) -> Completion | None:
    """Return the completion of a lesson, or None."""
    state = _STATES.get(heard.deed)
    if state is None or heard.completion is False:
        return None
    course, lesson = heard.topic.course(), heard.activity
    return heard.told(SOURCE, organisation_id, state, course=course, module=lesson)


def sighted(topic: Topic) -> Sighting | None:
    """Return the lesson of a course that a statement is about."""
    return topic.within(topic.course())
