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
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from lrs_bridge.completion import Completion, Kind, Sighting, State, event_hash
from lrs_bridge.identity import ifi, person_keys, same_place
from lrs_bridge.statement import listed, parsed_timestamp
from lrs_bridge.vocabulary import COURSE_TYPES, Extension, Verb

SOURCE = "moodle"

_COURSE = re.compile(r"https?://.+/course/view\.php\?id=\d+", re.IGNORECASE)
_MODULE = re.compile(r"https?://.+/mod/(\w+)/view\.php\?id=\d+", re.IGNORECASE)
_EVENTS: Mapping[str, Kind] = {
    "\\core\\event\\course_completed": "course",
    "\\core\\event\\course_module_completion_updated": "module",
}
_STATES: Mapping[str, State] = {
    same_place(Verb.COMPLETED): "completed",
    same_place(Verb.UNCOMPLETED): "uncompleted",
}


def read(statement: Mapping[str, Any], organisation_id: UUID) -> Completion | None:
    """Return the completion that a statement of Moodle's reports, or None."""
    person, thing = statement["actor"], statement["object"]
    verb = _STATES.get(same_place(statement["verb"]["id"]))
    kind = _kind(statement)
    identifier = ifi(person)
    if verb is None or kind is None or identifier is None or "timestamp" not in statement:
        return None
    course = thing if kind == "course" else _course_among_parents(statement)
    module = thing if kind == "module" else None
    at = parsed_timestamp(statement["timestamp"])
    return Completion(
        organisation_id=organisation_id,
        source=SOURCE,
        source_event_id=event_hash(identifier, statement["verb"]["id"], thing["id"], at),
        person_keys=person_keys(person),
        course_key=course["id"] if course else None,
        module_key=module["id"] if module else None,
        kind=kind,
        state=_state(verb, statement.get("result", {})),
        at=at,
        reference=UUID(statement["id"]) if "id" in statement else None,
        course_names=_names(course),
        module_names=_names(module),
        lti_item=module is not None and _is_external_tool(module["id"]),
    )


def sighted(statement: Mapping[str, Any]) -> Sighting | None:
    """Return the module that a statement of Moodle's is about, whatever was done to it."""
    thing = statement["object"]
    if thing.get("objectType", "Activity") != "Activity" or not _MODULE.fullmatch(thing["id"]):
        return None
    course = _course_among_parents(statement)
    if course is None:
        return None
    name = next(iter(_names(thing).values()), None)
    return Sighting(course_key=course["id"], module_key=thing["id"], module_name=name)


def _kind(statement: Mapping[str, Any]) -> Kind | None:
    """Return what the statement is about, by its object's address and the event's name."""
    thing = statement["object"]
    if thing.get("objectType", "Activity") != "Activity":
        return None
    if _COURSE.fullmatch(thing["id"]) and _type(thing) in COURSE_TYPES:
        kind: Kind = "course"
    elif _MODULE.fullmatch(thing["id"]):
        kind = "module"
    else:
        return None
    event = _event_name(statement)
    return kind if event is None or _EVENTS.get(event) == kind else None


def _is_external_tool(iri: str) -> bool:
    module = _MODULE.fullmatch(iri)
    return module is not None and module[1].lower() == "lti"


def _event_name(statement: Mapping[str, Any]) -> str | None:
    info = statement.get("context", {}).get("extensions", {}).get(Extension.INFO)
    name = info.get("event_name") if isinstance(info, dict) else None
    return name if isinstance(name, str) else None


def _state(verb: State, result: Mapping[str, Any]) -> State:
    if verb == "uncompleted" or "success" not in result:
        return verb
    return "passed" if result["success"] else "failed"


def _course_among_parents(statement: Mapping[str, Any]) -> Mapping[str, Any] | None:
    parents = statement.get("context", {}).get("contextActivities", {}).get("parent", [])
    for parent in listed(parents):
        if _COURSE.fullmatch(parent["id"]):
            return dict(parent)
    return None


def _type(activity: Mapping[str, Any]) -> str | None:
    found: str | None = activity.get("definition", {}).get("type")
    return found


def _names(activity: Mapping[str, Any] | None) -> dict[str, str]:
    return dict(activity.get("definition", {}).get("name", {})) if activity else {}
