"""Tables of the launches room."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from plugin.foundation.tenancy import Owned


class BrowserSession(Owned):
    """One person in one browser. The cookie's token is kept as a digest."""

    __tablename__ = "browser_session"
    __table_args__ = (Index("ix_browser_session_expires_at", "expires_at"),)

    digest: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Launch(Owned):
    """One launch. Its id stands in every page's address, so that two tabs are two visits."""

    __tablename__ = "launch"

    session_id: Mapped[UUID] = mapped_column(
        ForeignKey("browser_session.id", ondelete="CASCADE"), index=True
    )
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"))
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    resource_link_id: Mapped[UUID | None] = mapped_column(ForeignKey("resource_link.id"))
    roles: Mapped[list[str]]
    language: Mapped[str | None]
    return_url: Mapped[str | None]
    frame_origins: Mapped[list[str]]
    deep_linking: Mapped[dict[str, Any] | None]
    """What the platform takes back; only for deep linking launches, until they are answered."""
    created_at: Mapped[datetime]
