"""What happens to next steps. The subject is the commitment; nobody's words are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from plugin.foundation.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentMade(Event):
    """A mentee said what they will try next."""

    kind: ClassVar[str] = "commitment.made"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentMoved(Event):
    """One of the two said what became of it."""

    kind: ClassVar[str] = "commitment.moved"
    before: str
    state: str
