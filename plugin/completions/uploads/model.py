"""Tables of uploads."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from plugin.foundation.tenancy import Owned


class State(StrEnum):
    """How far an upload is."""

    CHECKING = "checking"
    """A worker finds out what it would do."""
    CHECKED = "checked"
    """Somebody has to say whether it shall be done."""
    REFUSED = "refused"
    """The file is no table that can be read (see `problem`)."""
    APPLYING = "applying"
    APPLIED = "applied"
    UNDOING = "undoing"
    UNDONE = "undone"


AT_WORK = frozenset({State.CHECKING, State.APPLYING, State.UNDOING})
"""A worker does the next step."""


class Layout(StrEnum):
    """What kind of table it is."""

    OURS = "ours"
    ONE_ROSTER = "one-roster"


class Outcome(StrEnum):
    """What becomes of a line."""

    PROBLEM = "problem"
    """It cannot be read (see `column` and `fault`)."""
    NOTHING = "nothing"
    """It tells of no completion, such as a result that is not graded yet."""
    KNOWN = "known"
    """The same was told before."""
    OPENS = "opens"
    """Foreseen: a check-in opens."""
    TAKES_BACK = "takes-back"
    """Foreseen: a check-in is taken back."""
    WAITS = "waits"
    """Foreseen (see `reason`)."""
    COUNTS = "counts"
    """Foreseen: it opens nothing (see `reason`)."""
    BROUGHT = "brought"
    """It is in the inbox, where what became of it is written."""


class Undone(StrEnum):
    """What became of a line that was brought when the upload was taken back."""

    FORGOTTEN = "forgotten"
    """It had opened nothing."""
    WITHDRAWN = "withdrawn"
    """The check-in that it had opened is withdrawn."""
    TOLD_ELSEWHERE = "told-elsewhere"
    """Another source says the same: the check-in stays, the line is forgotten."""
    STAYS = "stays"
    """Somebody has acted upon the check-in."""
    STAYS_TAKEN_BACK = "stays-taken-back"
    """It had taken a check-in back, and that is not given out again."""


class Upload(Owned):
    """A file that somebody uploaded; of its text nothing is left once it is applied."""

    __tablename__ = "completion_upload"
    __table_args__ = (
        Index("ix_completion_upload_created_at", "organisation_id", "created_at"),
        Index("ix_completion_upload_state", "state", "created_at"),
    )

    name: Mapped[str]
    """What the file was called."""
    layout: Mapped[str]
    digest: Mapped[str]
    """SHA-256 of its content."""
    size: Mapped[int]
    """Bytes, with those of lineItems.csv."""
    configuration: Mapped[dict[str, Any]]
    """zone: of times without one; home: whose usernames these are; threshold: a score, or None."""
    state: Mapped[str] = mapped_column(default=State.CHECKING)
    created_at: Mapped[datetime]
    """Rows are read as of this moment, whenever they are read."""
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    """When the last step was done."""
    line: Mapped[int] = mapped_column(default=0)
    """The last line that the present step is done with."""
    progress: Mapped[int] = mapped_column(default=0)
    """Of the present step, in per cent."""
    rows: Mapped[int] = mapped_column(default=0)
    """Rows that are not empty."""
    problem: Mapped[str | None]
    """Why the file is refused: a slug."""


class UploadPart(Owned):
    """A piece of an uploaded file, until it is applied, cancelled or refused."""

    __tablename__ = "completion_upload_part"
    __table_args__ = (UniqueConstraint("upload_id", "file", "number"),)

    upload_id: Mapped[UUID] = mapped_column(ForeignKey("completion_upload.id", ondelete="CASCADE"))
    file: Mapped[str]
    """ "rows" or "line-items"."""
    number: Mapped[int]
    content: Mapped[bytes]


class UploadLine(Owned):
    """What becomes of one row of an uploaded file; nothing of what stood in it."""

    __tablename__ = "completion_upload_line"
    __table_args__ = (
        UniqueConstraint("upload_id", "line"),
        Index("ix_completion_upload_line_event_id", "upload_id", "event_id"),
        Index("ix_completion_upload_line_opens", "upload_id", "opens"),
        Index("ix_completion_upload_line_completion_id", "completion_id"),
    )

    upload_id: Mapped[UUID] = mapped_column(ForeignKey("completion_upload.id", ondelete="CASCADE"))
    line: Mapped[int]
    outcome: Mapped[str]
    reason: Mapped[str | None]
    """Foreseen: why it would wait or open nothing."""
    column: Mapped[str | None]
    fault: Mapped[str | None]
    event_id: Mapped[str | None]
    """What the row says, as a digest, until it is applied: by it, its like is found."""
    opens: Mapped[str | None]
    """Which check-in would open, as a digest, until it is applied."""
    completion_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("completion.id", ondelete="SET NULL")
    )
    """The row of the inbox that it became; None as well when that was forgotten."""
    undone: Mapped[str | None]
