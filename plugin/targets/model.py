"""Tables of the targets room."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID, uuid5

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lrs_bridge.version import Version
from plugin.foundation.tenancy import Owned

STATEMENT: Final = "statement"
"""The kind of debt; its target is the id of a `Target`."""

_THERE = text("removed_at IS NULL")
_INSTALLATIONS = UUID("5b0a6f6e-6b52-4a0e-8f8c-8a6c9d6f1c11")


class Kind(StrEnum):
    """What a target is."""

    INSTALLATION = "installation"
    """Where this installation sends statements unless told otherwise: MENTES_LRS_URL, else ours."""
    EMBEDDED = "embedded"
    REMOTE = "remote"


class Erasing(StrEnum):
    """How a remote store erases what it has about somebody."""

    CANNOT = "cannot"
    SQL_LRS = "sql-lrs"
    """By the admin API of SQL LRS, which takes away all that names them, whoever wrote it."""


def installation_id(organisation_id: UUID) -> UUID:
    """Return the id of an organisation's target of the installation."""
    return uuid5(_INSTALLATIONS, str(organisation_id))


class Target(Owned):
    """A record store that statements go to."""

    __tablename__ = "record_target"
    __table_args__ = (
        Index(
            "ix_record_target_name",
            "organisation_id",
            "name",
            unique=True,
            postgresql_where=_THERE,
            sqlite_where=_THERE,
        ),
    )

    name: Mapped[str]
    kind: Mapped[str]
    endpoint: Mapped[str | None]
    """The URL below which /statements is; None where the settings say it, or it is ours."""
    key: Mapped[str | None]
    sealed_secret: Mapped[str | None]
    version: Mapped[str] = mapped_column(default=Version.V1_0.value)
    """Of xAPI, that it is spoken to in."""
    ours: Mapped[bool] = mapped_column(default=True)
    """Whether it gets what Mentes itself has to tell."""
    told: Mapped[bool]
    """Whether it ever got that: who withdraws is to hear of it, even when it is removed."""
    forwards: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What it gets of what others store here, as `rules.Filter`; None: nothing."""
    erasing: Mapped[str] = mapped_column(default=Erasing.CANNOT)
    admin_url: Mapped[str | None]
    """Of SQL LRS, the URL below which /admin is."""
    admin_user: Mapped[str | None]
    sealed_admin_password: Mapped[str | None]
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class Pseudonym(Owned):
    """What somebody is called at one target from now on, since they withdrew there.

    When they withdraw again it is forgotten for another, and what was sent under it belongs to
    nobody any more.
    """

    __tablename__ = "record_pseudonym"
    __table_args__ = (UniqueConstraint("target_id", "instead_of"),)

    target_id: Mapped[UUID] = mapped_column(ForeignKey("record_target.id"))
    instead_of: Mapped[str]
    """Digest of the identifier that statements would call them by."""
    home_page: Mapped[str]
    name: Mapped[str]
    created_at: Mapped[datetime]


class Ending(StrEnum):
    """What becomes, at one target, of records about somebody who withdrew."""

    ASKED = "asked"
    ERASED = "erased"
    UNLINKED = "unlinked"
    FAILED = "failed"
    """The store refused to erase; whoever administers Mentes is told."""


class Withdrawal(Owned):
    """That somebody withdrew their consent, and what came of it at one target."""

    __tablename__ = "record_withdrawal"
    __table_args__ = (Index("ix_record_withdrawal_person_id", "person_id", "asked_at"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    target_id: Mapped[UUID] = mapped_column(ForeignKey("record_target.id"))
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    asked_at: Mapped[datetime]
    ending: Mapped[str]
    ended_at: Mapped[datetime | None]
