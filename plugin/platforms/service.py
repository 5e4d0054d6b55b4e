"""Registering platforms, and finding what we registered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti.errors import ServiceRefused, ServiceUnavailable
from lti.registration import Registration
from plugin.foundation.errors import FormInvalid, NotFound
from plugin.foundation.outbox import Closed, Outcome, Postponed, Settled
from plugin.foundation.tenancy import Organisation, inserted_once
from plugin.platforms import deployments
from plugin.platforms.model import DeploymentState, RegistrationRow


def organisation(session: Session, name: str, *, now: datetime) -> Organisation:
    """Return the organisation called `name`, made if there is none."""
    found = session.scalar(select(Organisation).where(Organisation.name == name))
    if found is None:
        found = Organisation(name=name, created_at=now)
        session.add(found)
        session.flush()
    return found


def registered(
    session: Session,
    platform: Registration,
    *,
    name: str,
    administrators_are_analysts: bool,
    now: datetime,
    id: UUID | None = None,
    reopens: bool = False,
) -> RegistrationRow:
    """Keep what a platform and we agreed; a known (issuer, client id) is brought up to date.

    A new one gets `id`, if the platform was told its login URL beforehand. What somebody has closed
    stays closed, the registration and its deployments, unless it `reopens`.

    Raises:
        FormInvalid: another organisation here has this issuer and client id.
    """
    row = of(session, platform.issuer, platform.client_id)
    if row is None:
        new = inserted_once(
            session,
            RegistrationRow,
            **({} if id is None else {"id": id}),
            name=name,
            issuer=platform.issuer,
            client_id=platform.client_id,
            authorization_endpoint=platform.authorization_endpoint,
            token_endpoint=platform.token_endpoint,
            jwks_uri=platform.jwks_uri,
            enabled=True,
            allow_anonymous=platform.allow_anonymous,
            trusted_audiences=sorted(platform.trusted_audiences),
            administrators_are_analysts=administrators_are_analysts,
            created_at=now,
        )
        row = of(session, platform.issuer, platform.client_id)
        if row is None or not new:
            raise FormInvalid("This platform and client id are registered here already.")
    row.name = name
    row.authorization_endpoint = platform.authorization_endpoint
    row.token_endpoint = platform.token_endpoint
    row.jwks_uri = platform.jwks_uri
    row.token_audience = platform.token_audience
    row.product = platform.product
    row.administrators_are_analysts = administrators_are_analysts
    row.enabled = row.enabled or reopens
    kept_out = () if reopens else refused_of(row)
    for deployment_id in sorted(platform.deployment_ids.difference(kept_out)):
        deployments.decide(session, row, deployment_id, DeploymentState.APPROVED, now=now)
    session.flush()
    session.refresh(row, ["deployments"])
    return row


def refused_of(row: RegistrationRow) -> list[str]:
    """Return the ids of the deployments of a registration that somebody has refused."""
    refused = (each for each in row.deployments if each.state == DeploymentState.REFUSED)
    return sorted(each.deployment_id for each in refused)


def registration(session: Session, registration_id: UUID) -> RegistrationRow:
    """Return a registration.

    Raises:
        NotFound: there is none with this id.
    """
    row = session.get(RegistrationRow, registration_id)
    if row is None:
        raise NotFound("There is no such registration.")
    return row


def open_platform(session: Session, registration_id: UUID) -> Registration:
    """Return a platform that we may ask and tell something, as `lti` knows it.

    Raises:
        Closed: somebody has closed it; what is owed to it waits until it is opened again.
    """
    row = registration(session, registration_id)
    if not row.enabled:
        raise Closed("platform-closed")
    return row.as_value()


def of(session: Session, issuer: str, client_id: str) -> RegistrationRow | None:
    """Return the registration that a platform and we call by these names."""
    return session.scalar(
        select(RegistrationRow).where(
            RegistrationRow.issuer == issuer, RegistrationRow.client_id == client_id
        )
    )


def all_of_them(session: Session) -> Sequence[RegistrationRow]:
    """Return the organisation's registrations, the oldest first."""
    return session.scalars(
        select(RegistrationRow).order_by(RegistrationRow.created_at, RegistrationRow.id)
    ).all()


def with_issuer(session: Session, issuer: str) -> Sequence[RegistrationRow]:
    """Return the registrations with one issuer, the oldest first."""
    return session.scalars(
        select(RegistrationRow)
        .where(RegistrationRow.issuer == issuer)
        .order_by(RegistrationRow.created_at)
    ).all()


def said(error: ServiceRefused | ServiceUnavailable) -> str:
    """Return how a platform refused or failed, for the operator: a slug and a status."""
    return error.slug if error.status is None else f"{error.slug} ({error.status})"


def not_taken(error: ServiceRefused | ServiceUnavailable) -> Settled | Postponed:
    """Return what becomes of a debt that a platform did not take.

    Without an access token nothing will pass until somebody mends it (Moodle gives none while it
    cannot reach our key set): we keep asking, seldom. So we do where a token that was given a
    moment ago is not taken (401): that says nothing of the debt, and much of a platform whose
    servers do not agree yet, as while its keys change.
    """
    if isinstance(error, ServiceUnavailable):
        return Postponed(problem=said(error), retry_after=error.retry_after)
    if error.slug == "token-refused" or error.status == HTTPStatus.UNAUTHORIZED:
        return Postponed(problem=said(error))
    return Settled(outcome=Outcome.GIVEN_UP, problem=said(error))
