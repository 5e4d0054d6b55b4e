"""kill -9 of workers while they send: each statement once, in order, whenever it comes."""

from __future__ import annotations

import time
from dataclasses import replace
from threading import Lock
from typing import Any
from uuid import UUID

from plugin.app import Mentes
from plugin.foundation.outbox import Outcome
from tests.journeys.test_killed_worker import a_worker
from tests.plugin.targets.conftest import Answer, a_moody_store, a_target, accepted, debts, owe

COUNT = 230
KILLED_AT = {1: "before", 3: "after", 4: "before", 6: "after"}
"""Which of the requests kills its worker: before the store keeps what it brings, or after."""
PATIENCE = 120  # s


def test_workers_killed_in_the_middle_of_a_batch_send_each_once_and_in_order(
    mentes: Mentes, organisation_id: UUID
) -> None:
    kept: list[str] = []
    requests = 0
    lock = Lock()
    victims: list[Any] = []

    def store(batch: list[dict[str, Any]]) -> Answer | None:
        nonlocal requests
        with lock:
            requests += 1
            how = KILLED_AT.get(requests)
            if how == "before":
                kill(victims[-1])
                return None
            kept.extend(one["id"] for one in batch if one["id"] not in kept)
            if how == "after":
                kill(victims[-1])
                return None
            return accepted(batch)

    with a_moody_store(store) as moody:
        a_target(mentes, organisation_id, moody.url)
        ids = owe(mentes, organisation_id, COUNT)
        settings = replace(mentes.settings, outbox_lease=2)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and unpaid(mentes):
            with a_worker(settings) as victim:
                victims.append(victim)
                while victim.poll() is None and unpaid(mentes) and time.monotonic() < until:
                    time.sleep(0.1)
        assert unpaid(mentes) == 0
    assert len(victims) == len(KILLED_AT) + 1
    assert kept == ids
    assert {debt.outcome for debt in debts(mentes).values()} == {Outcome.DELIVERED}


def kill(process: Any) -> None:
    process.kill()
    process.wait()


def unpaid(mentes: Mentes) -> int:
    return sum(debt.settled_at is None for debt in debts(mentes).values())
