"""What happens to uploads; who did it is part of every event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from plugin.foundation.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadConfirmed(Event):
    """Somebody let the rows of an upload count."""

    kind: ClassVar[str] = "upload.confirmed"
    rows: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadTakenBack(Event):
    """Somebody took an upload back."""

    kind: ClassVar[str] = "upload.taken-back"
