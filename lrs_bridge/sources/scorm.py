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
    course = heard.topic.course()
    return Completion(
        organisation_id=organisation_id,
        source=SOURCE,
        source_event_id=heard.event_id(state),
        person_keys=heard.person_keys,
        course_key=course.id if course else None,
        module_key=heard.activity.id,
        kind="module",
        state=state,
        at=heard.at,
        reference=heard.id,
        course_names=course.names if course else {},
        module_names=heard.activity.names,
    )


def sighted(topic: Topic) -> Sighting | None:
    """Return the lesson of a course that a statement is about."""
    course = topic.course()
    if course is None:
        return None
    return Sighting(
        course_key=course.id, module_key=topic.activity.id, module_name=topic.activity.name
    )
