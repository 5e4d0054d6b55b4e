"""LinkedIn Learning and 360Learning, which push their statements.

* LinkedIn Learning (xAPI 1.0.0, with a token of ours) names things by "urn:li:…", a course
  "urn:li:lyndaCourse:<id>" or "urn:li:learningApiCourse:<id>"; a video names the course that it is
  of within its own name.
* 360Learning names a course "urn:360learning:course:<id>", a programme of several
  "urn:360learning:program:<id>". People are mail addresses, or accounts
  where they sign in with a username. Its documentation shows `initialized` alone; what is read here
  is what ADL's verbs mean.

Neither was tried with the product itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from uuid import UUID

from lrs_bridge.completion import Completion, Sighting, State
from lrs_bridge.sources.heard import Activity, Deed, Heard, Topic

LINKEDIN = "linkedin-learning"
LEARNING_360 = "360learning"

_LINKEDIN = re.compile(r"urn:li:(?P<type>\w+):(\((?P<course>urn:li:\w+:[^(),]+),[^()]+\)|[^()]+)")
_LEARNING_360 = re.compile(r"urn:360learning:(?P<type>[\w-]+):.+")
_COURSES = frozenset(
    {
        "lyndacourse",
        "lyndalearningpath",
        "learningapicourse",
        "learningpath",
        "course",
        "path",
        "program",
    }
)
_STATES: Mapping[Deed, State] = {"completed": "completed", "passed": "passed", "failed": "failed"}


def recognises(topic: Topic) -> bool:
    """Tell whether a statement is about something of either catalogue."""
    return _named(topic) is not None


def read(heard: Heard, organisation_id: UUID) -> Completion | None:
    """Return the completion that a statement of either catalogue reports, or None."""
    named, state = _named(heard.topic), _STATES.get(heard.deed)
    if named is None or state is None or heard.completion is False:
        return None
    source = LINKEDIN if named.re is _LINKEDIN else LEARNING_360
    if named["type"].lower() in _COURSES:
        return heard.told(source, organisation_id, state, course=heard.activity, module=None)
    return heard.told(source, organisation_id, state, course=_course(named), module=heard.activity)


def sighted(topic: Topic) -> Sighting | None:
    """Return the part of a course that a statement is about."""
    named = _named(topic)
    return topic.within(_course(named)) if named else None


def _named(topic: Topic) -> re.Match[str] | None:
    id = topic.activity.id
    return _LINKEDIN.fullmatch(id) or _LEARNING_360.fullmatch(id)


def _course(named: re.Match[str]) -> Activity | None:
    id = named["course"] if named.re is _LINKEDIN else None
    return Activity(id=id) if id else None
