"""Tables of the people room."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from plugin.foundation.tenancy import Owned


class Person(Owned):
    """Somebody. Platforms may send neither name nor address: both stay unknown then."""

    __tablename__ = "person"
    __table_args__ = (Index("uq_person_own", "id", "organisation_id", unique=True),)

    name: Mapped[str | None]
    email: Mapped[str | None]
    language: Mapped[str | None]
    zone: Mapped[str | None]
    """IANA time zone; None until the platform or the person said it."""
    created_at: Mapped[datetime]
    merged_into: Mapped[UUID | None]
    """Who this person turned out to be; what was theirs is the other's."""


def of_its_organisation() -> ForeignKeyConstraint:
    """Return the key of a row about a person who is of the row's own organisation.

    One key says both, and is looked up once for a row.
    """
    return ForeignKeyConstraint(
        ["person_id", "organisation_id"], ["person.id", "person.organisation_id"]
    )


def _of_mail(column: str) -> Index:
    """Return the index by which whose digest `column` is, is found; few identifiers have one."""
    return Index(
        f"ix_person_identifier_{column}",
        column,
        "organisation_id",
        sqlite_where=text(f"{column} IS NOT NULL"),
        postgresql_where=text(f"{column} IS NOT NULL"),
    )


class PersonIdentifier(Owned):
    """One of the ways by which systems call a person, e.g. ("account", issuer, sub).

    Two people may share one, a mail address say: then it names nobody. Only who signs in is never
    in doubt, so that has a constraint of its own.
    """

    __tablename__ = "person_identifier"
    __table_args__ = (
        of_its_organisation(),
        UniqueConstraint(
            "organisation_id",
            "scheme",
            "value",
            "home",
            "person_id",
            name="uq_person_identifier_once",
        ),
        Index(
            "uq_person_identifier_signs_in",
            "organisation_id",
            "home",
            "value",
            unique=True,
            sqlite_where=text("signs_in"),
            postgresql_where=text("signs_in"),
        ),
        CheckConstraint(
            "(scheme = 'mbox') = (sha1sum IS NOT NULL AND bare_sha1sum IS NOT NULL)", name="summed"
        ),
        _of_mail("sha1sum"),
        _of_mail("bare_sha1sum"),
    )

    organisation_id: Mapped[UUID] = mapped_column()
    person_id: Mapped[UUID] = mapped_column(index=True)
    scheme: Mapped[str]
    home: Mapped[str]
    """Where the value is unique, as compared (`same_place`); empty: it is unique everywhere."""
    home_as_said: Mapped[str]
    """The same as the platform spells it: learning records of ours must spell it so too."""
    value: Mapped[str]
    sha1sum: Mapped[str | None]
    """Of a mail address, which alone has one: its digest as xAPI makes it (mbox_sha1sum)."""
    bare_sha1sum: Mapped[str | None]
    """The same as Open edX makes it, without mailto:."""
    evidence: Mapped[str]
    """How we know (`identifiers.Evidence`)."""
    said_by: Mapped[str]
    """The platform that says so, as compared; empty: none, somebody bound it by hand."""
    signs_in: Mapped[bool] = mapped_column(default=False)
    """Whether launches are recognised by it: the platform's own (issuer, sub), and nothing else."""
    told: Mapped[dict[str, str]] = mapped_column(default=dict)
    """Where it signs in: the other names that the platform gave last (`telling`)."""
    created_at: Mapped[datetime]
    verified_at: Mapped[datetime]
    """When the platform said so last, to the hour. Of what it told with an account, the account's
    says it: one row is written where somebody is seen again, and not one for each of their names.
    """
    set_aside_at: Mapped[datetime | None]
    """When somebody decided that it is not this person's; launches do not bring it back."""
    merged_from: Mapped[UUID | None]
    """Whose it was before two people were merged."""


class PrivacyRequest(Owned):
    """Somebody asks for their data, or for its erasure; an administrator does it and says so."""

    __tablename__ = "privacy_request"
    __table_args__ = (
        Index(
            "uq_privacy_request_open",
            "person_id",
            "kind",
            unique=True,
            sqlite_where=text("settled_at IS NULL"),
            postgresql_where=text("settled_at IS NULL"),
        ),
        Index("ix_privacy_request_asked_at", "organisation_id", "asked_at"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]
    """"export" or "erase"."""
    asked_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


class PersonMerge(Owned):
    """That two people were made one, with every row that changed hands, for undoing it."""

    __tablename__ = "person_merge"

    kept_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    merged_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    moved: Mapped[dict[str, list[str]]]
    """Column ("membership.person_id") → ids of rows."""
    before: Mapped[dict[str, Any]]
    """How it was with what was changed otherwise."""
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    """None: by command."""
    made_at: Mapped[datetime]
    undone_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    undone_at: Mapped[datetime | None]
