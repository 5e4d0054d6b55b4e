"""What happens to circles and their sessions; nobody's words are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from plugin.foundation.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CircleMade(Event):
    """An instructor made a circle; the subject is the circle."""

    kind: ClassVar[str] = "circle.made"
    programme_id: UUID
    mentor_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CircleClosed(Event):
    """A circle meets no more; the subject is the circle."""

    kind: ClassVar[str] = "circle.closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionMoved(Event):
    """A session was proposed, booked or cancelled; the subject is the session."""

    kind: ClassVar[str] = "circle.session-moved"
    circle_id: UUID
    state: str
    starts_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionHeld(Event):
    """They met; the subject is the session. Who was there: `CircleAttendance`."""

    kind: ClassVar[str] = "circle.session-held"
    circle_id: UUID
    programme_id: UUID
    mentor_id: UUID
    minutes: int
