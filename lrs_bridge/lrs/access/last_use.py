"""When each credential was used last.

An operator asks whether a key is still in use, not for the second. So a process writes it down once
in five minutes for a credential, and what is shown is at most that much too early. It is written
after the answer was sent, in a transaction of its own: no reader ever waits for the writer's lock,
and a write that fails is left to the next five minutes.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from lrs_bridge.lrs.tables import credential

EVERY = timedelta(minutes=5)


class LastUses:
    """What one process has written down."""

    def __init__(self, transaction: Callable[[], AbstractContextManager[Session]]) -> None:
        """`transaction` opens a writing transaction, as in `xapi_blueprint`."""
        self._transaction = transaction
        self._written: dict[UUID, datetime] = {}

    def is_due(self, credential_id: UUID, now: datetime) -> bool:
        """Return whether this use is to be written; who is told so writes it."""
        before = self._written.get(credential_id)
        if before is not None and now - before < EVERY:
            return False
        self._written[credential_id] = now
        return True

    def write(self, credential_id: UUID, now: datetime) -> None:
        """Write down a use, unless another process has just done so."""
        news = or_(credential.c.last_used_at.is_(None), credential.c.last_used_at <= now - EVERY)
        with suppress(SQLAlchemyError), self._transaction() as session:
            session.execute(
                update(credential)
                .where(credential.c.id == credential_id, news)
                .values(last_used_at=now)
            )
