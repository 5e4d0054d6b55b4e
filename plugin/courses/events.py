"""What happens to courses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

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


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersGone(Event):
    """People of a course count no longer as in it, as its platform's list left them out; the
    subject is the course.
    """

    kind: ClassVar[str] = "course.members-gone"
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersMissed(Event):
    """So many were left out that somebody is asked about it first; the subject is the course."""

    kind: ClassVar[str] = "course.members-missed"
    missing: int
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersStay(Event):
    """An instructor said that those who were left out are in the course; the subject is it."""

    kind: ClassVar[str] = "course.members-stay"
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersArrived(Event):
    """People came into a copy of a course in which something waits for them; the subject is it."""

    kind: ClassVar[str] = "course.members-arrived"
    people: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivitySeen(Event):
    """Something of a copy of a course was seen, or got its name; the subject is the course."""

    kind: ClassVar[str] = "course.activity-seen"
    activity_id: UUID
