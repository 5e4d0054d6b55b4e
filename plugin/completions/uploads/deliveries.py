"""The worker's way to uploads."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from plugin.completions.uploads.service import KIND
from plugin.completions.uploads.slices import Overtaken, Slices
from plugin.foundation.clock import Clock
from plugin.foundation.db import Database
from plugin.foundation.outbox import LeasedDebt, Outcome, Postponed, Settled, prolong

__all__ = ["KIND", "UploadDelivery"]


class LeaseLost(Exception):
    """Another worker has the debt: we took too long to say that we are at it."""


class UploadDelivery:
    """Does a slice of what is owed for an upload."""

    def __init__(self, database: Database, clock: Clock, cutoff_days: int, *, lease: int) -> None:
        self._slices = Slices(database=database, clock=clock, cutoff_days=cutoff_days)
        self._lease = lease

    def __call__(self, debt: LeasedDebt) -> Settled | Postponed:
        """Do a slice; the next is owed by then."""

        def hold(session: Session) -> None:
            if not prolong(session, debt, now=self._slices.clock(), lease=self._lease):
                raise LeaseLost

        try:
            was_due = self._slices(debt.organisation_id, UUID(debt.payload["upload_id"]), hold)
        except LeaseLost:
            return Postponed(problem="lease-lost")
        except Overtaken:  # `mentes completions import` looks it through as well
            return Postponed(problem="overtaken")
        return Settled() if was_due else Settled(outcome=Outcome.SUPERSEDED)
