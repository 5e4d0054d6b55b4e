"""What happens in the matching of a programme."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from plugin.foundation.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesSaved(Event):
    """An instructor gave the programme other rules; the subject is their version's row."""

    kind: ClassVar[str] = "matching.rules-saved"
    programme_id: UUID
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPublished(Event):
    """An instructor published a draft; the subject is the draft."""

    kind: ClassVar[str] = "matching.draft-published"
    programme_id: UUID
    number: int
