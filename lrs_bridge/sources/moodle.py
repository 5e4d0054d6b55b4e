r"""Moodle (and Totara) through the plugin logstore_xapi.

What 5.0.1 sends, as recorded from Moodle 4.3 and read in its source:

* `\core\event\course_completed` → verb completed, object /course/view.php?id=…, no result.
* `\core\event\course_module_completion_updated` → verb completed with result.completion, and
  result.success when the activity has a pass grade; or verb uncompleted. Object
  /mod/<name>/view.php?id=…; the course is among the parents.
* `uncompleted` also comes just before the first completion, with the same timestamp.
* Statements carry no id and may be sent again, so an event is known by its content.
* `context.registration` comes from the sender's session key and means nothing.
* Older versions and forks have other types for a course, and some leave out the event's name.
* The actor is an account of the site with the user's id; or, as its administrator chose, with the
  username; or the mail address.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from uuid import UUID

from lrs_bridge.completion import Completion, Kind, Sighting, State, event_hash
from lrs_bridge.sources.heard import Activity, Heard, Topic
from lrs_bridge.sources.lti_items import is_lti_item
from lrs_bridge.sources.payload import mapping, text
from lrs_bridge.vocabulary import Extension

SOURCE = "moodle"

_COURSE = re.compile(r"https?://.+/course/view\.php\?id=\d+", re.IGNORECASE)
_MODULE = re.compile(r"https?://.+/mod/\w+/view\.php\?id=\d+", re.IGNORECASE)
_EVENTS: Mapping[str, Kind] = {
    "\\core\\event\\course_completed": "course",
    "\\core\\event\\course_module_completion_updated": "module",
}
_STATES: Mapping[str, State] = {"completed": "completed", "uncompleted": "uncompleted"}


def recognises(topic: Topic) -> bool:
    """Tell whether a statement is of Moodle's plugin, whatever it says."""
    id = topic.activity.id
    return bool(_COURSE.fullmatch(id) or _MODULE.fullmatch(id) or _event_name(topic))


def read(heard: Heard, organisation_id: UUID) -> Completion | None:
    """Return the completion that a statement of Moodle's reports, or None."""
    thing = heard.activity
    verb = _STATES.get(heard.deed)
    kind = _kind(heard.topic)
    if verb is None or kind is None:
        return None
    course = thing if kind == "course" else _course_among_parents(heard.topic)
    module = thing if kind == "module" else None
    return heard.told(
        SOURCE,
        organisation_id,
        _state(verb, heard.success),
        course=course,
        module=module,
        event_id=event_hash(heard.actor, heard.verb, thing.id, heard.at),
        lti_item=module is not None and is_lti_item(module.id),
    )


def sighted(topic: Topic) -> Sighting | None:
    """Return the module that a statement of Moodle's is about, whatever was done to it."""
    is_module = _MODULE.fullmatch(topic.activity.id)
    return topic.within(_course_among_parents(topic)) if is_module else None


def _kind(topic: Topic) -> Kind | None:
    """Return what the statement is about, by its object's address and the event's name."""
    thing = topic.activity
    if _COURSE.fullmatch(thing.id) and thing.is_course:
        kind: Kind = "course"
    elif _MODULE.fullmatch(thing.id):
        kind = "module"
    else:
        return None
    event = _event_name(topic)
    return kind if event is None or _EVENTS.get(event) == kind else None


def _event_name(topic: Topic) -> str | None:
    return text(mapping(topic.extension(Extension.INFO)).get("event_name"))


def _state(verb: State, success: bool | None) -> State:
    if verb == "uncompleted" or success is None:
        return verb
    return "passed" if success else "failed"


def _course_among_parents(topic: Topic) -> Activity | None:
    parents = topic.related("parent")
    return next((parent for parent in parents if _COURSE.fullmatch(parent.id)), None)
