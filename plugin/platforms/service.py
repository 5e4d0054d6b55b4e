"""Registering platforms, and finding what we registered."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lti.errors import ServiceRefused, ServiceUnavailable
from lti.registration import Registration
from plugin.foundation.errors import FormInvalid, NotFound
from plugin.foundation.outbox import Outcome, Postponed, Settled
from plugin.foundation.tenancy import Organisation, inserted_once
from plugin.platforms import deployments
from plugin.platforms.model import DeploymentState, Invitation, RegistrationRow

INVITATION_DAYS = 7


def organisation(session: Session, name: str, *, now: datetime) -> Organisation:
    """Return the organisation called `name`, made if there is none."""
    found = session.scalar(select(Organisation).where(Organisation.name == name))
    if found is None:
        found = Organisation(name=name, created_at=now)
        session.add(found)
        session.flush()
    return found


def invite(
    session: Session, *, administrators_are_analysts: bool, now: datetime
) -> tuple[Invitation, str]:
    """Return a new invitation and its secret, which is shown once and kept as a digest."""
    secret = secrets.token_urlsafe(24)
    invitation = Invitation(
        digest=_digest(secret),
        administrators_are_analysts=administrators_are_analysts,
        created_at=now,
        expires_at=now + timedelta(days=INVITATION_DAYS),
    )
    session.add(invitation)
    session.flush()
    return invitation, secret


def open_invitation(
    session: Session, secret: str, *, now: datetime, locked: bool = False
) -> Invitation:
    """Return the invitation with this secret, if it may still be used.

    Raises:
        NotFound: it never was, is used, or has run out.
    """
    query = select(Invitation).where(Invitation.digest == _digest(secret))
    invitation = session.scalar(query.with_for_update() if locked else query)
    if invitation is None or invitation.used_at is not None or invitation.expires_at <= now:
        raise NotFound(
            "This registration link is used up or too old. Ask the operator of Mentes for another."
        )
    return invitation


def registered(
    session: Session,
    platform: Registration,
    *,
    name: str,
    administrators_are_analysts: bool,
    now: datetime,
) -> RegistrationRow:
    """Keep what a platform and we agreed; a known (issuer, client id) is brought up to date.

    Raises:
        FormInvalid: another organisation here has this issuer and client id.
    """
    row = session.scalar(_of(platform))
    if row is None:
        new = inserted_once(
            session,
            RegistrationRow,
            name=name,
            issuer=platform.issuer,
            client_id=platform.client_id,
            authorization_endpoint=platform.authorization_endpoint,
            token_endpoint=platform.token_endpoint,
            jwks_uri=platform.jwks_uri,
            enabled=True,
            allow_anonymous=False,
            administrators_are_analysts=administrators_are_analysts,
            created_at=now,
        )
        row = session.scalar(_of(platform))
        if row is None or not new:
            raise FormInvalid("This platform and client id are registered here already.")
    row.name = name
    row.authorization_endpoint = platform.authorization_endpoint
    row.token_endpoint = platform.token_endpoint
    row.jwks_uri = platform.jwks_uri
    row.token_audience = platform.token_audience
    row.product = platform.product
    row.administrators_are_analysts = administrators_are_analysts
    row.enabled = True
    for deployment_id in sorted(platform.deployment_ids):
        deployments.decide(session, row, deployment_id, DeploymentState.APPROVED, now=now)
    session.flush()
    session.refresh(row, ["deployments"])
    return row


def registration(session: Session, registration_id: UUID) -> RegistrationRow:
    """Return a registration.

    Raises:
        NotFound: there is none with this id.
    """
    row = session.get(RegistrationRow, registration_id)
    if row is None:
        raise NotFound("There is no such registration.")
    return row


def _of(platform: Registration) -> Select[RegistrationRow]:
    return select(RegistrationRow).where(
        RegistrationRow.issuer == platform.issuer, RegistrationRow.client_id == platform.client_id
    )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def said(error: ServiceRefused | ServiceUnavailable) -> str:
    """Return how a platform refused or failed, for the operator: a slug and a status."""
    return error.slug if error.status is None else f"{error.slug} ({error.status})"


def not_taken(error: ServiceRefused | ServiceUnavailable) -> Settled | Postponed:
    """Return what becomes of a debt that a platform did not take.

    Without an access token nothing will pass until somebody mends it (Moodle gives none while it
    cannot reach our key set): we keep asking, seldom.
    """
    if isinstance(error, ServiceUnavailable):
        return Postponed(problem=said(error), retry_after=error.retry_after)
    if error.slug == "token-refused":
        return Postponed(problem=said(error))
    return Settled(outcome=Outcome.GIVEN_UP, problem=said(error))
