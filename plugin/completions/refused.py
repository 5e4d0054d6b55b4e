"""What was sent to a source and not taken: counted for its administrators, nothing of it kept.

Of one reason a row an hour is kept, with how often it came; so a system that is set up wrongly, or
somebody who guesses, makes few rows however much they send. A process writes the same reason once
in ten seconds, so that a flood of refusals is not a flood of writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from threading import Lock
from uuid import UUID

import structlog
from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from plugin.completions.errors import DeliveryRefused
from plugin.completions.model import RefusedDelivery
from plugin.foundation.db import Database

log = structlog.get_logger()

KEPT = 50
"""How many rows are kept of a source."""
WRITTEN_EVERY = timedelta(seconds=10)
LONGEST_POINTER = 120


class Refused:
    """Counts what is refused; shared by the threads of a process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = Lock()
        self._waiting: dict[tuple[UUID, str], tuple[datetime | None, int]] = {}

    def note(
        self, organisation_id: UUID, source_id: UUID, error: DeliveryRefused, now: datetime
    ) -> None:
        """Count a refusal. Never raises: whoever was refused must get that answer."""
        times = self._times_to_write((source_id, error.slug), now)
        if not times:
            return
        try:
            with self._database.transaction(organisation_id, durable=False) as session:
                _keep(session, organisation_id, source_id, error, times, now)
        except Exception:
            log.warning("refusal.not-kept", slug=error.slug, exc_info=True)

    def _times_to_write(self, kind: tuple[UUID, str], now: datetime) -> int:
        with self._lock:
            written_at, waiting = self._waiting.get(kind, (None, 0))
            if written_at is not None and timedelta() <= now - written_at < WRITTEN_EVERY:
                self._waiting[kind] = (written_at, waiting + 1)
                return 0
            self._waiting[kind] = (now, 0)
            return waiting + 1


def newest(session: Session, source_id: UUID) -> Sequence[RefusedDelivery]:
    """Return what a source refused lately, the newest first."""
    return session.scalars(
        select(RefusedDelivery)
        .where(RefusedDelivery.source_id == source_id)
        .order_by(RefusedDelivery.last_at.desc(), RefusedDelivery.id)
        .limit(KEPT)
    ).all()


def _keep(
    session: Session,
    organisation_id: UUID,
    source_id: UUID,
    error: DeliveryRefused,
    times: int,
    now: datetime,
) -> None:
    dialect = session.get_bind().dialect.name
    inserted = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(RefusedDelivery)
    values = {
        "organisation_id": organisation_id,
        "source_id": source_id,
        "slug": error.slug,
        "hour": now.replace(minute=0, second=0, microsecond=0),
        "pointer": error.pointer[:LONGEST_POINTER],
        "first_at": now,
        "last_at": now,
        "times": times,
    }
    session.execute(
        inserted.values(**values).on_conflict_do_update(
            index_elements=["source_id", "slug", "hour"],
            set_={
                "times": RefusedDelivery.times + times,
                "last_at": now,
                "pointer": values["pointer"],
            },
        )
    )
    beyond = (
        select(RefusedDelivery.id)
        .where(RefusedDelivery.source_id == source_id)
        .order_by(RefusedDelivery.last_at.desc(), RefusedDelivery.id)
        .offset(KEPT)
    )
    if ids := session.scalars(beyond).all():
        session.execute(delete(RefusedDelivery).where(RefusedDelivery.id.in_(ids)))
