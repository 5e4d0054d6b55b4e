"""Tables of the programmes room."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from plugin.foundation.tenancy import Owned
from plugin.platforms.model import ActorForm


class Part(StrEnum):
    """What somebody does in a programme; a person may do both."""

    MENTOR = "mentor"
    MENTEE = "mentee"


class Talk(StrEnum):
    """How somebody likes to talk."""

    CALL = "call"
    IN_PERSON = "in-person"
    IN_WRITING = "in-writing"


class PairsBy(StrEnum):
    """How mentees come to their mentors."""

    AT_ONCE = "at-once"
    """Whoever joins gets the best mentor with a free place."""
    DRAFT = "draft"
    """The instructor makes drafts for everybody and publishes one."""


class Programme(Owned):
    """Mentoring beside one course."""

    __tablename__ = "programme"

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"), unique=True)
    name: Mapped[str]
    created_at: Mapped[datetime]
    pairs_by: Mapped[str] = mapped_column(default=PairsBy.AT_ONCE)
    questions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What is asked beyond the three questions (`questions.py`)."""
    audience: Mapped[list[str]] = mapped_column(default=list)
    """Ids of the course groups that it is for, as the platform calls them; empty: everybody."""
    recorded_groups: Mapped[dict[str, bool]] = mapped_column(default=dict)
    """Which groups of learning records an instructor switched on or off; the others are as they
    are by default (`plugin.records.groups`).
    """


class Checkpoint(Owned):
    """A rule: when this is completed, a check-in of so many minutes within so many days."""

    __tablename__ = "checkpoint"

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"), index=True)
    place: Mapped[str]
    """The course's or module's IRI as compared (`CourseActivity.place`)."""
    iri: Mapped[str]
    kind: Mapped[str]
    """"course" or "module"."""
    name: Mapped[str]
    minutes: Mapped[int]
    within_days: Mapped[int]
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class KeptPart(Owned):
    """A mentor or a rule that a copy of a course keeps of the one that it was copied from.

    It waits until the mentor, or what the rule is about, is seen in the copy.
    """

    __tablename__ = "kept_part"
    __table_args__ = (
        UniqueConstraint("copy_id", "mentor_id"),
        UniqueConstraint("copy_id", "rule_id"),
    )

    copy_id: Mapped[UUID] = mapped_column(ForeignKey("course_copy.id"))
    mentor_id: Mapped[UUID | None] = mapped_column(ForeignKey("participation.id"))
    """The mentor's part in the programme of the origin; None: it is a rule."""
    rule_id: Mapped[UUID | None] = mapped_column(ForeignKey("checkpoint.id"))
    """The rule there; None: it is a mentor."""
    became: Mapped[UUID | None]
    """The participation or the rule in the copy; None: it waits."""
    was_there: Mapped[bool] = mapped_column(default=False)
    """Somebody had attached or set it by hand: nothing was changed, and undoing changes nothing."""
    kept_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    kept_at: Mapped[datetime]


class Participation(Owned):
    """A person's part in a programme."""

    __tablename__ = "participation"
    __table_args__ = (UniqueConstraint("programme_id", "person_id", "part"),)

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    part: Mapped[str]
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    capacity: Mapped[int]
    """How many mentees a mentor takes; 0 for mentees."""
    talk: Mapped[list[str]]
    """Ways of talking that suit; empty: any."""
    first_use: Mapped[str | None]
    """What a mentee wants to use first; between the pair only."""
    answers: Mapped[dict[str, list[str]]] = mapped_column(default=dict)
    """Question → options chosen (`questions.py`)."""
    wishes: Mapped[list[str]] = mapped_column(default=list)
    """Ids of people whom this person would like to be paired with, dearest first."""
    refuses: Mapped[list[str]] = mapped_column(default=list)
    """Ids of people never to be paired with; the same in both parts of a person. Private: no page
    shows it to anybody else.
    """
    recorded: Mapped[bool] = mapped_column(default=False)
    """The person's own choice: whether learning records are written about their check-ins."""
    recorded_since: Mapped[datetime | None]
    recorded_as: Mapped[str] = mapped_column(
        default=ActorForm.ACCOUNT, server_default=ActorForm.ACCOUNT
    )
    """The least private way of being called in them that the person agreed to (`ActorForm`)."""
