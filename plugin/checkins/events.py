"""What happens to a check-in. The subject is the check-in, unless said otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from plugin.foundation.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened(Event):
    """A completion opened a check-in."""

    kind: ClassVar[str] = "checkin.opened"
    source: str
    reference: UUID | None = None
    """The statement that told of the completion, when it is in our record store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn(Event):
    """The completion was taken back before anybody touched it, or the pairing closed."""

    kind: ClassVar[str] = "checkin.withdrawn"
    completion_taken_back: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked(Event):
    """A time was agreed."""

    kind: ClassVar[str] = "checkin.booked"
    starts_at: datetime
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebooked(Event):
    """Another time was agreed."""

    kind: ClassVar[str] = "checkin.rebooked"
    starts_at: datetime
    previous: datetime
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled(Event):
    """The booking was called off; the check-in is open again."""

    kind: ClassVar[str] = "checkin.cancelled"
    starts_at: datetime
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed(Event):
    """One of the two did not come."""

    kind: ClassVar[str] = "checkin.missed"
    absent_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Held(Event):
    """They spoke."""

    kind: ClassVar[str] = "checkin.held"
    minutes: int
    before: str
    """The state that it was in, to which it goes back if this was a mistake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reflected(Event):
    """One of the two looked back; the actor is who did."""

    kind: ClassVar[str] = "checkin.reflected"
    part: str
    worth: str
    note_id: UUID | None
    """What the other may read of it, if anything: a line, a next step. Not what it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack(Event):
    """Who said that they spoke, or that one did not come, said it by mistake."""

    kind: ClassVar[str] = "checkin.taken-back"
    said_id: UUID
    """The event that is taken back."""
    said: str
    """Its kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MinutesCorrected(Event):
    """They spoke, but for longer or shorter than was said."""

    kind: ClassVar[str] = "checkin.minutes-corrected"
    said_id: UUID
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceCorrected(Event):
    """It was the other one who did not come."""

    kind: ClassVar[str] = "checkin.absence-corrected"
    said_id: UUID
    absent_id: UUID
