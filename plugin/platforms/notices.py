"""Notices: saying what we want to be told of, and knowing what we were told before.

A launch says where its deployment takes our wishes. They are owed then, and sent by the worker:
once for each deployment, and again when the platform says something else.

https://www.imsglobal.org/spec/lti-pns/v1p0/main/
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lti.errors import ServiceRefused, ServiceUnavailable
from lti.message import NotificationEndpoint
from lti.notice_handlers import NoticeHandlers
from lti.notices import CONTEXT_COPY, HELLO_WORLD, Notice
from plugin.foundation.db import Database
from plugin.foundation.outbox import LeasedDebt, Outcome, Postponed, Settled, owe
from plugin.foundation.tenancy import inserted_once
from plugin.platforms.model import DeploymentRow, NoticeRow
from plugin.platforms.service import open_platform, said

KIND: Final = "notice-handlers"
WANTED: Final = (HELLO_WORLD, CONTEXT_COPY)
BATCH: Final = 100  # notices at once; each is a transaction's worth of milliseconds
ASKED_AGAIN: Final = timedelta(days=1)
"""How long a platform that refused our wishes is left alone."""
KEPT: Final = timedelta(days=90)
"""How long a notice is known again; its token is valid for an hour or so."""


def advertised(
    session: Session,
    registration_id: UUID,
    deployment_id: str,
    endpoint: NotificationEndpoint,
    *,
    now: datetime,
) -> None:
    """Keep where a deployment takes wishes for notices; owe it ours if that is new."""
    row = session.scalar(
        select(DeploymentRow).where(
            DeploymentRow.registration_id == registration_id,
            DeploymentRow.deployment_id == deployment_id,
        )
    )
    types = sorted(endpoint.notice_types)
    if row is None or (row.notices_url, row.notice_types) == (endpoint.url, types):
        return
    row.notices_url, row.notice_types = endpoint.url, types
    owe(
        session,
        KIND,
        target=str(registration_id),
        key=f"{row.id}:{now.isoformat()}",
        lane=str(row.id),
        payload={"deployment": str(row.id)},
        now=now,
    )


def is_new(session: Session, registration_id: UUID, notice: Notice, *, now: datetime) -> bool:
    """Keep that a notice is acted upon; False: it was before, or is now, by another request."""
    return inserted_once(
        session,
        NoticeRow,
        registration_id=registration_id,
        notice_id=notice.id,
        type=notice.type,
        received_at=now,
    )


def forget_old(session: Session, now: datetime) -> None:
    """Forget notices whose tokens have long expired."""
    session.execute(delete(NoticeRow).where(NoticeRow.received_at < now - KEPT))


def handler_url(public_url: str, registration_id: UUID) -> str:
    """Return where a platform is to post notices: one address to each registration."""
    return f"{public_url}/lti/notices/{registration_id}"


class NoticeHandlersDelivery:
    """Tells platforms what we want to be told of."""

    def __init__(self, database: Database, handlers: NoticeHandlers, public_url: str) -> None:
        self._database = database
        self._handlers = handlers
        self._public_url = public_url

    def __call__(self, debt: LeasedDebt) -> Settled | Postponed:
        """Set our handlers where they are not set; what is set already stays."""
        with self._database.reading(debt.organisation_id) as session:
            row = session.get(DeploymentRow, UUID(debt.payload["deployment"]))
            if row is None or row.notices_url is None:
                return Settled(outcome=Outcome.SUPERSEDED, problem="no-notices-url")
            platform = open_platform(session, row.registration_id)
            endpoint = NotificationEndpoint(
                url=row.notices_url, notice_types=frozenset(row.notice_types)
            )
            deployment_id, handler = (
                row.deployment_id,
                handler_url(self._public_url, row.registration_id),
            )
        try:
            self._handlers.ensured(
                platform,
                endpoint,
                WANTED,
                handler,
                max_batch_size=BATCH,
                deployment_id=deployment_id,
            )
        except ServiceRefused as error:
            # An administrator may allow us the service any day, and no launch would say so.
            return Postponed(problem=said(error), retry_after=ASKED_AGAIN.total_seconds())
        except ServiceUnavailable as error:
            return Postponed(problem=said(error), retry_after=error.retry_after)
        return Settled()
