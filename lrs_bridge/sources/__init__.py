"""What other systems say of completions, read into `completion.Completion`: a module per dialect.

| how it comes                      | read by                                                    |
|-----------------------------------|------------------------------------------------------------|
| statements, pushed or polled      | `told` here, which knows `moodle`, `open_edx`, `cmi5` …     |
| Live Events of Canvas             | `canvas.read`                                              |
| envelopes of Caliper              | `caliper.read`                                             |
| webhooks of any other system      | `webhooks.read`, by a `mapping` of the organisation's       |
| results of LTI, opened items      | `gradebook`                                                |
| files                             | `tables.ours`, `tables.one_roster`                         |

What is sent over HTTP is known by its signature (`signatures`) and parsed by `payload.read_json`;
those give a `batch.Batch`. `errors` has the one tree of what may go wrong.

Statements that no dialect understands, and our own, are no completion: None. Each dialect has
`recognises(topic)`, `read(heard, organisation_id)` and `sighted(topic)`; the first that recognises
a statement decides, so what it knows better than to read nobody else reads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lrs_bridge.completion import Completion, Sighting
from lrs_bridge.sources import anybody, catalogues, cmi5, moodle, open_edx, scorm
from lrs_bridge.sources.heard import Heard, Topic, heard, topic_of


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one kind of sender writes statements."""

    recognises: Callable[[Topic], bool]
    read: Callable[[Heard, UUID], Completion | None]
    sighted: Callable[[Topic], Sighting | None]


DIALECTS = tuple(
    Dialect(it.recognises, it.read, it.sighted)
    for it in (moodle, open_edx, cmi5, scorm, catalogues, anybody)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a statement tells.

    Attributes:
        completion: that it reports, if it does.
        sighting: the module of a course that it names, if it names one.
    """

    completion: Completion | None = None
    sighting: Sighting | None = None


def told(statement: Mapping[str, Any], organisation_id: UUID) -> Told:
    """Return what a statement tells.

    Args:
        statement: as a reader of a store gets it (`Statement.document`), so with a timestamp; it
            need not be valid.
        organisation_id: whose store it is in.
    """
    topic = topic_of(statement)
    dialect = _dialect(topic) if topic is not None and not topic.is_ours else None
    if topic is None or dialect is None:
        return Told()
    said = heard(statement, topic)
    completion = dialect.read(said, organisation_id) if said is not None else None
    return Told(completion=completion, sighting=dialect.sighted(topic))


def read(statement: Mapping[str, Any], organisation_id: UUID) -> Completion | None:
    """Return the completion that a statement reports, or None if it reports none; see `told`."""
    return told(statement, organisation_id).completion


def _dialect(topic: Topic) -> Dialect | None:
    return next((it for it in DIALECTS if it.recognises(topic)), None)
