"""Tables of the circles room."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from plugin.foundation.tenancy import Owned


class Circle(Owned):
    """A mentor with some learners of one programme around a topic."""

    __tablename__ = "circle"

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"), index=True)
    topic: Mapped[str]
    mentor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    group_id: Mapped[str | None]
    """The course group that it was made from, as the platform calls it; members are our own."""
    made_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class CircleMember(Owned):
    """A learner in a circle."""

    __tablename__ = "circle_member"
    __table_args__ = (UniqueConstraint("circle_id", "person_id"),)

    circle_id: Mapped[UUID] = mapped_column(ForeignKey("circle.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


class CircleSession(Owned):
    """One meeting of a circle; those in the circle share its agenda."""

    __tablename__ = "circle_session"
    __table_args__ = (Index("ix_circle_session_circle_id", "circle_id", "starts_at"),)

    circle_id: Mapped[UUID] = mapped_column(ForeignKey("circle.id"))
    state: Mapped[str]
    starts_at: Mapped[datetime]
    minutes: Mapped[int]
    meeting_place: Mapped[str | None]
    agenda: Mapped[list[str]]
    """Its points; seen by those in the circle."""
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    held_at: Mapped[datetime | None]


class CircleAttendance(Owned):
    """Somebody was there when a session was held."""

    __tablename__ = "circle_attendance"
    __table_args__ = (UniqueConstraint("session_id", "person_id"),)

    session_id: Mapped[UUID] = mapped_column(ForeignKey("circle_session.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
