"""What happens to people's identities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from plugin.foundation.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonKnown(Event):
    """Somebody has become known by new identifiers; the subject is the person."""

    kind: ClassVar[str] = "person.known"
    digests: tuple[str, ...]
    """Of the identifiers (`identifiers.digest`): mail addresses are not kept a second time."""
