"""What runs in the background, as one loop: completions, looks at their sources, debts, the house.

Any number of workers may run beside any number of web processes. Each piece of work is leased or
locked in one transaction, done outside of any, and recorded in another; a worker that is killed
leaves nothing behind but a lease that runs out.
"""

from __future__ import annotations

import gc
import random
import sys
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from threading import Event, Thread
from uuid import UUID

import structlog
from sqlalchemy import select

from lrs_bridge.errors import Unavailable
from lrs_bridge.lrs.attachments import received as attachments
from plugin.app import Mentes
from plugin.completions import service as completions
from plugin.completions.applying import Applying
from plugin.completions.looking import Looking
from plugin.completions.uploads import service as uploads
from plugin.completions.uploads.deliveries import KIND as UPLOAD
from plugin.completions.waiting_undoing import KIND as UNBINDING
from plugin.erasing import retain
from plugin.foundation import outbox
from plugin.foundation.cipher import SealBroken
from plugin.foundation.db import AWAY
from plugin.foundation.outbox import Away, Halted, LeasedDebt, Postponed, Result
from plugin.foundation.tenancy import EVERYWHERE, Organisation
from plugin.launches import refusals
from plugin.launches.service import forget_ended
from plugin.matching.deliveries import DRAFTING, PUBLISHING
from plugin.nudges.service import KIND as MAIL
from plugin.platforms import notices
from plugin.platforms.keys import rotate_if_due
from plugin.platforms.stores import StoredLogins
from plugin.targets.model import STATEMENT

log = structlog.get_logger()

IDLE = 0.5  # s between two looks when there is nothing to do
HOUSEKEEPING = timedelta(minutes=1)
SWEEPING = timedelta(days=1)
KEPT = timedelta(days=30)
"""How long a settled debt is kept for the operator to look at; then it is nobody's business."""
BATCH = {STATEMENT: 50}
"""How many debts of a kind are leased at once: statements travel together, others one by one, so
that a slow platform cannot outlast the lease of what waits behind it."""
INWARD = frozenset({DRAFTING, PUBLISHING, UPLOAD, UNBINDING})
"""Kinds that this machine's processor pays."""
COLLECTED_AT = 50_000
"""Objects made and not let go of after which a worker looks for those in circles."""
TURN = 0.0005
"""How long one of several hands keeps the others from working, in seconds."""
LOOKERS = 2
"""Sources that one worker looks at at a time: one that drips does not hold up the others."""
IN_ORDER = frozenset({STATEMENT})
"""Kinds whose order counts: one worker at a time serves one target."""

_NOT_YET: dict[type[Result], str] = {Postponed: "postponed", Away: "away", Halted: "paused"}

CameOf = dict[UUID, tuple[LeasedDebt, Result]]
"""What came of debts, by their ids."""


def tuned() -> None:
    """Tune a process for a worker's work, of many hands that make much and let go of it.

    What is loaded by now stays until the process ends: the garbage collector need not look it
    through again and again, a third of a second at a time; nor what is made, before it is let go
    of. And a hand to which the database has answered need not wait for its turn ten times as long
    as the answer took.
    """
    sys.setswitchinterval(TURN)
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECTED_AT)


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
        """Work until `stop` is set. A database that is away is waited for, not died of.

        Whoever is slow to answer keeps one hand waiting of those that reach out; and neither they
        nor what takes long to work out ever keep the inbox waiting, which has a thread of its own.
        """
        log.info("worker.started")
        beside: list[Callable[[], int]] = [self._deliver_inward]
        beside += [self._look_at_sources] * LOOKERS
        beside += [self._deliver_outward] * self._mentes.settings.worker_threads
        hands = [Thread(target=self._keep_at, args=(stop, work)) for work in beside]
        for hand in hands:
            hand.start()
        self._keep_at(stop, self._take_in)
        for hand in hands:
            hand.join()
        log.info("worker.stopped")

    def _keep_at(self, stop: Event, work: Callable[[], int]) -> None:
        while not stop.is_set():
            try:
                worked = work()
            except Exception:  # whatever it was, the next round may do better than no worker
                log.error("worker.failed", exc_info=True)
                worked = 0
            if not worked:
                stop.wait(IDLE)

    def run_until_idle(self) -> int:
        """Work until nothing is due; return how much was done."""
        done = 0
        while worked := self.run_once():
            done += worked
        return done

    def run_once(self) -> int:
        """Do what is due now, once; return how much that was."""
        return self._take_in() + self._deliver_all() + self._look_at_sources()

    def _take_in(self) -> int:
        """Keep house, and apply what came in; return how much that was."""
        self._keep_house()
        return self._apply_completions()

    def _deliver_all(self) -> int:
        """Deliver what is next of each kind; return how much that was."""
        return sum(self._deliver(kind) for kind in self._waiting())

    def _deliver_inward(self) -> int:
        """The same, of what is worked out here: it needs no second hand."""
        return sum(self._deliver(kind) for kind in self._waiting() if kind in INWARD)

    def _deliver_outward(self) -> int:
        """The same, of what others are waited for."""
        return sum(self._deliver(kind) for kind in self._waiting() if kind not in INWARD)

    def _waiting(self) -> list[str]:
        """Return the kinds of which anything waits: a round with nothing to do asks once."""
        with self._mentes.database.reading(EVERYWHERE) as session:
            return outbox.waiting_kinds(session, list(self._mentes.deliveries))

    def _deliver(self, kind: str) -> int:
        settings = self._mentes.settings
        with self._mentes.database.transaction(EVERYWHERE) as session:
            leased = outbox.claim(
                session,
                kinds=[kind],
                now=self._mentes.clock(),
                lease=settings.outbox_lease,
                limit=BATCH.get(kind, 1),
                in_order=kind in IN_ORDER,
            )
        if not leased:
            return 0
        came_of: CameOf = {}
        for debt in leased:
            if debt.attempts > settings.outbox_attempts:
                # Every worker that took it died of it before it could say so.
                came_of[debt.id] = debt, Postponed(problem="worker-died")
        trying = [debt for debt in leased if debt.id not in came_of]
        came_of |= self._paid(kind, trying)
        self._record(list(came_of.values()))
        return len(leased)

    def _paid(self, kind: str, debts: Sequence[LeasedDebt]) -> CameOf:
        """Pay debts, and return what came of each; one that we fail at holds up no other."""
        came_of: CameOf = {}
        try:
            for debt, result in self._mentes.deliveries[kind](debts) if debts else ():
                came_of[debt.id] = debt, result
        except AWAY:
            raise  # the leases run out, and the debts are taken again
        except Exception as error:  # a fault of ours: kept, tried again, in the end shown
            log.error("delivery.failed", kind=kind, exc_info=True)
            failed = Postponed(problem=f"internal ({type(error).__name__})")
        else:
            return came_of
        left = [debt for debt in debts if debt.id not in came_of]
        if len(left) < 2:
            return came_of | {debt.id: (debt, failed) for debt in left}
        middle = len(left) // 2  # it is found by halves, so that the lease is long enough
        came_of |= self._paid(kind, left[:middle])
        stopped = [it for _, it in came_of.values() if isinstance(it, Away | Halted)]
        if stopped:
            return came_of | {debt.id: (debt, stopped[0]) for debt in left[middle:]}
        return came_of | self._paid(kind, left[middle:])

    def _record(self, came_of: Sequence[tuple[LeasedDebt, Result]]) -> None:
        """Write down what came of debts of one channel, together, and let others at it."""
        debts = [debt for debt, _ in came_of]
        with self._mentes.database.transaction(debts[0].organisation_id) as session:
            outcomes = outbox.record_all(
                session,
                came_of,
                now=self._mentes.clock(),
                most_attempts=self._mentes.settings.outbox_attempts,
                spread=random.random(),  # noqa: S311 # jitter, not a secret
                forget=debts[0].kind == MAIL,
            )
            outbox.release(session, debts)
        for (debt, result), outcome in zip(came_of, outcomes, strict=True):
            stands = outcome == outbox.Outcome.GIVEN_UP or isinstance(result, Halted)
            (log.error if stands else log.info)(
                "delivery",
                kind=debt.kind,
                outbox_id=str(debt.id),
                organisation_id=str(debt.organisation_id),
                outcome=outcome or _NOT_YET[type(result)],
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
            completions.look_again_at_waiting(session, now=now)
            uploads.forget_old(session, now=now)
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
