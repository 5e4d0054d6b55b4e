"""cmi5: what assignable units say, and what the LMS that launched them concludes.

* The LMS says `satisfied` of a block or a course once what it asked for is met: the best sign of
  all. It says `waived` of a unit that nobody has to do any more.
* A unit says `completed` and `passed` in the category "moveon" (the ones that count), and `failed`.
* Verbs and types have two spellings, of the specification and of its first profile.
* What was opened to browse or to review counts as nothing.

https://github.com/AICC/CMI-5_Spec_Current/blob/quartz/cmi5_spec.md#93-verbs
"""

from __future__ import annotations

from uuid import UUID

from lrs_bridge.completion import Completion, Sighting, State
from lrs_bridge.identity import same_place
from lrs_bridge.sources.heard import Activity, Heard, Topic

SOURCE = "cmi5"

_CMI5 = "https://w3id.org/xapi/cmi5"
_CATEGORY = f"{_CMI5}/context/categories/cmi5"
_MOVE_ON = f"{_CMI5}/context/categories/moveon"
_LAUNCH_MODE = f"{_CMI5}/context/extensions/launchmode"
_BLOCKS = frozenset(same_place(f"{_CMI5}/{it}/block") for it in ("activitytype", "activities"))


def recognises(topic: Topic) -> bool:
    """Tell whether a statement is defined by cmi5, or about a block of it."""
    return topic.is_in(_CATEGORY) or topic.activity.type in _BLOCKS


def read(heard: Heard, organisation_id: UUID) -> Completion | None:
    """Return the completion that a statement of cmi5 reports, or None."""
    state = _state(heard)
    mode = heard.topic.extension(_LAUNCH_MODE)
    if state is None or (isinstance(mode, str) and mode.lower() in ("browse", "review")):
        return None
    is_course = heard.activity.is_course
    course = heard.activity if is_course else heard.topic.course()
    return Completion(
        organisation_id=organisation_id,
        source=SOURCE,
        source_event_id=heard.event_id(state),
        person_keys=heard.person_keys,
        course_key=course.id if course else None,
        module_key=None if is_course else heard.activity.id,
        kind="course" if is_course else "module",
        state=state,
        at=heard.at,
        reference=heard.id,
        course_names=course.names if course else {},
        module_names={} if is_course else heard.activity.names,
    )


def sighted(topic: Topic) -> Sighting | None:
    """Return the unit or block of a course that a statement is about."""
    course: Activity | None = None if topic.activity.is_course else topic.course()
    if course is None:
        return None
    return Sighting(
        course_key=course.id, module_key=topic.activity.id, module_name=topic.activity.name
    )


def _state(heard: Heard) -> State | None:
    if heard.deed in ("satisfied", "waived"):
        return "completed"
    if heard.deed == "failed":
        return "failed"
    if not heard.topic.is_in(_MOVE_ON):
        return None
    if heard.deed == "passed":
        return "passed"
    return "completed" if heard.deed == "completed" else None
