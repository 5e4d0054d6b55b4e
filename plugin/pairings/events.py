"""What happens to a pairing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from plugin.foundation.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PairingMade(Event):
    """A mentee has a mentor; the subject is the pairing."""

    kind: ClassVar[str] = "pairing.made"
    programme_id: UUID
    mentor_id: UUID
    mentee_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PairingClosed(Event):
    """A pairing came to its end; the subject is the pairing."""

    kind: ClassVar[str] = "pairing.closed"
    programme_id: UUID
    mentor_id: UUID
    mentee_id: UUID
    end_reason: str
