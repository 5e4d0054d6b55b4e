"""What runs in the background, as one loop: completions, looks at their sources, debts, the house.

Any number of workers may run beside any number of web processes. Each piece of work is leased or
locked in one transaction, done outside of any, and recorded in another; a worker that is killed
leaves nothing behind but a lease that runs out.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from threading import Event
from uuid import UUID

import structlog
from sqlalchemy import select

from lrs_bridge.errors import Unavailable
from lrs_bridge.lrs.attachments import received as attachments
from plugin.app import Mentes
from plugin.completions import service as completions
from plugin.completions.applying import Applying
from plugin.completions.looking import Looking
from plugin.erasing import retain
from plugin.foundation import outbox
from plugin.foundation.cipher import SealBroken
from plugin.foundation.db import AWAY
from plugin.foundation.outbox import LeasedDebt, Postponed, Settled
from plugin.foundation.tenancy import EVERYWHERE, Organisation
from plugin.launches import refusals
from plugin.launches.service import forget_ended
from plugin.nudges.service import KIND as MAIL
from plugin.platforms import notices
from plugin.platforms.keys import rotate_if_due
from plugin.platforms.stores import StoredLogins
from plugin.records.deliveries import STATEMENT

log = structlog.get_logger()

IDLE = 0.5  # s between two looks when there is nothing to do
HOUSEKEEPING = timedelta(minutes=1)
SWEEPING = timedelta(days=1)
KEPT = timedelta(days=30)
"""How long a settled debt is kept for the operator to look at; then it is nobody's business."""
BATCH = {STATEMENT: 50}
"""How many debts of a kind are leased at once: statements travel together, others one by one, so
that a slow platform cannot outlast the lease of what waits behind it."""


class Worker:
    """One worker."""

    def __init__(self, mentes: Mentes) -> None:
        self._mentes = mentes
        self._apply_completions = Applying(
            mentes.database, mentes.clock, cutoff_days=mentes.settings.completion_cutoff_days
        )
        self._look_at_sources = Looking(
            mentes.database, mentes.clock, mentes.looks, lease=mentes.settings.outbox_lease
        )
        self._kept_house_at: datetime | None = None
        self._swept_at: datetime | None = None

    def run(self, stop: Event) -> None:
        """Work until `stop` is set. A database that is away is waited for, not died of."""
        log.info("worker.started")
        while not stop.is_set():
            try:
                worked = self.run_once()
            except Exception:  # whatever it was, the next round may do better than no worker
                log.error("worker.failed", exc_info=True)
                worked = 0
            if not worked:
                stop.wait(IDLE)
        log.info("worker.stopped")

    def run_until_idle(self) -> int:
        """Work until nothing is due; return how much was done."""
        done = 0
        while worked := self.run_once():
            done += worked
        return done

    def run_once(self) -> int:
        """Do what is due now, once; return how much that was."""
        self._keep_house()
        return (
            self._apply_completions()
            + self._look_at_sources()
            + sum(self._deliver(kind) for kind in self._mentes.deliveries)
        )

    def _deliver(self, kind: str) -> int:
        settings = self._mentes.settings
        with self._mentes.database.transaction(EVERYWHERE) as session:
            leased = outbox.claim(
                session,
                kinds=[kind],
                now=self._mentes.clock(),
                lease=settings.outbox_lease,
                limit=BATCH.get(kind, 1),
            )
        taken = len(leased)
        for debt in [each for each in leased if each.attempts > settings.outbox_attempts]:
            # Every worker that took it died of it before it could say so.
            leased.remove(debt)
            self._record(debt, Postponed(problem="worker-died"))
        unrecorded = {debt.id: debt for debt in leased}
        try:
            for debt, result in self._mentes.deliveries[kind](leased) if leased else ():
                self._record(debt, result)
                del unrecorded[debt.id]
        except AWAY:
            raise  # the leases run out, and the debts are taken again
        except Exception as error:  # a fault of ours: kept, tried again, in the end shown
            log.error("delivery.failed", kind=kind, exc_info=True)
            for debt in unrecorded.values():
                self._record(debt, Postponed(problem=f"internal ({type(error).__name__})"))
        return taken

    def _record(self, debt: LeasedDebt, result: Settled | Postponed) -> None:
        with self._mentes.database.transaction(debt.organisation_id) as session:
            outcome = outbox.record(
                session,
                debt,
                result,
                now=self._mentes.clock(),
                most_attempts=self._mentes.settings.outbox_attempts,
                spread=random.random(),  # noqa: S311 # jitter, not a secret
                forget=debt.kind == MAIL,
            )
        level = log.error if outcome == outbox.Outcome.GIVEN_UP else log.info
        level(
            "delivery",
            kind=debt.kind,
            outbox_id=str(debt.id),
            outcome=outcome or "postponed",
            reason=result.problem,
            attempts=debt.attempts,
        )

    def _keep_house(self) -> None:
        now = self._mentes.clock()
        if self._kept_house_at is not None and now - self._kept_house_at < HOUSEKEEPING:
            return
        self._kept_house_at = now
        with self._mentes.database.transaction(EVERYWHERE) as session:
            StoredLogins(session).forget_expired(now)
            forget_ended(session, now)
            refusals.forget_old(session, now)
            notices.forget_old(session, now)
            completions.look_again_at_recent(session, now=now)
            outbox.forget_settled(session, before=now - KEPT)
            organisations = session.scalars(select(Organisation.id)).all()
        for organisation_id in organisations:
            self._look_after_keys(organisation_id, now)
        if self._swept_at is None or now - self._swept_at >= SWEEPING:
            self._swept_at = now
            self._retain()
            self._sweep(now)

    def _retain(self) -> None:
        """Erase what rules of retention want erased by now."""
        for erasure in retain(self._mentes):
            if erasure.statements:
                log.info("statements.erased", count=erasure.statements)

    def _sweep(self, now: datetime) -> None:
        """Delete what requests left where attachments are kept when they failed."""
        contents = self._mentes.contents
        if contents is None:
            return
        try:
            swept = attachments.sweep(
                lambda: self._mentes.database.reading(EVERYWHERE), contents, now
            )
        except Unavailable:  # whatever is left is left for tomorrow
            log.error("attachments.unreachable")
        else:
            log.info("attachments.swept", count=swept)

    def _look_after_keys(self, organisation_id: UUID, now: datetime) -> None:
        try:
            with self._mentes.database.transaction(organisation_id) as session:
                rotate_if_due(session, self._mentes.cipher, now=now)
        except SealBroken:  # mails and records need no keys
            log.error("keys.unreadable", organisation_id=str(organisation_id))
