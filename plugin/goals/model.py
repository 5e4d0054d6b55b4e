"""Tables of the goals room."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from plugin.foundation.tenancy import Owned


class Commitment(Owned):
    """One next step: what a mentee will try, by when. Seen by the two of the pairing alone."""

    __tablename__ = "commitment"

    checkin_id: Mapped[UUID] = mapped_column(ForeignKey("checkin.id"), unique=True)
    pairing_id: Mapped[UUID] = mapped_column(ForeignKey("pairing.id"), index=True)
    mentee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    step: Mapped[str]
    """As the mentee wrote it when looking back."""
    by: Mapped[date | None]
    state: Mapped[str]
    made_at: Mapped[datetime]
    moved_at: Mapped[datetime]
