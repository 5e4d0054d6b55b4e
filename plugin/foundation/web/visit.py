"""One launch as the pages see it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What a launch makes of a person. (Mentor and mentee are roles of a pairing.)"""

    MEMBER = "member"
    """Anybody who was launched."""
    INSTRUCTOR = "instructor"
    ANALYST = "analyst"
    ADMIN = "admin"
    """Administers the institution or its system, whatever they are in this course."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One launch, as the pages see it: who, where, as what."""

    launch_id: UUID
    organisation_id: UUID
    person_id: UUID
    person_name: str | None
    course_id: UUID
    course_title: str
    roles: frozenset[Role]
    language: str
    zone: str
    return_url: str | None
    frame_origins: tuple[str, ...]
