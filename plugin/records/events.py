"""What happens to the reporting to gradebooks. The subject of each is the course."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from plugin.foundation.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnChanged(Event):
    """An instructor calls our column otherwise, or counts check-ins otherwise."""

    kind: ClassVar[str] = "gradebook.column-changed"
    label: str
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportingStopped(Event):
    """An instructor wants nothing more reported to the gradebook."""

    kind: ClassVar[str] = "gradebook.stopped"
    with_column: bool
    """Whether the column is to go as well, with the grades in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportingTakenUp(Event):
    """An instructor wants it reported again."""

    kind: ClassVar[str] = "gradebook.taken-up"
