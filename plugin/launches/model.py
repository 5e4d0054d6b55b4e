"""Tables of the launches room."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from plugin.foundation.db import Base
from plugin.foundation.tenancy import Owned


class BrowserSession(Owned):
    """One person in one browser. Its key comes by cookie or in addresses; we keep a digest."""

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
    deployment_id: Mapped[str | None]
    """None: from before it was kept."""
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    resource_link_id: Mapped[UUID | None] = mapped_column(ForeignKey("resource_link.id"))
    roles: Mapped[list[str]]
    language: Mapped[str | None]
    return_url: Mapped[str | None]
    frame_origins: Mapped[list[str]]
    deep_linking: Mapped[dict[str, Any] | None]
    """What the platform takes back; only for deep linking launches, until they are answered."""
    item: Mapped[dict[str, Any] | None]
    """What it says of the item that was opened (`items.Said`); None: the mentoring home."""
    for_subject: Mapped[str | None]
    """Whom the launch is about, as the platform calls them, where that is not who opens it."""
    created_at: Mapped[datetime]


class RefusedLaunch(Owned):
    """A launch that was not let in, for whoever has to find out why. Says nothing of the person."""

    __tablename__ = "refused_launch"
    __table_args__ = (Index("ix_refused_launch_newest", "organisation_id", "refused_at"),)

    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"))
    refused_at: Mapped[datetime]
    reference: Mapped[str]
    """What the person sees on the page and can pass on: the id of the request."""
    slug: Mapped[str]
    check: Mapped[str | None]
    specification: Mapped[str | None]
    is_signed: Mapped[bool]
    """Whether the platform signed it; if not, anybody may have written the claims."""
    claims: Mapped[dict[str, Any]]
    """What was claimed, as far as it is about the platform and the course (see redaction.py)."""


class StrayRefusal(Base):
    """A login or launch that was refused and is no organisation's: for whoever runs the tool.

    It says who the platform said that it is. Nobody vouches for that, and nothing else is kept.
    """

    __tablename__ = "stray_refusal"
    __table_args__ = (Index("ix_stray_refusal_refused_at", "refused_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    refused_at: Mapped[datetime]
    reference: Mapped[str]
    slug: Mapped[str]
    issuer: Mapped[str | None]
    client_id: Mapped[str | None]
