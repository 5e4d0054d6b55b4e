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
from lrs_bridge.sources.heard import Heard, Topic

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
    thing = heard.activity
    if thing.is_course:
        return heard.told(SOURCE, organisation_id, state, course=thing, module=None)
    course = heard.topic.course()
    return heard.told(SOURCE, organisation_id, state, course=course, module=thing)


def sighted(topic: Topic) -> Sighting | None:
    """Return the unit or block of a course that a statement is about."""
    return None if topic.activity.is_course else topic.within(topic.course())


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
