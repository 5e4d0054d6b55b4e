"""A platform that somebody closed is asked and told nothing; what is owed to it waits."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from plugin.app import Mentes
from plugin.foundation.outbox import LONGEST_SILENCE, Debt, Outcome
from plugin.foundation.tenancy import EVERYWHERE
from plugin.platforms.service import registration
from plugin.worker import Worker
from tests.conftest import MovableClock
from tests.plugin.launching import TEACHER, Campus


def switched(campus: Campus, mentes: Mentes, *, enabled: bool) -> None:
    with mentes.database.transaction(EVERYWHERE) as session:
        registration(session, campus.registration_id).enabled = enabled


def test_nothing_is_asked_of_a_closed_platform_until_it_is_opened_again(
    campus: Campus, mentes: Mentes, worker: Worker, clock: MovableClock
) -> None:
    campus.launched(TEACHER)  # owes the roster, the groups, and what we want to be told of
    switched(campus, mentes, enabled=False)
    before = len(campus.platform.exchanges)

    def outcomes() -> dict[str, tuple[str | None, int]]:
        with mentes.database.reading(EVERYWHERE) as session:
            return {
                each.kind: (each.outcome, each.attempts) for each in session.scalars(select(Debt))
            }

    worker.run_until_idle()
    clock.forward(days=30)
    worker.run_until_idle()
    assert len(campus.platform.exchanges) == before
    waiting = outcomes()
    assert {"roster", "groups", "notice-handlers"} <= waiting.keys()
    assert set(waiting.values()) == {(None, 0)}  # and none is blamed for the wait
    switched(campus, mentes, enabled=True)
    clock.now += timedelta(seconds=LONGEST_SILENCE + 1)
    worker.run_until_idle()
    assert {outcome for outcome, _ in outcomes().values()} == {Outcome.DELIVERED}
