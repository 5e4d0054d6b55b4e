"""Tables of the check-ins room."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from plugin.foundation.tenancy import Owned


class CheckIn(Owned):
    """One short conversation, owed because a checkpoint was completed."""

    __tablename__ = "checkin"
    __table_args__ = (
        UniqueConstraint("checkpoint_id", "mentee_id"),
        Index("ix_checkin_pairing_id", "pairing_id", "state"),
    )

    pairing_id: Mapped[UUID] = mapped_column(ForeignKey("pairing.id"))
    checkpoint_id: Mapped[UUID] = mapped_column(ForeignKey("checkpoint.id"))
    mentee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    state: Mapped[str]
    minutes: Mapped[int]
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    completed_at: Mapped[datetime]
    """When the mentee completed what this is about."""
    starts_at: Mapped[datetime | None]
    meeting_place: Mapped[str | None]
    """A link or a room; seen by the two."""
    booking_sequence: Mapped[int] = mapped_column(default=0)
    """iCalendar SEQUENCE: grows with every change of the booking (RFC 5546)."""
    held_at: Mapped[datetime | None]
    talked_minutes: Mapped[int | None]
    """How long they really talked, if one of them said so."""


class Feedback(Owned):
    """How one of the two looks back on a check-in."""

    __tablename__ = "feedback"
    __table_args__ = (UniqueConstraint("checkin_id", "person_id"),)

    checkin_id: Mapped[UUID] = mapped_column(ForeignKey("checkin.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    part: Mapped[str]
    worth: Mapped[str]
    """Seen by its giver alone."""
    next_step: Mapped[str | None]
    """What the mentee will try; seen by the two."""
    next_step_by: Mapped[date | None]
    line: Mapped[str | None]
    """One line to the other; seen by the two."""
    given_at: Mapped[datetime]
