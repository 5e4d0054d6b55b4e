"""Caliper 1.1 and 1.2: envelopes of events.

Read are AssessmentEvent and AssignableEvent (Submitted, Completed), GradeEvent (Graded) at or above
a share of the maximum, and the generic Event Completed, which Open edX sends of a course.

Two senders know people and courses better than by an IRI, and are listened to: Canvas (ids, logins
and SIS ids in "com.instructure.canvas") and Blackboard ("bb:user.externalId", and the course's
batch_uid as courseNumber).

https://www.imsglobal.org/spec/caliper/v1p2/#sensor-envelope
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lrs_bridge.completion import Completion, Kind, State, event_hash
from lrs_bridge.identity import PersonKey, named_place, same_place, surest_first
from lrs_bridge.sources.batch import Batch, gathered
from lrs_bridge.sources.errors import EventInvalid
from lrs_bridge.sources.payload import instant, mapping, name, number, text
from lrs_bridge.sources.shards import local_id

SOURCE, CANVAS, BLACKBOARD = "caliper", "canvas", "blackboard"

_WANTED: Mapping[str, frozenset[str]] = {
    "AssessmentEvent": frozenset({"Submitted", "Completed"}),
    "AssignableEvent": frozenset({"Submitted", "Completed"}),
    "GradeEvent": frozenset({"Graded"}),
    "Event": frozenset({"Completed"}),
}
_COURSES = frozenset({"CourseOffering", "CourseSection"})
_CANVAS = "com.instructure.canvas"
_URN_OF_CANVAS = re.compile(r"urn:instructure:canvas:(?P<type>\w+):(?P<id>\d{1,19})")
_PLACES_OF_CANVAS = {"assignment": "assignments", "quiz": "quizzes"}
_BY_A_TOOL = ("basic_lti_launch", "external_tool")
_DEEPEST = 5  # steps from a group to the course that it is of

Entity = Mapping[str, Any]


def read(
    envelope: Any,
    organisation_id: UUID,
    *,
    passing_share: float | None = None,
    canvas_site: str | None = None,
) -> Batch:
    """Return the completions that an envelope reports.

    Args:
        passing_share: of the maximum (0 to 1), from which a grade is `passed`; below it is
            `failed`. Without one, grades are not read: that somebody was graded says little.
        canvas_site: the address of the Canvas that sends; else its own word for it is taken.

    Raises:
        EventInvalid: if it is no envelope.
    """
    events = mapping(envelope).get("data")
    if not isinstance(events, list):
        raise EventInvalid("/data", "must be a list: Caliper sends events in an envelope")
    return gathered(
        ((f"/data/{index}", event) for index, event in enumerate(events)),
        lambda event, pointer: _read(
            _Event(mapping(event), pointer, canvas_site), organisation_id, passing_share
        ),
    )


@dataclass(frozen=True, slots=True)
class _Event:
    """An event, and where it stands in its envelope."""

    said: Entity
    pointer: str
    canvas_site: str | None

    def entity(self, *path: str) -> Entity:
        """Return the entity at a path; one that is given by its IRI alone has only that."""
        value: Any = self.said
        for step in path:
            value = mapping(value).get(step)
        return {"id": value} if isinstance(value, str) else mapping(value)

    @property
    def is_of_canvas(self) -> bool:
        """Whether Canvas speaks."""
        return bool(_URN_OF_CANVAS.fullmatch(text(self.entity("actor").get("id")) or ""))

    @property
    def is_of_blackboard(self) -> bool:
        """Whether Blackboard speaks."""
        around = (self.said, self.entity("actor"), self.entity("group"), self.learner)
        return any(key.startswith("bb:") for it in around for key in mapping(it.get("extensions")))

    @property
    def learner(self) -> Entity:
        """Whom the event is about: of a grade never its actor, who may be the teacher."""
        attempt = self.entity("object", "assignee") or self.entity(
            "generated", "attempt", "assignee"
        )
        if _type(self.said) == "GradeEvent":
            return attempt
        actor = self.entity("actor")
        return actor if not attempt or attempt.get("id") == actor.get("id") else attempt

    @property
    def site(self) -> str:
        """The address of a Canvas: as its source was given it, or as the event says."""
        host = text(mapping(mapping(self.said.get("extensions")).get(_CANVAS)).get("hostname"))
        said = f"https://{host}" if host else text(self.entity("edApp").get("id"))
        return (self.canvas_site or said or "https://canvas.instructure.com").rstrip("/")


def _read(event: _Event, organisation_id: UUID, passing_share: float | None) -> Completion | None:
    state = _state(event, passing_share)
    if state is None:
        return None
    at = instant(event.said.get("eventTime"))
    if at is None:
        raise EventInvalid(f"{event.pointer}/eventTime", "must be a time")
    keys = _who(event)
    if not keys:
        raise EventInvalid(
            f"{event.pointer}/actor", "must say who it is, with an id that says of which system"
        )
    course, module = _course(event), _module(event)
    if course is None and module is None:
        raise EventInvalid(f"{event.pointer}/object", "must say what was completed, with an id")
    kind: Kind = "course" if module is None else "module"
    said = text(event.said.get("id"))
    place = same_place(module or course or "")
    return Completion(
        organisation_id=organisation_id,
        source=_source(event),
        source_event_id=said or event_hash(f"{keys[0].home}|{keys[0].value}", state, place, at),
        person_keys=keys,
        course_key=course,
        module_key=module,
        kind=kind,
        state=state,
        at=at,
        source_reference=said,
        course_names=_called(_group(event) if module else event.entity("object")),
        module_names=_called(_done(event)) if module else {},
        lti_item=module is not None and _is_lti_item(event),
    )


def _source(event: _Event) -> str:
    if event.is_of_canvas:
        return CANVAS
    return BLACKBOARD if event.is_of_blackboard else SOURCE


def _state(event: _Event, passing_share: float | None) -> State | None:
    action = re.split("[#/]", text(event.said.get("action")) or "")[-1]
    type = _type(event.said)
    if action not in _WANTED.get(type, ()):
        return None
    if type != "GradeEvent":
        return "completed"
    score = event.entity("generated")
    given = number(score.get("scoreGiven", score.get("resultScore")))
    most = number(score.get("maxScore", score.get("resultMaximum")))
    if passing_share is None or given is None or not most or most < 0:
        return None
    return "passed" if given >= passing_share * most else "failed"


def _type(entity: Entity) -> str:
    return (text(entity.get("type", entity.get("@type"))) or "").rsplit("/", 1)[-1]


def _called(entity: Entity) -> dict[str, str]:
    said = text(entity.get("name"))
    return {"und": said} if said else {}


def _who(event: _Event) -> tuple[PersonKey, ...]:
    learner = event.learner
    id = text(learner.get("id", learner.get("@id")))
    if id is None:
        return ()
    extensions = mapping(learner.get("extensions"))
    of_canvas = _URN_OF_CANVAS.fullmatch(id)
    if of_canvas:
        return _who_of_canvas(event, of_canvas["id"], mapping(extensions.get(_CANVAS)))
    if id.lower().startswith("mailto:") and "@" in id:
        return (PersonKey.mbox(id),)
    home, _, value = id.rpartition("/" if "/" in id else ":")
    # A bare number is nobody's: every system has somebody whom it calls 42.
    keys = [PersonKey.account(home, value)] if home and value else []
    batch_uid = name(extensions.get("bb:user.externalId"))
    return surest_first([*keys, PersonKey.sourced_id(batch_uid)] if batch_uid else keys)


def _who_of_canvas(event: _Event, id: str, said: Entity) -> tuple[PersonKey, ...]:
    keys = [PersonKey.account(event.site, _local(event, id))]
    sis, login = name(said.get("user_sis_id", said.get("sis_id"))), text(said.get("user_login"))
    keys += [PersonKey.sourced_id(sis)] if sis else []
    keys += [PersonKey.username(login, home=event.site)] if login else []
    return surest_first(keys)


def _group(event: _Event) -> Entity:
    """Return the course that an event took place in; a group of learners is within one."""
    group = event.entity("group")
    for _ in range(_DEEPEST):
        if _type(group) in _COURSES or "courseNumber" in group:
            return group
        inner = group.get("subOrganizationOf")
        if not isinstance(inner, dict):
            break
        group = inner
    return event.entity("group")


def _course(event: _Event) -> str | None:
    thing = event.entity("object")
    group = thing if _type(thing) in _COURSES else _group(event)
    id = text(group.get("id", group.get("@id")))
    batch_uid = text(group.get("courseNumber"))
    if batch_uid and event.is_of_blackboard:
        return named_place(batch_uid)
    if id is None:
        return None
    of_canvas = _URN_OF_CANVAS.fullmatch(id)
    if of_canvas:
        return f"{event.site}/courses/{_local(event, of_canvas['id'])}"
    return named_place(id)


def _done(event: _Event) -> Entity:
    """Return what was done: what an attempt is an attempt of, or the object itself."""
    return event.entity("object", "assignable") or event.entity("object")


def _is_lti_item(event: _Event) -> bool:
    """Tell whether what was done is known to be an LTI tool's.

    Caliper 1.2 has a type for it. Canvas says how something was handed in, and of grades nothing.
    """
    handed_in = mapping(mapping(event.entity("object").get("extensions")).get(_CANVAS))
    return _type(_done(event)) == "LtiLink" or handed_in.get("submission_type") in _BY_A_TOOL


def _module(event: _Event) -> str | None:
    if _type(event.entity("object")) in _COURSES:
        return None
    done = _done(event)
    id = text(done.get("id", done.get("@id")))
    of_canvas = _URN_OF_CANVAS.fullmatch(id or "")
    course = _course(event)
    if of_canvas and of_canvas["type"] in _PLACES_OF_CANVAS and course:
        place = _PLACES_OF_CANVAS[of_canvas["type"]]
        return f"{course}/{place}/{_local(event, of_canvas['id'])}"
    return named_place(id) if id else None


def _local(event: _Event, id: str) -> str:
    """Return an id as the local one; the course's shard is that of the Canvas."""
    group = _URN_OF_CANVAS.fullmatch(text(event.entity("group").get("id")) or "")
    return local_id(id, group["id"] if group else None)
