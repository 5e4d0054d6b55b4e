"""LinkedIn Learning and 360Learning, which push their statements.

* LinkedIn Learning (xAPI 1.0.0, with a token of ours) names things by "urn:li:…"; a video names the
  course that it is of within its own name.
* 360Learning names a course "urn:360learning:course:<id>". People are mail addresses, or accounts
  where they sign in with a username. Its documentation shows `initialized` alone; what is read here
  is what ADL's verbs mean.

Neither was tried with the product itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from uuid import UUID

from lrs_bridge.completion import Completion, Sighting, State
from lrs_bridge.sources.heard import Deed, Heard, Topic

LINKEDIN = "linkedin-learning"
LEARNING_360 = "360learning"

_LINKEDIN = re.compile(r"urn:li:(?P<type>\w+):(\((?P<course>urn:li:\w+:[^(),]+),[^()]+\)|[^()]+)")
_LEARNING_360 = re.compile(r"urn:360learning:(?P<type>[\w-]+):.+")
_COURSES = frozenset({"lyndacourse", "lyndalearningpath", "learningpath", "course", "path"})
_STATES: Mapping[Deed, State] = {"completed": "completed", "passed": "passed", "failed": "failed"}


def recognises(topic: Topic) -> bool:
    """Tell whether a statement is about something of either catalogue."""
    return _named(topic) is not None


def read(heard: Heard, organisation_id: UUID) -> Completion | None:
    """Return the completion that a statement of either catalogue reports, or None."""
    named, state = _named(heard.topic), _STATES.get(heard.deed)
    if named is None or state is None or heard.completion is False:
        return None
    is_course = named["type"].lower() in _COURSES
    course = heard.activity.id if is_course else _course(named)
    return Completion(
        organisation_id=organisation_id,
        source=LINKEDIN if named.re is _LINKEDIN else LEARNING_360,
        source_event_id=heard.event_id(state),
        person_keys=heard.person_keys,
        course_key=course,
        module_key=None if is_course else heard.activity.id,
        kind="course" if is_course else "module",
        state=state,
        at=heard.at,
        reference=heard.id,
        course_names=heard.activity.names if is_course else {},
        module_names={} if is_course else heard.activity.names,
    )


def sighted(topic: Topic) -> Sighting | None:
    """Return the part of a course that a statement is about."""
    named = _named(topic)
    course = _course(named) if named else None
    if course is None:
        return None
    return Sighting(
        course_key=course, module_key=topic.activity.id, module_name=topic.activity.name
    )


def _named(topic: Topic) -> re.Match[str] | None:
    id = topic.activity.id
    return _LINKEDIN.fullmatch(id) or _LEARNING_360.fullmatch(id)


def _course(named: re.Match[str]) -> str | None:
    return named["course"] if named.re is _LINKEDIN else None
