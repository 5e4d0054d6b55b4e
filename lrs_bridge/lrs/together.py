"""Requests that store at one moment share a transaction.

A commit waits for the disk, longer than all the rest takes. While one transaction is committed,
whoever comes next lines up; the first of them then stores for all who wait. Nobody waits for
company, each is answered once its own statements are safe, and what is wrong with one delivery is
told to its sender alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from threading import Lock
from uuid import UUID

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from lrs_bridge.errors import Unavailable
from lrs_bridge.lrs.store import Clock, Delivery, OnStored, Stored, insert_all

MOST = 500
"""Statements after which no further delivery joins a transaction."""


class Together:
    """Stores the deliveries of the threads of one process."""

    def __init__(
        self,
        transaction: Callable[[], AbstractContextManager[Session]],
        clock: Clock,
        on_stored: OnStored,
    ) -> None:
        """See `xapi_blueprint` for the arguments."""
        self._transaction = transaction
        self._clock = clock
        self._on_stored = on_stored
        self._queues: dict[UUID, _Queue] = {}
        self._lock = Lock()

    def store(self, organisation_id: UUID, delivery: Delivery) -> Stored:
        """Store a delivery, all of it or nothing, and return once it is committed.

        Raises:
            BatchInvalid: if two of its statements have one id.
            StatementConflict: if another statement has one of the ids.
        """
        mine = _Waiting(delivery)
        with self._lock:
            queue = self._queues.setdefault(organisation_id, _Queue())
            queue.waiting.append(mine)
        with queue.turn:
            while mine.outcome is None:  # more may wait ahead than one transaction should store
                self._store(organisation_id, queue.next())
        return mine.result()

    def _store(self, organisation_id: UUID, several: Sequence[_Waiting]) -> None:
        """Settle each of `several`: together, or one by one if that fails."""
        try:
            outcomes = self._stored(organisation_id, [one.delivery for one in several])
        except BaseException as error:
            away = isinstance(error, OperationalError | PoolTimeoutError)
            if len(several) == 1 or away or not isinstance(error, Exception):
                for one in several:
                    one.outcome = error
            else:
                for one in several:
                    self._store(organisation_id, [one])
        else:
            for one, outcome in zip(several, outcomes, strict=True):
                one.outcome = outcome

    def _stored(
        self, organisation_id: UUID, deliveries: Sequence[Delivery]
    ) -> Sequence[Stored | Exception]:
        with self._transaction() as session:
            return insert_all(
                session,
                organisation_id,
                deliveries,
                clock=self._clock,
                on_stored=self._on_stored,
            )


@dataclass(slots=True, eq=False)
class _Waiting:
    """A delivery, and what became of it once somebody took it."""

    delivery: Delivery
    outcome: Stored | BaseException | None = None

    def result(self) -> Stored:
        """Return what was stored, or raise why it was not."""
        if isinstance(self.outcome, Stored):
            return self.outcome
        raise self.outcome or Unavailable("It was not stored. Send the same again.")


@dataclass(slots=True, eq=False)
class _Queue:
    """Who waits for the writer's turn of one organisation."""

    turn: Lock = field(default_factory=Lock)
    waiting: deque[_Waiting] = field(default_factory=deque)

    def next(self) -> list[_Waiting]:
        """Take those who wait, up to as many as one transaction should store; at least one."""
        taken, many = [], 0
        while self.waiting and many < MOST:
            taken.append(self.waiting.popleft())
            many += len(taken[-1].delivery.statements)
        return taken
