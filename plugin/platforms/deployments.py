"""Deployments: an installation under a registration launches once somebody has approved it.

They turn up by themselves (Canvas installs by course, Blackboard by institution). One that is new
waits, unless the registration's policy says that whoever may install us there is trusted to.

https://www.imsglobal.org/spec/lti/v1p3/#tool-deployment
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from plugin.foundation.errors import NotFound
from plugin.foundation.tenancy import Organisation, found_or_inserted
from plugin.platforms.model import (
    DeploymentPolicy,
    DeploymentRow,
    DeploymentState,
    RegistrationRow,
)


def launched(
    session: Session, registration_id: UUID, deployment_id: str, *, now: datetime
) -> DeploymentState:
    """Keep a deployment from which somebody launched; return what is decided of it.

    Only for launches of which all else has been checked: the platform itself named it.
    """
    registration = session.get_one(RegistrationRow, registration_id)
    row = _row(session, registration, deployment_id, DeploymentState.PENDING, now=now)
    trusted = registration.deployment_policy == DeploymentPolicy.ALL
    if trusted and row.state == DeploymentState.PENDING:
        row.state = DeploymentState.APPROVED
    return DeploymentState(row.state)


def decide(
    session: Session,
    registration: RegistrationRow,
    deployment_id: str,
    state: DeploymentState,
    *,
    now: datetime,
) -> DeploymentRow:
    """Let a deployment in or keep it out, also one that has not launched yet.

    The first of which an organisation decides brings those who administer it, or nobody could; of
    all others somebody says so (`entrust`). Who is kept out begins anew.
    """
    row = _row(session, registration, deployment_id, DeploymentState.PENDING, now=now)
    if state is not DeploymentState.APPROVED:
        row.administers = False
    elif row.state == DeploymentState.PENDING and _is_the_first(session, row.organisation_id):
        row.administers = True
    row.state = state
    return row


def entrust(row: DeploymentRow, *, administers: bool) -> bool:
    """Say whether administrators of a deployment administer Mentes; False: that was so before."""
    is_new = row.administers != administers
    row.administers = administers
    return is_new


def without_administrators(registration: RegistrationRow) -> list[str]:
    """Return the ids of those let in whose administrators do not administer Mentes."""
    let_in = (row for row in registration.deployments if row.state == DeploymentState.APPROVED)
    return sorted(row.deployment_id for row in let_in if not row.administers)


def is_entrusted(session: Session, registration_id: UUID, deployment_id: str | None) -> bool:
    """Tell whether administrators of a deployment administer Mentes at this moment.

    Those who are in when their platform is closed may open it again until their visit ends: they
    may have closed it by mistake.
    """
    query = select(DeploymentRow.id).where(
        DeploymentRow.registration_id == registration_id,
        DeploymentRow.deployment_id == deployment_id,
        DeploymentRow.state == DeploymentState.APPROVED,
        DeploymentRow.administers,
    )
    return session.scalar(query) is not None


def listed(session: Session, state: DeploymentState | None = None) -> Sequence[DeploymentRow]:
    """Return the deployments of every registration, or those in `state`, the oldest first."""
    query = (
        select(DeploymentRow)
        .options(joinedload(DeploymentRow.registration))
        .order_by(DeploymentRow.created_at, DeploymentRow.id)
    )
    if state is not None:
        query = query.where(DeploymentRow.state == state)
    return session.scalars(query).all()


def registration_called(session: Session, name: str) -> RegistrationRow:
    """Return the registration with this id, name, issuer or client id, if there is but one.

    Raises:
        NotFound: there is none, or there are several.
    """
    rows = session.scalars(select(RegistrationRow)).all()
    found = [row for row in rows if name in (str(row.id), row.name, row.issuer, row.client_id)]
    if len(found) != 1:
        raise NotFound("Name one registration, by the id that “mentes platform list” shows first.")
    return found[0]


def _is_the_first(session: Session, organisation_id: UUID) -> bool:
    """Tell whether an organisation has decided of no deployment yet; others wait to be told."""
    whose = select(Organisation.id).where(Organisation.id == organisation_id)
    session.execute(whose.with_for_update(key_share=True))
    decided = select(DeploymentRow.id).where(
        DeploymentRow.organisation_id == organisation_id,
        DeploymentRow.state != DeploymentState.PENDING,
    )
    return session.scalar(decided.limit(1)) is None


def _row(
    session: Session,
    registration: RegistrationRow,
    deployment_id: str,
    state: DeploymentState,
    *,
    now: datetime,
) -> DeploymentRow:
    return found_or_inserted(
        session,
        select(DeploymentRow).where(
            DeploymentRow.registration_id == registration.id,
            DeploymentRow.deployment_id == deployment_id,
        ),
        DeploymentRow,
        organisation_id=registration.organisation_id,
        registration_id=registration.id,
        deployment_id=deployment_id,
        state=state,
        administers=False,
        created_at=now,
    )
