"""Tables of the people room."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from plugin.foundation.tenancy import Owned


class Person(Owned):
    """Somebody. Platforms may send neither name nor address: both stay unknown then."""

    __tablename__ = "person"

    name: Mapped[str | None]
    email: Mapped[str | None]
    language: Mapped[str | None]
    zone: Mapped[str | None]
    """IANA time zone; None until the platform or the person said it."""
    created_at: Mapped[datetime]


class PersonIdentifier(Owned):
    """One of the ways by which systems call a person, e.g. ("account", issuer, sub)."""

    __tablename__ = "person_identifier"
    __table_args__ = (UniqueConstraint("organisation_id", "scheme", "home", "value"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    scheme: Mapped[str]
    home: Mapped[str]
    """Where the value is unique, as compared (`same_place`); empty: it is unique everywhere."""
    home_as_said: Mapped[str]
    """The same as the platform spells it: learning records of ours must spell it so too."""
    value: Mapped[str]
    evidence: Mapped[str]
    """How we know: "launch", "roster" …"""
    created_at: Mapped[datetime]
