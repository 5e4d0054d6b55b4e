"""Applying what is in the inbox: a batch a transaction, by as many workers as there are.

Completions of one person lie in one lane (of one organisation), and a lane is worked through by one
worker at a time, in the order in which things happened. So two workers never meet at one person's
check-in, and do not wait for one another. Every organisation with news gets its turn each round: a
million old completions of one do not keep another's fresh ones waiting.
"""

from __future__ import annotations

from uuid import UUID
from zlib import crc32

import structlog
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from plugin.completions import failing, inbox, service
from plugin.completions.model import CompletionRow, Status
from plugin.foundation.clock import Clock
from plugin.foundation.db import AWAY, Database
from plugin.foundation.tenancy import EVERYWHERE, Organisation

log = structlog.get_logger()

BATCH = 200
"""Completions a transaction: enough to share its costs, few enough not to keep SQLite's other
writers waiting."""
_LOCKS = 0x6D656E74  # "ment": the lanes' half of PostgreSQL's names for locks


class Applying:
    """Applies what is new in the inboxes of all organisations."""

    def __init__(self, database: Database, clock: Clock, *, cutoff_days: int) -> None:
        self._database = database
        self._clock = clock
        self._cutoff_days = cutoff_days
        self._lanes: tuple[int | None, ...] = (None,)  # SQLite has one writer
        if database.engine.dialect.name == "postgresql":
            self._lanes = tuple(range(inbox.LANES))

    def __call__(self) -> int:
        """Apply a batch of every lane that has news and no other worker; return how many."""
        with self._database.reading(EVERYWHERE) as session:
            organisations = with_news(session)
        return sum(self._batch(each, lane) for each in organisations for lane in self._lanes)

    def _batch(self, organisation_id: UUID, lane: int | None) -> int:
        with self._database.transaction(organisation_id) as session:
            ids = _claimed(session, organisation_id, lane)
            try:
                self._look_at(session, ids)
            except AWAY:
                raise  # every completion would fail
            except Exception:  # one that we choke on must not stop the others
                self._one_by_one(session, ids)
        if ids:
            log.info("completions", count=len(ids))
        return len(ids)

    def _look_at(self, session: Session, ids: list[UUID]) -> None:
        """Look at completions; they are as they were if that fails."""
        if not ids:
            return
        with session.begin_nested():
            rows = _rows(session, ids)
            service.look_at(session, rows, now=self._clock(), cutoff_days=self._cutoff_days)

    def _one_by_one(self, session: Session, ids: list[UUID]) -> None:
        for id in ids:
            try:
                self._look_at(session, [id])
            except AWAY:
                raise
            except Exception:
                log.error("completion.failed", exc_info=True)
                failing.set_aside(session, id, now=self._clock())


def with_news(session: Session) -> list[UUID]:
    """Return the organisations that have completions nobody looked at."""
    news = exists().where(
        CompletionRow.organisation_id == Organisation.id, CompletionRow.status == Status.NEW
    )
    return list(session.scalars(select(Organisation.id).where(news).order_by(Organisation.id)))


def _claimed(session: Session, organisation_id: UUID, lane: int | None) -> list[UUID]:
    """Return a batch of a lane, unless another worker is at it; it is ours until we commit."""
    if lane is not None:
        number = crc32(f"{organisation_id}:{lane}".encode()) - 2**31  # a signed one, of 32 bits
        if not session.scalar(select(func.pg_try_advisory_xact_lock(_LOCKS, number))):
            return []
    return inbox.due(session, lane=lane, limit=BATCH)


def _rows(session: Session, ids: list[UUID]) -> list[CompletionRow]:
    """Return what is still new of `ids`, locked, in their order."""
    query = select(CompletionRow).where(CompletionRow.id.in_(ids))
    rows = session.scalars(query.with_for_update(skip_locked=True)).all()
    place = {id: number for number, id in enumerate(ids)}
    new = [row for row in rows if row.status == Status.NEW]
    return sorted(new, key=lambda row: place[row.id])
