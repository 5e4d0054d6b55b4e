"""A backlog of a million: what a claim costs, and what a worker holds in memory."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text

from benchmarks.bridge.installation import on_postgresql
from benchmarks.bridge.targets import Measured
from benchmarks.lrs import population
from lti.testing import serving
from plugin.app import Mentes
from plugin.foundation import outbox
from plugin.foundation.clock import utc_now
from plugin.foundation.outbox import channel_id
from plugin.foundation.tenancy import EVERYWHERE
from plugin.platforms.service import organisation
from plugin.targets import service
from plugin.targets.model import STATEMENT

SMALL, LARGE, QUICK = 10_000, 1_000_000, 100_000
TENANTS = 20
CLAIMS = 40
DELIVERED = 2_000
"""Statements that a worker has delivered when its memory is looked at."""
SLOWER = 1.5
FATTER = 1.1
PATIENCE = 600  # s
_ROWS = text("""
    INSERT INTO outbox (id, organisation_id, kind, target, channel, key, payload,
                        created_at, due_at, place, attempts)
    SELECT gen_random_uuid(), :owner, :kind, :target, :channel, 'statement ' || number,
           jsonb_set(CAST(:payload AS jsonb), '{id}', to_jsonb(gen_random_uuid())),
           :now, :now, number, 0
    FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS number
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was measured at one size of the backlog."""

    rows: int
    claim: float
    """Seconds, of the quickest: who else uses the machine only makes one slower."""
    scrape: float
    """Seconds that /metrics takes to count it."""
    memory: int
    """Bytes that a worker held at most."""


def measured(asked: argparse.Namespace) -> Iterator[Measured]:
    """Yield what claims and workers cost at both sizes.

    Raises:
        NotMeasured: there is no PostgreSQL.
    """
    small, large = seen([SMALL, QUICK if asked.quick else LARGE])
    for each in (small, large):
        yield Measured(
            name=f"claim, {each.rows:,} wait",
            value=each.claim * 1e3,
            unit="ms",
            beside=f"counted for /metrics in {each.scrape * 1e3:,.0f} ms",
        )
        yield Measured(
            name=f"memory of a worker, {each.rows:,} wait", value=each.memory / 2**20, unit="MiB"
        )
    yield Measured(
        name="claim, the larger to the smaller",
        value=large.claim / small.claim,
        unit="×",
        most=SLOWER,
    )
    yield Measured(
        name="memory, the larger to the smaller",
        value=large.memory / small.memory,
        unit="×",
        most=FATTER,
    )


def seen(sizes: Iterable[int]) -> Iterator[Seen]:
    """Fill one outbox up to each of `sizes`, and look at it there.

    Raises:
        NotMeasured: there is no PostgreSQL.
    """
    with serving() as server:
        store = Store()
        server.app = store
        with on_postgresql(lrs_url=f"{server.url}/xapi", lrs_key="k", lrs_secret="s") as mentes:  # noqa: S106
            owners = tenants(mentes)
            for size in sizes:
                fill(mentes, owners, size)
                yield Seen(
                    rows=size,
                    claim=claim(mentes),
                    scrape=scrape(mentes),
                    memory=memory(mentes, store),
                )


@dataclass
class Store:
    """A record store that takes everything, at once."""

    taken: int = 0

    def __call__(self, environ: dict[str, Any], start: Any) -> list[bytes]:
        body = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        self.taken += len(body)
        start("200 OK", [("Content-Type", "application/json")])
        return [json.dumps([each["id"] for each in body]).encode()]


def tenants(mentes: Mentes) -> list[UUID]:
    """Return as many organisations as the backlog is shared by."""
    with mentes.database.transaction(EVERYWHERE) as session:
        return [
            organisation(session, f"Tenant {number}", now=utc_now()).id for number in range(TENANTS)
        ]


def fill(mentes: Mentes, owners: list[UUID], size: int) -> None:
    """Owe each tenant's share of `size` statements in all."""
    (payload,) = population.texts([7])
    share = size // len(owners)
    for owner in owners:
        with mentes.database.transaction(owner) as session:
            (target,) = service.targets(session, now=utc_now())
            channel = channel_id(owner, STATEMENT, str(target.id))
            known = session.execute(
                text(
                    "SELECT count(*), max(place) FROM outbox WHERE channel = :channel"
                    " AND settled_at IS NULL"
                ),
                {"channel": channel},
            ).one()
            waiting, last = known[0], -1 if known[1] is None else known[1]
            session.execute(
                _ROWS,
                {
                    "owner": owner,
                    "kind": STATEMENT,
                    "target": str(target.id),
                    "channel": channel,
                    "payload": payload,
                    "now": utc_now(),
                    "first": last + 1,
                    "last": last + share - waiting,
                },
            )
    with mentes.database.engine.execution_options(
        isolation_level="AUTOCOMMIT"
    ).connect() as connection:
        connection.exec_driver_sql("VACUUM ANALYZE outbox")


def claim(mentes: Mentes) -> float:
    """Return how long a worker takes to claim what is next, in seconds; nothing stays claimed."""
    took = []
    for _ in range(CLAIMS):
        with mentes.database.transaction(EVERYWHERE) as session:
            began = time.perf_counter()
            debts = outbox.claim(session, kinds=[STATEMENT], now=utc_now(), lease=60, in_order=True)
            took.append(time.perf_counter() - began)
            assert debts
            session.rollback()
    return min(took)


def scrape(mentes: Mentes) -> float:
    """Return how long /metrics takes to count what waits, in seconds."""
    began = time.perf_counter()
    with mentes.database.reading(EVERYWHERE) as session:
        assert len(outbox.backlog(session)) == TENANTS
    return time.perf_counter() - began


def memory(mentes: Mentes, store: Store) -> int:
    """Let a worker of its own deliver some of it; return the bytes that it held at most."""
    settings, taken = mentes.settings, store.taken
    environment = {
        "MENTES_PUBLIC_URL": settings.public_url,
        "MENTES_SECRET_KEY": settings.secret_key,
        "MENTES_DATABASE_URL": settings.database_url,
        "MENTES_LRS_URL": settings.lrs_url,
        "MENTES_LRS_KEY": settings.lrs_key,
        "MENTES_LRS_SECRET": settings.lrs_secret,
        "MENTES_LOG_LEVEL": "error",
    }
    command = [sys.executable, "-m", "plugin", "worker"]
    with subprocess.Popen(command, env=os.environ | environment) as worker:
        until = time.monotonic() + PATIENCE
        while store.taken - taken < DELIVERED and time.monotonic() < until:
            assert worker.poll() is None
            time.sleep(0.1)
        most = _peak(worker.pid)
        worker.terminate()
    assert store.taken - taken >= DELIVERED
    return most


def _peak(pid: int) -> int:
    """Return the most bytes that a process ever had in memory."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (kilobytes,) = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return int(kilobytes) * 1024
