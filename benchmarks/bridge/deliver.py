"""Statements delivered per second: by our worker, and by tincan's RemoteLRS one by one."""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import tincan
from sqlalchemy import func, select

from benchmarks.bridge.installation import a_mentes
from benchmarks.bridge.targets import Measured
from benchmarks.lrs import population
from benchmarks.lrs.load import Way
from benchmarks.lrs.servers.mentes import KEY, MENTES, SECRET
from lrs_bridge.lrs.tables import statement
from plugin.app import Mentes
from plugin.foundation import outbox
from plugin.foundation.clock import utc_now
from plugin.foundation.db import Database
from plugin.foundation.tenancy import EVERYWHERE
from plugin.platforms.service import organisation
from plugin.targets.service import Said, owe_statements
from plugin.worker import Worker

TIMES = 6  # as many a second as tincan
MANY, FEW = 600, 200
ROUNDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Statements a second, of one round."""

    ours: float
    theirs: float

    @property
    def times(self) -> float:
        """How many of ours to one of theirs."""
        return self.ours / self.theirs


def measured(asked: argparse.Namespace) -> Iterator[Measured]:
    """Yield how much quicker statements are delivered than tincan saves them."""
    found = rates(FEW if asked.quick else MANY, rounds=ROUNDS)
    ours = statistics.median(each.ours for each in found)
    theirs = statistics.median(each.theirs for each in found)
    spread = ", ".join(f"{each.times:.1f}" for each in found)
    yield Measured(name="delivered by a worker", value=ours, unit="/s")
    yield Measured(name="saved by tincan.RemoteLRS", value=theirs, unit="/s")
    yield Measured(
        name="delivered, times tincan.RemoteLRS",
        value=statistics.median(each.times for each in found),
        unit="×",
        least=TIMES,
        beside=f"rounds {spread}",
    )


def rates(count: int, *, rounds: int) -> list[Rates]:
    """Let both deliver `count` statements each, by turns, to one store; return each round's rates.

    They are the same but for their ids. Ours are owed, and tincan's are made, before the clock
    starts.
    """
    found = []
    with tempfile.TemporaryDirectory(prefix="mentes-bench-") as name:
        folder = Path(name)
        MENTES.prepare(folder, 0)
        process, way = MENTES.start(folder)
        try:
            store: dict[str, Any] = {
                "lrs_url": _endpoint(way),
                "lrs_key": KEY,
                "lrs_secret": SECRET,
            }
            with a_mentes(f"sqlite:///{folder}/outbox.db", **store) as mentes:
                with mentes.database.transaction(EVERYWHERE) as session:
                    owner = organisation(session, "Acme", now=utc_now()).id
                worker = Worker(mentes)
                worker.run_until_idle()  # it makes keys
                for number in range(rounds + 1):
                    of_round = range(number * count, (number + 1) * count)
                    ours = _ours(mentes, worker, owner, of_round)
                    theirs = _theirs(way, of_round)
                    found.append(Rates(ours=count / ours, theirs=count / theirs))
            assert _kept(folder) == 2 * (rounds + 1) * count
        finally:
            process.stop()
    return found[1:]  # the first warms both, and the store


def _endpoint(way: Way) -> str:
    return f"http://127.0.0.1:{way.port}{way.path.removesuffix('/statements')}"


def _ours(mentes: Mentes, worker: Worker, owner: UUID, numbers: range) -> float:
    """Owe statements and return how long a worker takes to deliver them, in seconds."""
    with mentes.database.transaction(owner) as session:
        told = [json.loads(text) for text in population.texts(numbers)]
        said = [Said(statement=each, key=each["id"], now=utc_now()) for each in told]
        owe_statements(session, said)
    began = time.perf_counter()
    worker.run_until_idle()
    seconds = time.perf_counter() - began
    with mentes.database.reading(EVERYWHERE) as session:
        assert outbox.unpaid(session) == {}
    return seconds


def _theirs(way: Way, numbers: range) -> float:
    """Return how long tincan takes to save statements one by one, in seconds."""
    lrs = tincan.RemoteLRS(
        version="1.0.3", endpoint=f"{_endpoint(way)}/", username=KEY, password=SECRET
    )
    texts = population.texts(numbers, named=False)
    statements = [tincan.Statement({**json.loads(text), "id": str(uuid4())}) for text in texts]
    began = time.perf_counter()
    for each in statements:
        answer = lrs.save_statement(each)
        assert answer.success, answer.data
    return time.perf_counter() - began


def _kept(folder: Path) -> int:
    """Return how many statements the store has."""
    database = Database(MENTES.url(folder))
    with database.reading(EVERYWHERE) as session:
        kept = session.scalars(select(func.count()).select_from(statement)).one()
    database.dispose()
    return kept
