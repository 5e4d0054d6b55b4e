"""Tables of the items room."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from plugin.foundation.tenancy import Owned


class PlacedItem(Owned):
    """An item that an instructor chose for a course. Its id comes back with each of its launches.

    A copy of the course has copies of its items, which say the same id: so it can be told what
    they are copies of.
    """

    __tablename__ = "placed_item"

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"), index=True)
    kind: Mapped[str]
    title: Mapped[str]
    checkpoint_id: Mapped[UUID | None] = mapped_column(ForeignKey("checkpoint.id"))
    """The rule whose check-in it opens."""
    circle_id: Mapped[UUID | None] = mapped_column(ForeignKey("circle.id"))
    available_from: Mapped[datetime | None]
    available_until: Mapped[datetime | None]
    placed_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    placed_at: Mapped[datetime]
