"""Fill a store of ours: the same rows by the same code as requests make, without the requests."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from benchmarks.lrs import population
from lrs_bridge.lrs import store, wire
from plugin.foundation.clock import utc_now
from plugin.foundation.db import Database
from plugin.foundation.tenancy import EVERYWHERE

BATCH = 1000
AUTHORITY = {
    "objectType": "Agent",
    "account": {"homePage": "https://mentes.example.org/xapi", "name": "benchmark"},
}


def fill(database: Database, organisation_id: UUID, total: int) -> None:
    """Store statements 0 to `total` − 1, in this order."""
    for body in _bodies(total):
        with database.transaction(EVERYWHERE) as session:
            store.insert(
                session,
                organisation_id,
                wire.read_statements(body, most=BATCH),
                authority=AUTHORITY,
                clock=utc_now,
            )


def _bodies(total: int) -> Iterator[bytes]:
    for first in range(0, total, BATCH):
        several = population.texts(range(first, min(first + BATCH, total)))
        yield f"[{','.join(several)}]".encode()
