"""Requests that store at one moment share a transaction.

A commit waits for the disk, longer than all the rest takes. While one transaction is committed,
whoever comes next lines up; then the first in the line stores for all who wait. Nobody waits for
company, each is answered once its own statements are safe, and what is wrong with one delivery is
told to its sender alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from threading import Event, Lock
from uuid import UUID

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from lrs_bridge.errors import Unavailable
from lrs_bridge.lrs.store import Clock, Delivery, OnStored, Outcome, Stored, insert_all

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
        self._lines: dict[UUID, _Line] = {}
        self._lock = Lock()

    def store(self, organisation_id: UUID, delivery: Delivery) -> Stored:
        """Store a delivery, all of it or nothing, and return once it is committed.

        Raises:
            BatchInvalid: if two of its statements have one id.
            StatementConflict: if another statement has one of the ids.
            Forbidden: if it voids what it must not.
            Unavailable: if it shared a transaction that the database could not be reached for.
        """
        with self._lock:
            line = self._lines.setdefault(organisation_id, _Line())
        mine = line.join(delivery)
        mine.called.wait()
        if mine.is_first:
            self._store_for(organisation_id, line)
        return mine.result()

    def _store_for(self, organisation_id: UUID, line: _Line) -> None:
        """Store for those at the front of `line`, and call whoever is next whatever happens."""
        several = line.front()
        try:
            self._settle(organisation_id, several)
        finally:
            line.leave(several)

    def _settle(self, organisation_id: UUID, several: Sequence[_Waiting]) -> None:
        """Decide the outcome of each of `several`: together, or one by one if that fails."""
        try:
            outcomes = self._stored(organisation_id, [one.delivery for one in several])
        except (OperationalError, PoolTimeoutError) as error:
            several[0].outcome = error  # one exception, one thread: the others get their own
        except Exception as error:
            if len(several) == 1:
                several[0].outcome = error
                return
            for one in several:
                self._settle(organisation_id, [one])
        else:
            for one, outcome in zip(several, outcomes, strict=True):
                one.outcome = outcome

    def _stored(self, organisation_id: UUID, deliveries: Sequence[Delivery]) -> list[Outcome]:
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
    """A delivery, and what became of it.

    Attributes:
        called: set once it is settled, or once its sender is first and stores for the others.
        outcome: none if whoever stored for it could not.
    """

    delivery: Delivery
    called: Event = field(default_factory=Event)
    is_first: bool = False
    outcome: Stored | Exception | None = None

    def result(self) -> Stored:
        """Return what was stored, or raise why it was not."""
        if isinstance(self.outcome, Stored):
            return self.outcome
        raise self.outcome or Unavailable("It could not be stored in time. Send the same again.")

    def call_to_the_front(self) -> None:
        """Let its sender store for everybody who waits."""
        self.is_first = True
        self.called.set()


@dataclass(slots=True, eq=False)
class _Line:
    """Who waits to store for one organisation. Whoever was called to the front stands there."""

    waiting: deque[_Waiting] = field(default_factory=deque)
    lock: Lock = field(default_factory=Lock)

    def join(self, delivery: Delivery) -> _Waiting:
        """Stand at the end, which may be the front."""
        mine = _Waiting(delivery)
        with self.lock:
            self.waiting.append(mine)
            if self.waiting[0] is mine:
                mine.call_to_the_front()
        return mine

    def front(self) -> list[_Waiting]:
        """Return the first, and those behind with whom one transaction holds no more than MOST."""
        with self.lock:
            found = [self.waiting[0]]
            many = len(found[0].delivery.statements)
            for one in list(self.waiting)[1:]:
                many += len(one.delivery.statements)
                if many > MOST:
                    break
                found.append(one)
        return found

    def leave(self, several: Sequence[_Waiting]) -> None:
        """Let `several`, who stand in front, go; the next begins before they are told."""
        with self.lock:
            for _ in several:
                self.waiting.popleft()
            if self.waiting:
                self.waiting[0].call_to_the_front()
        for one in several:
            one.called.set()
