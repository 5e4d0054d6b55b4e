"""Paying what is owed to targets: our statements, what is passed on, and erasures.

All that is owed to one target is in one channel, in the order in which it was owed: an erasure
comes after what was being told when it was asked for. Statements may be sent twice without harm: a
store knows them by their ids.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol
from uuid import UUID

from lrs_bridge.version import Version
from plugin.foundation.cipher import Cipher, SealBroken
from plugin.foundation.clock import Clock
from plugin.foundation.db import Database
from plugin.foundation.outbox import Away, Halted, LeasedDebt, Outcome, Result, Settled
from plugin.targets.embedded import EmbeddedStore
from plugin.targets.model import Erasing, Kind, Target
from plugin.targets.payloads import Erase, Item, read
from plugin.targets.remote import Endpoint, RemoteTarget
from plugin.targets.sql_lrs import SqlLrsAdmin
from plugin.targets.withdrawal import ended

Came = Iterator[tuple[LeasedDebt, Result]]


class Way(Protocol):
    """A way to one store."""

    def send(self, items: Sequence[Item]) -> Iterator[Result]:
        """Send statements; say of each, in their order, what came of it."""

    def erase(self, erase: Erase) -> Result:
        """Erase what we told it about somebody."""


class TargetDelivery:
    """Pays debts of statements.

    Args:
        installation: where the target of the installation is; None: it is the embedded store.
    """

    def __init__(
        self,
        database: Database,
        cipher: Cipher,
        clock: Clock,
        embedded: EmbeddedStore,
        *,
        installation: Endpoint | None,
        allow_private: bool,
        patience: float,
    ) -> None:
        self._database = database
        self._cipher = cipher
        self._clock = clock
        self._embedded = embedded
        self._installation = installation
        self._allow_private = allow_private
        self._patience = patience

    def __call__(self, debts: Sequence[LeasedDebt]) -> Came:
        """Pay `debts`, all of them to one target."""
        organisation_id = debts[0].organisation_id
        with self._database.reading(organisation_id) as session:
            target = session.get(Target, UUID(debts[0].target)) if debts[0].target else None
        if target is not None and target.removed_at is not None:
            gone = Settled(outcome=Outcome.SUPERSEDED, problem="target-removed")
            yield from ((debt, gone) for debt in debts)
            return
        try:
            way = self.way_to(organisation_id, target, failures=debts[0].failures)
        except SealBroken:
            away = Away(problem="secret-unreadable")
            yield from ((debt, away) for debt in debts)
            return
        try:
            yield from self._paid(way, debts)
        finally:
            if isinstance(way, RemoteTarget):
                way.close()

    def _paid(self, way: Way, debts: Sequence[LeasedDebt]) -> Came:
        waiting = [(debt, read(debt.payload)) for debt in debts]
        stopped: Result | None = None
        while waiting and stopped is None:
            debt, first = waiting[0]
            if isinstance(first, Erase):
                several, results = [debt], iter([self._erased(way, debt, first)])
            else:
                items = [it for _, it in _before_erasing(waiting)]
                several, results = [it for it, _ in waiting[: len(items)]], way.send(items)
            for debt, result in zip(several, results, strict=True):
                yield debt, result
                stopped = result if isinstance(result, Away | Halted) else stopped
            waiting = waiting[len(several) :]
        if stopped is not None:
            yield from ((debt, stopped) for debt, _ in waiting)

    def _erased(self, way: Way, debt: LeasedDebt, erase: Erase) -> Result:
        result = way.erase(erase)
        if isinstance(result, Settled):
            with self._database.transaction(debt.organisation_id) as session:
                ended(session, debt, erase, result, now=self._clock())
        return result

    def way_to(self, organisation_id: UUID, target: Target | None, *, failures: int = 0) -> Way:
        """Return the way to a target.

        Raises:
            SealBroken: its secret was sealed with another key.
        """
        if target is None or target.kind == Kind.INSTALLATION:
            if self._installation is None:
                return self._embedded.of(organisation_id)
            return RemoteTarget(
                self._installation, self._clock, patience=self._patience, failures=failures
            )
        if target.kind == Kind.EMBEDDED:
            return self._embedded.of(organisation_id)
        return RemoteTarget(
            self._endpoint(target),
            self._clock,
            patience=self._patience,
            allow_private=self._allow_private,
            admin=self._admin(target),
            kept=self._embedded.of(organisation_id),
            failures=failures,
        )

    def _endpoint(self, target: Target) -> Endpoint:
        return Endpoint(
            url=target.endpoint or "",
            key=target.key or "",
            secret=self._cipher.open(target.sealed_secret or ""),
            version=Version(target.version),
        )

    def _admin(self, target: Target) -> SqlLrsAdmin | None:
        if target.erasing != Erasing.SQL_LRS:
            return None
        return SqlLrsAdmin(
            url=target.admin_url or "",
            user=target.admin_user or "",
            password=self._cipher.open(target.sealed_admin_password or ""),
        )


def _before_erasing(
    waiting: Sequence[tuple[LeasedDebt, Item | Erase]],
) -> Iterator[tuple[LeasedDebt, Item]]:
    for debt, item in waiting:
        if isinstance(item, Erase):
            return
        yield debt, item
