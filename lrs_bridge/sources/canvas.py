"""Canvas: Live Events over HTTPS, in Canvas's own format and as Caliper.

`course_completed` comes in Canvas's own format alone. It comes again whenever the completion time
of a module is set, so an event is known by who, what and when. `course_progress` is not sent for
the last requirement and names no module; `grade_change` names no course: neither is read. What
Canvas sends as Caliper is read by `caliper`.

https://canvas.instructure.com/doc/api/file.data_service_canvas_course.html
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from lrs_bridge.completion import Completion, event_hash
from lrs_bridge.identity import PersonKey, same_place, surest_first
from lrs_bridge.sources import caliper
from lrs_bridge.sources.batch import Batch, gathered
from lrs_bridge.sources.errors import EventInvalid
from lrs_bridge.sources.payload import instant, listed, mapping, name, text
from lrs_bridge.sources.shards import local_id

SOURCE = "canvas"
# Where the keys are that sign payloads (RS256; they change monthly), by Instructure's guide.
KEY_SET_URL = "https://8axpcl50e4.execute-api.us-east-1.amazonaws.com/main/jwks"


def read(payload: Any, organisation_id: UUID, *, site: str) -> Batch:
    """Return the completions that one message of Canvas's reports, in either format.

    Args:
        payload: parsed and, where it was signed, verified (`signatures.canvas_payload`).
        site: the address of the Canvas, such as "https://school.instructure.com": courses and
            people are named by it.

    Raises:
        EventInvalid: if it is no message of Canvas's at all.
    """
    if "data" in mapping(payload):
        return caliper.read(payload, organisation_id, canvas_site=site)
    events = listed(payload)
    if not events or not all("metadata" in mapping(event) for event in events):
        raise EventInvalid("", "must be a Live Event of Canvas, or an envelope of Caliper")
    return gathered(
        ((f"/{index}" if isinstance(payload, list) else "", it) for index, it in enumerate(events)),
        lambda event, pointer: _read(event, pointer, organisation_id, site.rstrip("/")),
    )


def _read(event: Any, pointer: str, organisation_id: UUID, site: str) -> Completion | None:
    metadata, body = mapping(event.get("metadata")), mapping(event.get("body"))
    if metadata.get("event_name") != "course_completed":
        return None
    progress, course = mapping(body.get("progress")), mapping(body.get("course"))
    if progress.get("completed_at") is None:
        return None
    at = instant(progress["completed_at"])
    if at is None:
        raise EventInvalid(f"{pointer}/body/progress/completed_at", "must be a time")
    root = name(metadata.get("root_account_id"))
    course_id = name(course.get("id"))
    user_id = name(mapping(body.get("user")).get("id"))
    if course_id is None or user_id is None:
        missing = "course" if course_id is None else "user"
        raise EventInvalid(f"{pointer}/body/{missing}/id", "must be an id")
    place = f"{site}/courses/{local_id(course_id, root)}"
    user_id = local_id(user_id, root)
    title = text(course.get("name"))
    return Completion(
        organisation_id=organisation_id,
        source=SOURCE,
        source_event_id=event_hash(user_id, "course_completed", same_place(place), at),
        person_keys=_who(user_id, mapping(body.get("user")), metadata, site),
        course_key=place,
        module_key=None,
        kind="course",
        state="completed",
        at=at,
        source_reference=text(metadata.get("request_id")),
        course_names={"und": title} if title else {},
    )


def _who(id: str, user: Any, metadata: Any, site: str) -> tuple[PersonKey, ...]:
    keys = [PersonKey.account(site, id)]
    mail = text(user.get("email"))
    if mail and "@" in mail:
        keys.append(PersonKey.mbox(mail))
    acting = name(metadata.get("user_id"))
    if acting and local_id(acting, name(metadata.get("root_account_id"))) == id:
        login, sis = text(metadata.get("user_login")), name(metadata.get("user_sis_id"))
        keys += [PersonKey.username(login, home=site)] if login else []
        keys += [PersonKey.sourced_id(sis)] if sis else []
    return surest_first(keys)
