"""Events of any system, read by a mapping; Docebo and Adobe Learning Manager as worked examples.

Neither example was tried with the product: see what arrives, and mend the mapping.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from lrs_bridge.completion import Completion, State
from lrs_bridge.identity import PersonKey, named_place, same_place, surest_first
from lrs_bridge.sources.batch import Batch, gathered
from lrs_bridge.sources.errors import EventInvalid
from lrs_bridge.sources.mapping import ANY, Mapping
from lrs_bridge.sources.payload import instant, name, text
from lrs_bridge.sources.payload import mapping as members


def docebo(home: str) -> dict[str, Any]:
    """Return a mapping of Docebo's webhooks: course.enrollment.completed.

    One event comes as `payload`; what a batch action did comes as `payloads`.

    https://help.docebo.com/hc/en-us/articles/360020124479-Webhooks-events
    """
    return {
        "source": "docebo",
        "home": home,
        "zone": "UTC",
        "items": "payloads | payload",
        "event": "$.event",
        "states": {"course.enrollment.completed": "completed"},
        "event_id": "$.message_id",
        "account": "user_id",
        "username": "username",
        "email": "email",
        "course": "course_id | course_code",
        "course_name": "course_name",
        "at": "completion_date | completed_at | fired_at",
    }


def adobe_learning_manager(home: str) -> dict[str, Any]:
    """Return a mapping of Adobe Learning Manager's webhooks: LEARNER_COMPLETION.

    https://experienceleague.adobe.com/en/docs/learning-manager/using/integration/webhooks/webhooks-usage-guide
    """
    return {
        "source": "adobe-learning-manager",
        "home": home,
        "items": "events | $",
        "event": "eventType | eventName",
        "states": {"LEARNER_COMPLETION": "completed"},
        "event_id": "eventId",
        "account": "learner.userId | data.userId",
        "email": "learner.email | data.email",
        "course": "learningObject.loId | data.loId | loId",
        "course_name": "learningObject.name | data.loName",
        "at": "timestamp",
    }


PRESETS = {"docebo": docebo, "adobe-learning-manager": adobe_learning_manager}


def read(message: Any, organisation_id: UUID, by: Mapping, *, now: datetime) -> Batch:
    """Return the completions that a message reports, as a mapping says.

    Args:
        message: parsed; its signature is checked before (`signatures`).
        now: aware; when it happened, where the mapping names no place that would say so.

    Raises:
        EventInvalid: if the message has no events where the mapping says that they are.
    """
    if not isinstance(message, dict | list):
        raise EventInvalid("", "must be an object")
    events = by.said("items", message, message) if "items" in by.paths else message
    if not isinstance(events, dict | list):
        items = by.paths["items"].written
        raise EventInvalid("", f"must have an event, or a list of them, at {items}")
    alone = isinstance(events, dict)
    several = [events] if alone else list(events)
    return gathered(
        (("" if alone else f"/{index}", event) for index, event in enumerate(several)),
        lambda event, where: _read(event, message, where, organisation_id, by, now),
    )


def _read(
    event: Any, message: Any, where: str, organisation_id: UUID, by: Mapping, now: datetime
) -> Completion | None:
    state = _state(event, message, by)
    if state is None:
        return None
    keys = _who(event, message, by)
    if not keys:
        raise EventInvalid(where, f"must say who it is, at {by.person}")
    course, module = (_place(event, message, it, by) for it in ("course", "module"))
    if course is None and module is None:
        wanted = [by.paths[it].written for it in ("course", "module") if it in by.paths]
        raise EventInvalid(where, f"must say what was completed, at {', '.join(wanted)}")
    at = _at(event, message, where, by)
    said = name(by.said("event_id", event, message))
    what = (keys[0].scheme, keys[0].home, keys[0].value, same_place(module or course or ""), state)
    when = said or (at.isoformat() if at else "")
    digest = sha256("\n".join((*what, when)).encode()).hexdigest()
    return Completion(
        organisation_id=organisation_id,
        source=by.source,
        source_event_id=digest if said is None or where else said,
        person_keys=keys,
        course_key=course,
        module_key=module,
        kind="course" if module is None else "module",
        state=state,
        at=at or now,
        source_reference=said,
        course_names=_called(event, message, "course_name", by),
        module_names=_called(event, message, "module_name", by) if module else {},
    )


def _state(event: Any, message: Any, by: Mapping) -> State | None:
    said = name(by.said("event", event, message))
    return by.states.get(said or ANY) or by.states.get(ANY)


def _who(event: Any, message: Any, by: Mapping) -> tuple[PersonKey, ...]:
    said = {it: name(by.said(it, event, message)) for it in by.paths}
    keys = []
    if account := said.get("account"):
        keys.append(PersonKey.account(by.home, account))
    if sourced_id := said.get("sourced_id"):
        keys.append(PersonKey.sourced_id(sourced_id))
    if username := said.get("username"):
        keys.append(PersonKey.username(username, home=by.home))
    email = said.get("email")
    if email and "@" in email:
        keys.append(PersonKey.mbox(email))
    return surest_first(keys)


def _place(event: Any, message: Any, what: str, by: Mapping) -> str | None:
    said = name(by.said(what, event, message))
    return named_place(said, home=by.home) if said else None


def _at(event: Any, message: Any, where: str, by: Mapping) -> datetime | None:
    if "at" not in by.paths:
        return None
    at = instant(by.said("at", event, message), by.zone)
    if at is None:
        raise EventInvalid(where, f"must say when it was, at {by.paths['at'].written}")
    return at


def _called(event: Any, message: Any, what: str, by: Mapping) -> dict[str, str]:
    said = by.said(what, event, message)
    alone = text(said)
    if alone:
        return {"und": alone}
    found = ((text(key), text(value)) for key, value in members(said).items())
    return {key: value for key, value in found if key and value}
