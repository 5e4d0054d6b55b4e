"""Tables of the pairings room."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from plugin.foundation.tenancy import Owned


class EndReason(StrEnum):
    """Why a pairing closed, in the profile's words."""

    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"
    REMATCHED = "rematched"
    OTHER = "other"


class Pairing(Owned):
    """A mentor and a mentee of one programme. A mentee has one open pairing at a time."""

    __tablename__ = "pairing"
    __table_args__ = (
        Index(
            "uq_pairing_open",
            "programme_id",
            "mentee_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_pairing_mentor_id", "mentor_id", "programme_id"),
    )

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    mentor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    mentee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    reasons: Mapped[list[dict[str, Any]]]
    """Why these two, as both may see it (`plugin.matching.reasons`)."""
    made_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]
