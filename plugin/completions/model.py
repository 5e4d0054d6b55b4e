"""Tables of the completions room."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
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
    PERSON_AMBIGUOUS = "person-ambiguous"
    """Two people are called so; somebody has to say whose it is."""
    COURSE_UNKNOWN = "course-unknown"
    NO_MENTOR_YET = "no-mentor-yet"
    NO_CHECKPOINT = "no-checkpoint"
    BEFORE_CHECKPOINT = "before-checkpoint"
    TOO_OLD = "too-old"
    NOT_TAKING_PART = "not-taking-part"
    OPEN_ALREADY = "open-already"
    TAKEN_BACK = "taken-back"
    NOT_PASSED = "not-passed"
    OWN_ITEM = "own-item"
    """It tells of our own item: that somebody was here, or that we scored them."""
    SO_BEFORE = "so-before"
    """It was so when its source was first looked at; nobody knows since when."""
    FAILED = "failed"
    """A fault of ours; the log has it. It is tried again (`failing`)."""


class SourceKind(StrEnum):
    """The ways by which completions come."""

    RECORD_STORE = "record-store"
    """Statements arrive at the embedded record store; one source for each credential."""
    REMOTE_STORE = "remote-store"
    """Statements are read from another record store."""
    CANVAS = "canvas"
    CALIPER = "caliper"
    WEBHOOK = "webhook"
    RESULTS = "results"
    """Results of a line item are read from a gradebook."""
    ITEM = "item"
    """Items of ours stand behind a restriction of the LMS."""
    MANUAL = "manual"
    """Learners say it themselves."""
    FILE = "file"
    """Somebody uploads a table."""


XAPI = frozenset({SourceKind.RECORD_STORE, SourceKind.REMOTE_STORE})
"""What comes so is told of by a learning record already."""


_FAILED = text(f"reason = '{Reason.FAILED}'")


class CompletionRow(Owned):
    """The inbox: one row an event of the source, however often it was sent."""

    __tablename__ = "completion"
    __table_args__ = (
        UniqueConstraint("organisation_id", "source", "source_event_id"),
        Index("ix_completion_due", "organisation_id", "status", "lane", "at"),
        Index("ix_completion_received_at", "status", "received_at"),
        Index("ix_completion_person", "organisation_id", "person_digest", "at"),
        Index("ix_completion_course", "organisation_id", "course_digest", "at"),
        Index("ix_completion_reference", "organisation_id", "reference"),
        Index(
            "ix_completion_failed",
            "failures",
            "failed_at",
            postgresql_where=_FAILED,
            sqlite_where=_FAILED,
        ),
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
    course_name: Mapped[str | None]
    """What the source calls the course, in the language that it gave first."""
    module_iri: Mapped[str | None]
    module_name: Mapped[str | None]
    kind: Mapped[str]
    state: Mapped[str]
    at: Mapped[datetime]
    reference: Mapped[UUID | None]
    lti_item_names: Mapped[list[str]] = mapped_column(default=list)
    """What the module is called, if it is an item of some LTI tool (it may be our own); [""] if it
    is one and has no name."""
    came_by: Mapped[str] = mapped_column(default=SourceKind.RECORD_STORE)
    """`SourceKind`: how it came."""
    lane: Mapped[int] = mapped_column(default=0)
    """All completions of one person are in one lane, which one worker at a time works through."""
    received_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(default=Status.NEW)
    reason: Mapped[str | None]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    checkpoint_id: Mapped[UUID | None] = mapped_column(ForeignKey("checkpoint.id"))
    failures: Mapped[int] = mapped_column(default=0)
    """How often we failed to look at it."""
    failed_at: Mapped[datetime | None]
    """When we did last."""
    observed: Mapped[bool] = mapped_column(default=False)
    """Whether `CompletionObserved` was raised for it, and `CompletionTakenBack` not since."""


class SourceRow(Owned):
    """Where an organisation's completions come from, and how that goes."""

    __tablename__ = "completion_source"
    __table_args__ = (
        UniqueConstraint("organisation_id", "kind", "name"),
        Index("ix_completion_source_due_at", "due_at"),
    )

    kind: Mapped[str]
    name: Mapped[str]
    """What an organisation's people call it; no names of people."""
    path: Mapped[str | None] = mapped_column(unique=True)
    """The unguessable end of the address that others post to; None: nobody posts to it."""
    configuration: Mapped[dict[str, Any]]
    """By kind; see `kinds.py`. No secrets."""
    secret: Mapped[str | None]
    """Sealed."""
    former_secret: Mapped[str | None]
    """The one before, sealed, while the other side may still use it."""
    former_until: Mapped[datetime | None]
    enabled: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    # How it goes.
    received: Mapped[int] = mapped_column(default=0)
    """Completions that were new."""
    repeated: Mapped[int] = mapped_column(default=0)
    """Completions that we had already."""
    passed_over: Mapped[int] = mapped_column(default=0)
    """Events that are about something else."""
    last_seen_at: Mapped[datetime | None]
    last_completion_at: Mapped[datetime | None]
    """When the last new completion was received."""
    problem: Mapped[str | None]
    """Why the last look failed: a slug; None: it did not."""
    problem_at: Mapped[datetime | None]
    # Where looking has come to, for those that are looked at by a worker.
    cursor: Mapped[dict[str, Any]] = mapped_column(default=dict)
    read_to: Mapped[datetime | None]
    """Everything that the other side had at this moment has been read."""
    due_at: Mapped[datetime | None]
    """When it is looked at next; None: nobody looks, others post."""
    leased_until: Mapped[datetime | None]
    lease: Mapped[int] = mapped_column(default=0)
    """Grows with every lease: who holds an older one records nothing."""
    failures: Mapped[int] = mapped_column(default=0)
    """Looks that failed since the last that did not."""


class RefusedDelivery(Owned):
    """What was sent to a source and not taken: counted by the reason, nothing of it kept."""

    __tablename__ = "refused_delivery"
    __table_args__ = (UniqueConstraint("source_id", "slug", "hour"),)

    source_id: Mapped[UUID] = mapped_column(ForeignKey("completion_source.id", ondelete="CASCADE"))
    slug: Mapped[str]
    hour: Mapped[datetime]
    pointer: Mapped[str]
    """Where in the last of them: a JSON pointer or the name of a header, never a value."""
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    times: Mapped[int]


class SeenLineItem(Owned):
    """A column of a course's gradebook, as the platform listed it when somebody asked."""

    __tablename__ = "seen_line_item"
    __table_args__ = (UniqueConstraint("course_id", "url"),)

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    url: Mapped[str]
    label: Mapped[str]
    seen_at: Mapped[datetime]
