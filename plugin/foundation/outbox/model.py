"""Tables of the outbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from plugin.foundation.outbox.values import Outcome
from plugin.foundation.tenancy import Owned

_WAITING = text("settled_at IS NULL")
_PARKED = text(f"outcome = '{Outcome.GIVEN_UP}'")
_CHANNELS = UUID("0b7d6d5e-3a55-4b3c-8f0e-6f6f1d1b8a52")


def channel_id(organisation_id: UUID, kind: str, target: str = "") -> UUID:
    """Return the id of the channel in which such debts wait, always the same."""
    return uuid5(_CHANNELS, f"{organisation_id}:{kind}:{target}")


class Debt(Owned):
    """One thing owed to one other system, or to our own worker."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("organisation_id", "kind", "target", "key"),
        Index(  # all that choosing what is next reads, of one row as of a million
            "ix_outbox_waiting",
            "kind",
            "channel",
            "due_at",
            "place",
            postgresql_where=_WAITING,
            sqlite_where=_WAITING,
        ),
        Index(
            "ix_outbox_parked",
            "organisation_id",
            "settled_at",
            postgresql_where=_PARKED,
            sqlite_where=_PARKED,
        ),
        Index("ix_outbox_settled_at", "settled_at"),
        Index("ix_outbox_lane", "organisation_id", "kind", "lane"),
    )

    kind: Mapped[str]
    target: Mapped[str]
    """Where to, for kinds that go to several places; empty: there is only one."""
    channel: Mapped[UUID]
    """`channel_id` of organisation, kind and target."""
    key: Mapped[str]
    lane: Mapped[str | None]
    """Where only the newest counts, e.g. one person's score in one line item."""
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    place: Mapped[int] = mapped_column(BigInteger)
    """Which comes first of those that are due at one moment."""
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    settled_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    problem: Mapped[str | None]
    """Why the last attempt failed; a slug and a status, no personal data."""
    said: Mapped[str | None]
    """What the other side said to it, as far as an administrator needs it."""


class Channel(Owned):
    """What is known of one organisation's way to one target, for debts of one kind."""

    __tablename__ = "outbox_channel"
    __table_args__ = (UniqueConstraint("organisation_id", "kind", "target"),)

    kind: Mapped[str]
    target: Mapped[str]
    served_at: Mapped[datetime]
    """When a worker last took something from it."""
    due_at: Mapped[datetime]
    """Before that nothing is tried."""
    leased_until: Mapped[datetime | None]
    """One worker at a time, where order is kept."""
    lease: Mapped[int] = mapped_column(BigInteger, default=0)
    """Counts the leases, so that who is late does not end somebody else's."""
    failures: Mapped[int] = mapped_column(default=0)
    """In a row; 0 once the target has answered."""
    problem: Mapped[str | None]
    away_since: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    paused_by: Mapped[str | None]
    """`PausedBy`."""


class Named(Owned):
    """That a debt is about somebody: what waits can then be found when they say stop."""

    __tablename__ = "outbox_named"
    __table_args__ = (
        UniqueConstraint("debt_id", "name"),
        Index("ix_outbox_named_name", "organisation_id", "name"),
    )

    debt_id: Mapped[UUID] = mapped_column(ForeignKey("outbox.id", ondelete="CASCADE"))
    name: Mapped[str]
    """What `owe` was given; not readable, if it would tell who."""
