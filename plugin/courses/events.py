"""What happens to courses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from plugin.foundation.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseKnown(Event):
    """A course has become known by an IRI of learning records; the subject is the course."""

    kind: ClassVar[str] = "course.known"
    place: str
    """The IRI, as compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseNamed(Event):
    """A course has become known by names, as sources without IRIs call it; the subject is it."""

    kind: ClassVar[str] = "course.named"
    places: tuple[str, ...]
    """The IRIs that stand for the names, as compared."""
