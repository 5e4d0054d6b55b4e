"""Anybody's completion signal, as one value.

An LMS says "completed" in many dialects (xAPI of several profiles, Caliper, webhooks, a CSV row).
Each reader turns its dialect into a `Completion`, and the tool knows nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Literal
from uuid import UUID

from lrs_bridge.identity import PersonKey, named_place, same_place

__all__ = [
    "Completion",
    "Kind",
    "PersonKey",
    "Sighting",
    "State",
    "event_hash",
    "named_place",
    "same_place",
]

Kind = Literal["course", "module"]
State = Literal["completed", "passed", "failed", "uncompleted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """Somebody completed, passed, failed or un-completed a course or a module of one.

    Attributes:
        source: which reader understood it: "moodle".
        source_event_id: the same for every repetition of one event; unique with organisation and
            source.
        person_keys: at least one, the surest first (`identity.surest_first`).
        course_key, module_key: IRIs as the source spells them; where it only has a name or a
            number, an IRI that is made of it, by the reader or by `identity.named_place`. Compare
            with `same_place`. None when the source does not say.
        at: aware; when it happened, by the source's clock.
        reference: the id of the statement that says so, if a statement does.
        source_reference: what the source itself calls the event, or where it stands there, for
            whoever asks it: a message id, a row of a file.
        course_names, module_names: language map, as far as the source gave one.
        lti_item: the module is known to be an item of some LTI tool. It may be our own, whose
            completion must open nothing: it only says that somebody was here, or was scored by us.
    """

    organisation_id: UUID
    source: str
    source_event_id: str
    person_keys: tuple[PersonKey, ...]
    course_key: str | None
    module_key: str | None
    kind: Kind
    state: State
    at: datetime
    reference: UUID | None = None
    source_reference: str | None = None
    course_names: Mapping[str, str] = field(default_factory=dict)
    module_names: Mapping[str, str] = field(default_factory=dict)
    lti_item: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A module of a course, named in passing: how we learn what a course is made of.

    Attributes:
        course_key, module_key: IRIs as the source spells them.
        module_name: in whichever language the source gave first; None if it gave none.
    """

    course_key: str
    module_key: str
    module_name: str | None


def event_hash(actor: str, verb: str, activity: str, at: datetime) -> str:
    """Return an id for an event that came without one.

    Args:
        actor: the inverse functional identifier, from `identity.ifi`.
        at: aware; only the instant counts, not its spelling.
    """
    parts = (actor, verb, activity, at.astimezone(UTC).isoformat(timespec="microseconds"))
    return sha256("\n".join(parts).encode()).hexdigest()
