"""Tables of the completions room."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from plugin.foundation.tenancy import Owned


class Status(StrEnum):
    """What has come of a completion."""

    NEW = "new"
    WAITING = "waiting"
    """Something is not known yet (see `reason`); looked at again when it may be."""
    APPLIED = "applied"
    COUNTED = "counted"
    """Understood, counted in reports, but it opens nothing (see `reason`)."""


class Reason(StrEnum):
    """Why a completion waits, or opened nothing."""

    PERSON_UNKNOWN = "person-unknown"
    COURSE_UNKNOWN = "course-unknown"
    NO_MENTOR_YET = "no-mentor-yet"
    NO_CHECKPOINT = "no-checkpoint"
    BEFORE_CHECKPOINT = "before-checkpoint"
    TOO_OLD = "too-old"
    NOT_TAKING_PART = "not-taking-part"
    OPEN_ALREADY = "open-already"
    TAKEN_BACK = "taken-back"
    NOT_PASSED = "not-passed"
    FAILED = "failed"
    """A fault of ours; the log has it."""


class CompletionRow(Owned):
    """The inbox: one row an event of the source, however often it was sent."""

    __tablename__ = "completion"
    __table_args__ = (
        UniqueConstraint("organisation_id", "source", "source_event_id"),
        Index("ix_completion_status_at", "status", "at", "state", "received_at"),
        Index("ix_completion_person", "organisation_id", "person_digest"),
        Index("ix_completion_course", "organisation_id", "course_digest"),
        Index("ix_completion_checkpoint_id_person_id", "checkpoint_id", "person_id"),
    )

    source: Mapped[str]
    source_event_id: Mapped[str]
    person_keys: Mapped[list[list[str]]]
    """[scheme, home, value] each, the surest first."""
    person_digest: Mapped[str]
    """Of the surest key, to be found by when that person becomes known (keys may be endless)."""
    course_digest: Mapped[str | None]
    """Of the course's IRI as compared, to be found by when that course becomes known."""
    course_iri: Mapped[str | None]
    module_iri: Mapped[str | None]
    kind: Mapped[str]
    state: Mapped[str]
    at: Mapped[datetime]
    reference: Mapped[UUID | None]
    received_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(default=Status.NEW)
    reason: Mapped[str | None]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    checkpoint_id: Mapped[UUID | None] = mapped_column(ForeignKey("checkpoint.id"))
