"""Tables of the platforms room."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Row, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti.registration import Registration
from plugin.foundation.tenancy import Owned


class DeploymentPolicy(StrEnum):
    """What becomes of a deployment that launches for the first time."""

    BY_HAND = "by-hand"
    """It waits until an administrator approves it."""
    ALL = "all"
    """It is approved: whoever may install us there is trusted to."""


class DeploymentState(StrEnum):
    """Whether launches of a deployment are let in; only those of an approved one are."""

    APPROVED = "approved"
    PENDING = "pending"
    """It launched, and nobody has decided yet."""
    REFUSED = "refused"


class ActorForm(StrEnum):
    """By what learning records of a platform call people, the most private first.

    Ours must use the same, or a record store takes one learner for two.
    """

    ACCOUNT = "account"
    """The number that the platform has for them: issuer and LTI subject."""
    MBOX_SHA1SUM = "mbox-sha1sum"
    """A digest of their mail address, as the specification has it: of mailto:…"""
    BARE_SHA1SUM = "bare-sha1sum"
    """A digest of the address alone, as Open edX writes it."""
    USERNAME = "username"
    MBOX = "mbox"

    @property
    def needs_mail(self) -> bool:
        """Whether it is made of a mail address."""
        return self not in (ActorForm.ACCOUNT, ActorForm.USERNAME)

    def but_no_less_private_than(self, other: ActorForm) -> ActorForm:
        """Return the more private of the two."""
        return min(self, other, key=list(ActorForm).index)


class RegistrationRow(Owned):
    """One agreement with one platform: issuer and client id."""

    __tablename__ = "registration"
    __table_args__ = (UniqueConstraint("issuer", "client_id"),)

    name: Mapped[str]
    issuer: Mapped[str]
    client_id: Mapped[str]
    authorization_endpoint: Mapped[str]
    token_endpoint: Mapped[str]
    jwks_uri: Mapped[str]
    token_audience: Mapped[str | None]
    product: Mapped[str | None]
    enabled: Mapped[bool] = mapped_column(default=True)
    allow_anonymous: Mapped[bool] = mapped_column(default=False)
    """Whether launches that do not say who it is are let in, each as a person of its own."""
    trusted_audiences: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    """For whom its tokens may be meant, too, beside us."""
    administrators_are_analysts: Mapped[bool] = mapped_column(default=False)
    """Whether administrators of the institution may read its reports (opt-in)."""
    deployment_policy: Mapped[str] = mapped_column(
        default=DeploymentPolicy.BY_HAND, server_default=DeploymentPolicy.BY_HAND
    )
    actor_form: Mapped[str] = mapped_column(
        default=ActorForm.ACCOUNT, server_default=ActorForm.ACCOUNT
    )
    """By what the platform's own learning records call people."""
    actor_home: Mapped[str | None]
    """The home page that they name beside a username; None: the issuer."""
    created_at: Mapped[datetime]

    deployments: Mapped[list[DeploymentRow]] = relationship(
        back_populates="registration", lazy="selectin", cascade="all, delete-orphan"
    )

    def as_value(self) -> Registration:
        """Return this registration as `lti` knows it."""
        approved = (each for each in self.deployments if each.state == DeploymentState.APPROVED)
        return as_registration(self, (each.deployment_id for each in approved))


def as_registration(row: RegistrationRow | Row[Any], deployment_ids: Iterable[str]) -> Registration:
    """Return a row, however it was read, with its approved deployments as `lti` knows them."""
    return Registration(
        id=str(row.id),
        issuer=row.issuer,
        client_id=row.client_id,
        authorization_endpoint=row.authorization_endpoint,
        token_endpoint=row.token_endpoint,
        jwks_uri=row.jwks_uri,
        token_audience=row.token_audience,
        deployment_ids=frozenset(deployment_ids),
        product=row.product,
        trusted_audiences=frozenset(row.trusted_audiences),
        allow_anonymous=row.allow_anonymous,
    )


class DeploymentRow(Owned):
    """One installation under a registration, also one that waits for approval."""

    __tablename__ = "deployment"
    __table_args__ = (UniqueConstraint("registration_id", "deployment_id"),)

    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"))
    deployment_id: Mapped[str]
    state: Mapped[str] = mapped_column(
        default=DeploymentState.APPROVED, server_default=DeploymentState.APPROVED
    )
    administers: Mapped[bool] = mapped_column(default=False)
    """Whether administrators of its institution, as it calls them, administer Mentes as well."""
    created_at: Mapped[datetime]
    """When it was first seen, or registered."""
    notices_url: Mapped[str | None]
    """Where it is told what we want to hear of, if the platform has notices."""
    notice_types: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    """What it can tell of, as its launches say."""

    registration: Mapped[RegistrationRow] = relationship(back_populates="deployments")


class NoticeRow(Owned):
    """A notice that was acted upon. A platform may send it again; we act once."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("registration_id", "notice_id"),
        Index("ix_notice_received_at", "received_at"),
    )

    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"))
    notice_id: Mapped[str]
    type: Mapped[str]
    received_at: Mapped[datetime]


class Invitation(Owned):
    """A one-time link by which a platform's administrator registers it. Kept as a digest."""

    __tablename__ = "registration_invitation"

    digest: Mapped[str] = mapped_column(unique=True)
    administrators_are_analysts: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    taken_until: Mapped[datetime | None]
    """While somebody registers with it; nobody else may."""
    registration_id: Mapped[UUID | None] = mapped_column(ForeignKey("registration.id"))


class ToolKeyRow(Owned):
    """One key pair of an organisation; the private half is sealed."""

    __tablename__ = "tool_key"

    kid: Mapped[str] = mapped_column(unique=True)
    sealed_pem: Mapped[str]
    created_at: Mapped[datetime]


class PendingLoginRow(Owned):
    """A login that began here and has not come back yet."""

    __tablename__ = "pending_login"
    __table_args__ = (Index("ix_pending_login_expires_at", "expires_at"),)

    state: Mapped[str] = mapped_column(unique=True)
    nonce: Mapped[str]
    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"))
    browser_digest: Mapped[str]
    target_link_uri: Mapped[str]
    storage_target: Mapped[str | None]
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    spent_at: Mapped[datetime | None]
    authentication_url: Mapped[str | None]
    """Where the login goes on, kept while we find out whether a frame's browser keeps cookies."""
    ticket_digest: Mapped[str | None]
    """Of the ticket by which it goes on in a new tab; it is given out once."""
    ticket_expires_at: Mapped[datetime | None]
    ticket_spent_at: Mapped[datetime | None]
