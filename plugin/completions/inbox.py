"""The inbox: what sources tell is kept, each event once, until it is looked at.

A row is written in the transaction of its cause (a stored statement, a taken request, a page that
was read), and nothing more: understanding it is the worker's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from lrs_bridge.completion import Completion, same_place
from plugin.completions import waiting
from plugin.completions.model import CompletionRow, Reason, SourceKind, Status
from plugin.foundation.tenancy import inserted_each
from plugin.people import identifiers

LONGEST_ID = 255
"""Characters of an event's id; an index does not take them as long as senders may make them."""
LANES = 8
"""How many workers can apply one organisation's completions at a time."""

CLOCKS_AHEAD = timedelta(minutes=5)
"""How far a source's clock may be ahead of ours. What it tells of later times is taken as told now:
a time years ahead would outlast every later word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What became of completions that a source told of."""

    new: int = 0
    repeated: int = 0
    """Known already: the source sent them again."""


def receive(
    session: Session,
    completions: Iterable[Completion],
    *,
    came_by: SourceKind,
    now: datetime,
    known_as: Reason | None = None,
) -> Received:
    """Keep what sources tell, each event once.

    Args:
        known_as: given, they are only counted, for this reason, and open nothing.
    """
    kept = receive_each(session, completions, came_by=came_by, now=now, known_as=known_as)
    repeated = kept.count(None)
    return Received(new=len(kept) - repeated, repeated=repeated)


def receive_each(
    session: Session,
    completions: Iterable[Completion],
    *,
    came_by: SourceKind,
    now: datetime,
    known_as: Reason | None = None,
) -> list[UUID | None]:
    """Keep what sources tell; return each one's row's id, or None if it was known already."""
    told = [
        {"id": uuid4(), **_columns(completion, came_by, now, known_as)}
        for completion in completions
    ]
    new = inserted_each(session, CompletionRow, told)
    return [row["id"] if row["id"] in new else None for row in told]


def known(session: Session, source: str, event_ids: Collection[str]) -> set[str]:
    """Return which of the events of a source were told before."""
    return set(
        session.scalars(
            select(CompletionRow.source_event_id).where(
                CompletionRow.source == source, CompletionRow.source_event_id.in_(event_ids)
            )
        )
    )


def _short(event_id: str) -> str:
    """Return what an event is known by: what the source says, or its digest if that is long."""
    return event_id if len(event_id) <= LONGEST_ID else digest(event_id)


def row_of(completion: Completion, *, came_by: SourceKind, now: datetime) -> CompletionRow:
    """Return the row that `completion` would be kept as, kept nowhere: to see what it would do."""
    return CompletionRow(**_columns(completion, came_by, now, None))


def _columns(
    completion: Completion, came_by: SourceKind, now: datetime, known_as: Reason | None
) -> dict[str, Any]:
    surest, course = completion.person_keys[0], completion.course_key
    person_digest = identifiers.digest(surest.scheme, surest.home, surest.value)
    return {
        "organisation_id": completion.organisation_id,
        "source": completion.source,
        "source_event_id": _short(completion.source_event_id),
        "person_keys": [[key.scheme, key.home, key.value] for key in completion.person_keys],
        "person_digest": person_digest,
        "course_digest": digest(same_place(course)) if course else None,
        "course_iri": course,
        "course_name": next(iter(completion.course_names.values()), None),
        "module_iri": completion.module_key,
        "module_name": next(iter(completion.module_names.values()), None),
        "kind": completion.kind,
        "state": completion.state,
        "at": min(completion.at, now + CLOCKS_AHEAD),
        "reference": completion.reference,
        "lti_item_names": (
            sorted(set(completion.module_names.values())) or [""] if completion.lti_item else []
        ),
        "came_by": came_by,
        "lane": int(person_digest[:8], 16) % LANES,
        "received_at": now,
        "status": Status.COUNTED if known_as else Status.NEW,
        "reason": known_as,
    }


def digest(*parts: str) -> str:
    """Return what something is found by in an index, however long it is."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def due(session: Session, *, limit: int = 100, lane: int | None = None) -> list[UUID]:
    """Return those not looked at yet, in the order they happened.

    At one moment, `uncompleted` comes before `completed`: so Moodle sends it, and so the later
    word stands.
    """
    query = select(CompletionRow.id).where(CompletionRow.status == Status.NEW)
    if lane is not None:
        query = query.where(CompletionRow.lane == lane)
    in_order = query.order_by(
        CompletionRow.at, CompletionRow.state.desc(), CompletionRow.received_at
    )
    return list(session.scalars(in_order.limit(limit)))


def forget(session: Session, references: Sequence[UUID]) -> None:
    """Forget who the completions were about that these statements told of.

    What still waits for a person or a course waits no longer. What came of the others stays: a
    check-in is the tool's own record, and a completion that is sent again must open no second one.
    """
    told = CompletionRow.reference.in_(references)
    people = session.scalars(select(CompletionRow.person_digest).where(told).distinct()).all()
    undone = CompletionRow.status.in_([Status.NEW, Status.WAITING])
    session.execute(delete(CompletionRow).where(told, undone))
    session.execute(update(CompletionRow).where(told).values(person_keys=[], person_digest=""))
    waiting.forgotten(session, people)
