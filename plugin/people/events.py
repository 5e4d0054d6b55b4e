"""What happens to people's identities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from plugin.foundation.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonKnown(Event):
    """Somebody has become known by a new identifier; the subject is the person."""

    kind: ClassVar[str] = "person.known"
    home: str
    """Where `value` is unique, as compared."""
    value: str
