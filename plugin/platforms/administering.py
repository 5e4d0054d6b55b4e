"""What administrators do with registrations on the pages; each is an event with its actor."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lti.registration import Registration
from plugin.foundation.errors import FormInvalid, NotFound
from plugin.foundation.events import happened
from plugin.foundation.i18n import to_say
from plugin.platforms import deployments, invitations, service
from plugin.platforms.events import (
    DeploymentDecided,
    DeploymentEntrusted,
    InvitationWithdrawn,
    PlatformChanged,
    PlatformInvited,
    PlatformRegistered,
)
from plugin.platforms.model import DeploymentRow, DeploymentState, RegistrationRow

TAKEN = to_say("A platform with this issuer and client id is registered here already.")


def waiting(session: Session) -> int:
    """Return how many deployments wait for somebody to decide."""
    query = select(func.count(DeploymentRow.id)).where(
        DeploymentRow.state == DeploymentState.PENDING
    )
    return session.scalar(query) or 0


def invited(session: Session, *, analysts: bool, by: UUID, now: datetime) -> str:
    """Make a one-time link; return its secret, which is not to be seen again."""
    invitation, secret = invitations.invite(session, administrators_are_analysts=analysts, now=now)
    happened(session, PlatformInvited(at=now, subject_id=invitation.id, actor_id=by))
    return secret


def withdrawn(session: Session, invitation_id: UUID, *, by: UUID, now: datetime) -> None:
    """Take a one-time link back; one that can be used no longer stays as it is."""
    if invitations.withdraw(session, invitation_id, now=now):
        happened(session, InvitationWithdrawn(at=now, subject_id=invitation_id, actor_id=by))


def registered(
    session: Session, agreed: Registration, form: Mapping[str, Any], *, by: UUID, now: datetime
) -> RegistrationRow:
    """Register a platform that a form tells of.

    Raises:
        FormInvalid: it is registered already, here or with another organisation.
    """
    if service.of(session, agreed.issuer, agreed.client_id) is not None:
        raise _taken()
    try:
        row = service.registered(
            session,
            agreed,
            name=form["name"],
            administrators_are_analysts=form["analysts"],
            now=now,
        )
    except FormInvalid:
        raise _taken() from None
    happened(session, PlatformRegistered(at=now, subject_id=row.id, actor_id=by, how="form"))
    return row


def changed(
    session: Session,
    row: RegistrationRow,
    agreed: Registration,
    form: Mapping[str, Any],
    *,
    by: UUID,
    now: datetime,
) -> None:
    """Bring a registration to what a form says; its deployments stay as they are.

    Raises:
        FormInvalid: another registration has this issuer and client id.
    """
    said = {
        "name": form["name"],
        "product": agreed.product,
        "issuer": agreed.issuer,
        "client_id": agreed.client_id,
        "authorization_endpoint": agreed.authorization_endpoint,
        "token_endpoint": agreed.token_endpoint,
        "jwks_uri": agreed.jwks_uri,
        "token_audience": agreed.token_audience,
        "administrators_are_analysts": form["analysts"],
        "allow_anonymous": agreed.allow_anonymous,
        "trusted_audiences": sorted(agreed.trusted_audiences),
    }
    try:
        _set(session, row, said, by=by, now=now)
    except IntegrityError:
        raise _taken() from None


def switched(
    session: Session, row: RegistrationRow, said: Mapping[str, Any], *, by: UUID, now: datetime
) -> None:
    """Set whether people get in from a platform, or who decides about new deployments."""
    settings = {"enabled": said["enabled"], "deployment_policy": said["policy"]}
    _set(
        session,
        row,
        {name: value for name, value in settings.items() if value is not None},
        by=by,
        now=now,
    )


def decided(
    session: Session, deployment_id: UUID, state: DeploymentState, *, by: UUID, now: datetime
) -> DeploymentRow:
    """Let a deployment in or keep it out.

    Raises:
        NotFound: the organisation has none with this id.
    """
    row = _deployment(session, deployment_id)
    if row.state != state:
        deployments.decide(session, row.registration, row.deployment_id, state, now=now)
        happened(session, DeploymentDecided(at=now, subject_id=row.id, actor_id=by, state=state))
    return row


def entrusted(
    session: Session, deployment_id: UUID, *, administers: bool, by: UUID, now: datetime
) -> DeploymentRow:
    """Let a deployment's administrators administer Mentes, or no longer.

    Raises:
        NotFound: the organisation has none with this id.
    """
    row = _deployment(session, deployment_id)
    if deployments.entrust(row, administers=administers):
        said = DeploymentEntrusted(at=now, subject_id=row.id, actor_id=by, administers=administers)
        happened(session, said)
    return row


def added(
    session: Session, registration: RegistrationRow, deployment_id: str, *, by: UUID, now: datetime
) -> None:
    """Let in a deployment by its id, whether or not it has launched yet."""
    row = deployments.decide(
        session, registration, deployment_id, DeploymentState.APPROVED, now=now
    )
    happened(session, DeploymentDecided(at=now, subject_id=row.id, actor_id=by, state=row.state))


def _deployment(session: Session, deployment_id: UUID) -> DeploymentRow:
    row = session.scalar(select(DeploymentRow).where(DeploymentRow.id == deployment_id))
    if row is None:
        raise NotFound("There is no such deployment.")
    return row


def _set(
    session: Session, row: RegistrationRow, said: Mapping[str, Any], *, by: UUID, now: datetime
) -> None:
    news = [name for name, value in said.items() if getattr(row, name) != value]
    for name in news:
        setattr(row, name, said[name])
    session.flush()
    if news:
        what = " ".join(news)
        happened(session, PlatformChanged(at=now, subject_id=row.id, actor_id=by, what=what))


def _taken() -> FormInvalid:
    return FormInvalid("Something in the form needs your attention.", {"client_id": [TAKEN]})
