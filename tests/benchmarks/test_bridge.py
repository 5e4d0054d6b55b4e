"""The benchmark of the bridge: what is measured is what it says."""

from __future__ import annotations

from uuid import uuid4

import pytest

from benchmarks.bridge import apply, backlog, deliver
from benchmarks.bridge.installation import on_postgresql
from benchmarks.bridge.targets import Measured
from plugin.foundation import outbox
from plugin.foundation.tenancy import EVERYWHERE
from tests import postgresql


def test_two_in_ten_of_the_mix_open_a_check_in_and_are_told_of() -> None:
    if postgresql.binaries() is None:
        pytest.skip("no PostgreSQL here")
    done = apply.run(500, apply.mix)  # of fifty people, every other recorded
    assert (done.applied, done.opened, done.mails) == (400, 100, 200)
    # That there is mentoring; the check-ins of 25; what a webhook said that 10 of them completed.
    assert done.statements == 1 + 25 * 2 + 10 * 9
    assert done.seconds > 0
    assert done.cpu > 0


def test_every_completion_of_a_mix_is_another() -> None:
    told = apply.mix(uuid4(), 200)
    assert len({each.source_event_id for each in told}) == 200
    assert len({each.person_keys for each in told}) == 20


def test_what_is_below_its_target_is_said_to_be() -> None:
    low = Measured(name="applied", value=499, unit="/s", least=500)
    assert low.missed
    assert str(low).endswith("MISSED")
    assert not Measured(name="applied", value=500, unit="/s", least=500).missed
    assert not Measured(name="openings", value=1, unit="/s").missed


def test_what_is_above_its_target_is_said_to_be() -> None:
    grown = Measured(name="claim", value=1.6, unit="×", most=1.5)
    assert grown.missed
    assert str(grown).endswith("1.60 ×  ≤ 1.5: MISSED")
    assert not Measured(name="claim", value=1.5, unit="×", most=1.5).missed


def test_both_deliver_what_they_are_given_to_one_store() -> None:
    (rates,) = deliver.rates(3, rounds=1)  # it counts itself what the store has then
    assert rates.ours > 0
    assert rates.theirs > 0


def test_a_backlog_is_as_large_as_it_says_and_a_claim_takes_nothing_away() -> None:
    if postgresql.binaries() is None:
        pytest.skip("no PostgreSQL here")
    with on_postgresql() as mentes:
        owners = backlog.tenants(mentes)
        for size in (40, 100):
            backlog.fill(mentes, owners, size)
            assert backlog.claim(mentes) > 0
            with mentes.database.reading(EVERYWHERE) as session:
                waiting = {it.waiting for it in outbox.backlog(session)}
            assert waiting == {size // backlog.TENANTS}
