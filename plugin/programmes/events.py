"""What happens in a programme."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from plugin.foundation.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened(Event):
    """There is mentoring in a course; the subject is the programme."""

    kind: ClassVar[str] = "programme.opened"


@dataclass(frozen=True, slots=True, kw_only=True)
class MentorAttached(Event):
    """An instructor attached a mentor; the subject is the mentor's participation."""

    kind: ClassVar[str] = "programme.mentor-attached"
    programme_id: UUID
    person_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class MentorDetached(Event):
    """An instructor detached a mentor; the subject is the mentor's participation."""

    kind: ClassVar[str] = "programme.mentor-detached"
    programme_id: UUID
    person_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacesChanged(Event):
    """A mentor said how many mentees they take; the subject is the participation."""

    kind: ClassVar[str] = "programme.places-changed"
    programme_id: UUID
    capacity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined(Event):
    """A learner joined; the subject is the participation."""

    kind: ClassVar[str] = "programme.joined"
    programme_id: UUID
    person_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Left(Event):
    """A learner left; the subject is the participation."""

    kind: ClassVar[str] = "programme.left"
    programme_id: UUID
    person_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointSet(Event):
    """An instructor set a rule; the subject is the checkpoint."""

    kind: ClassVar[str] = "programme.checkpoint-set"
    programme_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointRetired(Event):
    """An instructor took a rule back; the subject is the checkpoint."""

    kind: ClassVar[str] = "programme.checkpoint-retired"
    programme_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingStopped(Event):
    """Somebody wants no more records about them; the subject is the participation."""

    kind: ClassVar[str] = "programme.recording-stopped"
    person_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedGroupsSet(Event):
    """An instructor or an administrator chose which records are written; the subject is the
    programme.
    """

    kind: ClassVar[str] = "programme.recorded-groups-set"
    off: str
    """The groups that are off, in one word each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswersChanged(Event):
    """Somebody who takes part answers, wishes or refuses otherwise; the subject is the
    participation. What was answered is not told.
    """

    kind: ClassVar[str] = "programme.answers-changed"
    programme_id: UUID
    person_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionsSet(Event):
    """An instructor asks other questions; the subject is the programme."""

    kind: ClassVar[str] = "programme.questions-set"
    programme_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PairsBySet(Event):
    """An instructor chose how mentees come to their mentors; the subject is the programme."""

    kind: ClassVar[str] = "programme.pairs-by-set"
    programme_id: UUID
    pairs_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceSet(Event):
    """An instructor said for which course groups it is; the subject is the programme."""

    kind: ClassVar[str] = "programme.audience-set"
    programme_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyAnswered(Event):
    """An instructor of a copied course said whether to keep mentors and rules; the subject is the
    copy (`CourseCopy`).
    """

    kind: ClassVar[str] = "programme.copy-answered"
    answer: str
