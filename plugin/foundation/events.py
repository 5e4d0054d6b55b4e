"""What happened: one row, in the transaction that made it happen.

Statements, scores, mails, audit and history are all derived from it. A room describes its events
as frozen dataclasses; `happened` writes the row and tells the subscribers, which the composition
root wired (`Database(subscribers=…)`), in the same transaction. So what is owed to the outside is
owed if and only if the thing itself took place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, Session

from plugin.foundation.db import Happened, Together
from plugin.foundation.pouring import ids_in_order
from plugin.foundation.tenancy import Owned, inserted


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to one subject (a pairing, a check-in …), done by one person."""

    kind: ClassVar[str]
    """`room.what`, for example `checkin.held`. Stable: it is stored."""
    kept: ClassVar[bool] = True
    """Whether it has a row. It needs none where the rows that it is about say as much."""
    at: datetime
    subject_id: UUID
    actor_id: UUID | None = None
    """The person who did it; None when the tool did."""


class EventRow(Owned):
    """An event as stored. Holds ids and plain facts; never what people wrote to each other."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_subject_id", "subject_id", "at"),)

    kind: Mapped[str]
    at: Mapped[datetime]
    subject_id: Mapped[UUID]
    actor_id: Mapped[UUID | None]
    facts: Mapped[dict[str, Any]]


def happened(session: Session, event: Event) -> UUID:
    """Record `event`, tell its subscribers in this transaction, and return its id."""
    return all_happened(session, [event])[0]


def all_happened(session: Session, events: Sequence[Event]) -> list[UUID]:
    """Record several events at once, then tell each subscriber of them; return their ids.

    Those that have no row (`Event.kept`) are told of like the others.
    """
    ids = ids_in_order(len(events))
    rows = [
        {
            "id": id,
            "kind": event.kind,
            "at": event.at,
            "subject_id": event.subject_id,
            "actor_id": event.actor_id,
            "facts": _facts(event),
        }
        for id, event in zip(ids, events, strict=True)
        if event.kept
    ]
    inserted(session, EventRow, rows)
    for kind in dict.fromkeys(type(event) for event in events):
        happened = [(id, it) for id, it in zip(ids, events, strict=True) if type(it) is kind]
        _tell(session, kind, happened)
    return ids


def _tell(session: Session, kind: type[Event], happened: Sequence[Happened]) -> None:
    for subscriber in session.info["subscribers"].get(kind, ()):
        if isinstance(subscriber, Together):
            subscriber.tell(session, happened)
            continue
        for id, event in happened:
            subscriber(session, id, event)


def _facts(event: Event) -> dict[str, Any]:
    return {name: _plain(getattr(event, name)) for name in _names(type(event))}


def _names(kind: type[Event]) -> tuple[str, ...]:
    """Return what events of a kind say beside what all of them do."""
    names = _NAMES.get(kind)
    if names is None:
        common = {field.name for field in fields(Event)}
        names = tuple(field.name for field in fields(kind) if field.name not in common)
        _NAMES[kind] = names
    return names


_NAMES: dict[Any, tuple[str, ...]] = {}


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [each if type(each) is str else _plain(each) for each in value]
    return value
