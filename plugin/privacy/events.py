"""What happens at the privacy desk. The subject is the request, unless said otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from plugin.foundation.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class DataAskedFor(Event):
    """Somebody asked for their data, or for its erasure."""

    kind: ClassVar[str] = "privacy.asked"
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataDealtWith(Event):
    """An administrator did what was asked."""

    kind: ClassVar[str] = "privacy.dealt-with"


@dataclass(frozen=True, slots=True, kw_only=True)
class DataLookedAt(Event):
    """An administrator saw how much is held about somebody; the subject is that person."""

    kind: ClassVar[str] = "privacy.looked-at"
