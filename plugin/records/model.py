"""Tables of the records room."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from plugin.foundation.tenancy import Owned


class SentScore(Owned):
    """The score that went last to one person's cell of a gradebook, or is on its way there."""

    __tablename__ = "sent_score"
    __table_args__ = (UniqueConstraint("organisation_id", "cell"),)

    cell: Mapped[str]
    """Digest of line item and user: found in an index, however long the URL is."""
    line_item: Mapped[str]
    """The line item's URL."""
    user_id: Mapped[str]
    """As the platform calls them."""
    key: Mapped[str]
    """Of the debt: the same one sent again is the same score."""
    happened_at: Mapped[datetime]
    given: Mapped[float]
    timestamp: Mapped[datetime]
    """As sent: later than every one before it, as far as the platform can see."""


class GradebookColumn(Owned):
    """What an instructor said of our column in a course's gradebook; no row: nothing yet."""

    __tablename__ = "gradebook_column"
    __table_args__ = (UniqueConstraint("course_id"),)

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    label: Mapped[str]
    points: Mapped[int]
    """What all check-ins together are worth: the maximum of the column."""
    stopped_at: Mapped[datetime | None]
    """Since when nothing is reported; None: it is."""
    removed_at: Mapped[datetime | None]
    """Since when the column is not wanted any more, either."""


class Told(Owned):
    """That a statement was owed, so that it can be taken back. Whom it is about is not kept."""

    __tablename__ = "told"
    __table_args__ = (
        UniqueConstraint("organisation_id", "statement_id"),
        Index("ix_told_event_id", "event_id"),
    )

    statement_id: Mapped[UUID]
    event_id: Mapped[UUID]
    revision: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime]
    voided_at: Mapped[datetime | None]


class ToldName(Owned):
    """By what somebody was called in what was told of a programme, and may still be called there.

    A mail address or a username changes; what was told under the old one is theirs all the same.
    It is forgotten when they withdraw.
    """

    __tablename__ = "told_name"
    __table_args__ = (UniqueConstraint("person_id", "programme_id", "digest"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    digest: Mapped[str]
    """Of the identifier (`targets.rules.digest`)."""
    agent: Mapped[dict[str, Any]]
    """As statements write it."""
