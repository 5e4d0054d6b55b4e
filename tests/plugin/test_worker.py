"""The worker: nothing that goes wrong with one thing stops the others."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import NoResultFound

from config.settings import Settings
from lrs_bridge.completion import Completion, PersonKey
from lrs_bridge.errors import Unavailable
from lrs_bridge.lrs.attachments.contents import Folder
from plugin.app import Mentes, compose
from plugin.completions import inbox
from plugin.completions.model import CompletionRow, SourceKind, Status
from plugin.courses.deliveries import KIND as ROSTER
from plugin.foundation import outbox
from plugin.foundation.cipher import Cipher
from plugin.foundation.outbox import Debt, LeasedDebt, Outcome, Postponed, Settled, one_by_one
from plugin.foundation.tenancy import EVERYWHERE
from plugin.matching.deliveries import DRAFTING
from plugin.nudges.service import KIND as MAIL
from plugin.platforms.stores import StoredLogins
from plugin.records.scores import SCORE
from plugin.targets.model import STATEMENT
from plugin.worker import BATCH, Worker
from tests.conftest import MovableClock
from tests.plugin.factories import ISSUER, every, mentoring

Pay = Callable[[LeasedDebt], Settled | Postponed]


def owe(mentes: Mentes, organisation_id: UUID, kind: str, *keys: str) -> None:
    with mentes.database.transaction(organisation_id) as session:
        for key in keys:
            outbox.owe(session, kind, key=key, payload={"key": key}, now=mentes.clock())


def debts(mentes: Mentes) -> dict[str, Debt]:
    with mentes.database.reading(EVERYWHERE) as session:
        return {debt.key: debt for debt in every(session, Debt)}


def paying(mentes: Mentes, **ways: Pay) -> Worker:
    """Return a worker that pays some kinds in a way of this test."""
    deliveries = {kind: one_by_one(pay) for kind, pay in ways.items()}
    return Worker(replace(mentes, deliveries={**mentes.deliveries, **deliveries}))


def test_with_nothing_to_do_the_worker_is_idle(worker: Worker) -> None:
    assert worker.run_until_idle() == 0


def test_a_delivery_that_fails_in_a_way_nobody_thought_of_is_tried_again(
    mentes: Mentes, organisation_id: UUID
) -> None:
    def choke(debt: LeasedDebt) -> Settled:
        if debt.key == "poison":
            raise KeyError("ada@lms.example")
        return Settled()

    owe(mentes, organisation_id, MAIL, "poison", "fine")
    paying(mentes, **{MAIL: choke}).run_until_idle()
    kept = debts(mentes)
    assert kept["fine"].outcome == Outcome.DELIVERED
    assert (kept["poison"].outcome, kept["poison"].problem) == (None, "internal (KeyError)")
    assert kept["poison"].payload == {"key": "poison"}


def test_it_is_given_up_in_the_end_and_shown(
    mentes: Mentes, organisation_id: UUID, clock: MovableClock
) -> None:
    def choke(_debt: LeasedDebt) -> Settled:
        raise NoResultFound

    owe(mentes, organisation_id, MAIL, "poison")
    impatient = replace(mentes, settings=replace(mentes.settings, outbox_attempts=3))
    worker = paying(impatient, **{MAIL: choke})
    for _ in range(3):
        assert debts(mentes)["poison"].outcome is None
        worker.run_until_idle()
        clock.forward(hours=1)
    assert debts(mentes)["poison"].outcome == Outcome.GIVEN_UP


def test_of_a_batch_that_breaks_off_what_was_delivered_stays_so_and_the_rest_is_tried_without_it(
    mentes: Mentes, organisation_id: UUID
) -> None:
    delivered: list[str] = []

    def choking(batch: Sequence[LeasedDebt]) -> Iterator[tuple[LeasedDebt, Settled]]:
        for debt in batch:
            if debt.key == "second":
                raise ValueError
            delivered.append(debt.key)
            yield debt, Settled()

    owe(mentes, organisation_id, STATEMENT, "first", "second", "third")
    Worker(replace(mentes, deliveries={STATEMENT: choking})).run_once()
    kept = debts(mentes)
    assert sorted(delivered) == ["first", "third"]
    assert {key for key, debt in kept.items() if debt.outcome is None} == {"second"}
    assert kept["second"].problem == "internal (ValueError)"


def test_a_kind_that_nobody_delivers_waits(mentes: Mentes, organisation_id: UUID) -> None:
    owe(mentes, organisation_id, "pigeon", "one")
    Worker(mentes).run_until_idle()
    assert debts(mentes)["one"].outcome is None


def test_statements_travel_together_and_the_rest_one_by_one(
    mentes: Mentes, organisation_id: UUID
) -> None:
    batches: list[int] = []

    def note(batch: Sequence[LeasedDebt]) -> Iterator[tuple[LeasedDebt, Settled]]:
        batches.append(len(batch))
        yield from ((debt, Settled()) for debt in batch)

    for kind in (STATEMENT, MAIL, SCORE, ROSTER):
        owe(mentes, organisation_id, kind, *(f"{kind}-{number}" for number in range(3)))
    Worker(replace(mentes, deliveries=dict.fromkeys(mentes.deliveries, note))).run_until_idle()
    assert sorted(batches) == [1] * 9 + [3]
    assert BATCH == {STATEMENT: 50}


def test_two_workers_deliver_each_debt_once(
    mentes: Mentes, settings: Settings, clock: MovableClock, organisation_id: UUID
) -> None:
    delivered: list[str] = []

    def note(debt: LeasedDebt) -> Settled:
        delivered.append(debt.key)
        return Settled()

    keys = [str(number) for number in range(40)]
    owe(mentes, organisation_id, MAIL, *keys)
    other = compose(settings, clock=clock)
    workers = [paying(each, **{MAIL: note}) for each in (mentes, other)]
    threads = [threading.Thread(target=worker.run_until_idle) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.database.dispose()
    assert sorted(delivered) == sorted(keys)


def test_a_completion_that_we_choke_on_does_not_stop_the_others(
    mentes: Mentes, worker: Worker, organisation_id: UUID, clock: MovableClock
) -> None:
    mentoring(mentes.database, organisation_id)
    with mentes.database.transaction(organisation_id) as session:
        for number, keys in enumerate(([["account"]], [["account", "https://lms.example", "4"]])):
            session.add(
                CompletionRow(
                    source="moodle",
                    source_event_id=str(number),
                    person_keys=keys,
                    person_digest="",
                    kind="course",
                    state="completed",
                    at=clock(),
                    received_at=clock(),
                    status=Status.NEW,
                )
            )
    worker.run_until_idle()
    with mentes.database.reading(organisation_id) as session:
        rows = {row.source_event_id: row for row in every(session, CompletionRow)}
        assert inbox.due(session) == []
    assert (rows["0"].status, rows["0"].reason) == (Status.WAITING, "failed")
    assert rows["1"].status == Status.WAITING


def test_what_every_worker_died_of_is_given_up_and_shown(
    mentes: Mentes, organisation_id: UUID, clock: MovableClock
) -> None:
    owe(mentes, organisation_id, MAIL, "deadly")
    attempts = mentes.settings.outbox_attempts
    for _ in range(attempts):  # each took it, and never came back to say what became of it
        with mentes.database.transaction(EVERYWHERE) as session:
            assert outbox.claim(session, kinds=[MAIL], now=clock(), lease=60)
        clock.forward(minutes=2)
    tried: list[str] = []

    def pay(debt: LeasedDebt) -> Settled:
        tried.append(debt.key)
        return Settled()

    paying(mentes, **{MAIL: pay}).run_until_idle()
    assert tried == []
    assert debts(mentes)["deadly"].outcome == Outcome.GIVEN_UP


def test_what_was_settled_is_forgotten_after_thirty_days(
    mentes: Mentes, organisation_id: UUID, clock: MovableClock
) -> None:
    def pay(_debt: LeasedDebt) -> Settled:
        return Settled()

    owe(mentes, organisation_id, MAIL, "old")
    paying(mentes, **{MAIL: pay}).run_until_idle()
    clock.forward(days=29)
    Worker(mentes).run_once()
    assert "old" in debts(mentes)
    clock.forward(days=2)
    Worker(mentes).run_once()
    assert debts(mentes) == {}


def test_the_house_is_kept_once_a_minute(
    mentes: Mentes, worker: Worker, organisation_id: UUID, clock: MovableClock
) -> None:
    def sweep_is_due() -> bool:
        before = clock()
        with mentes.database.transaction(EVERYWHERE) as session:
            session.execute(text("DELETE FROM tool_key"))
        worker.run_once()
        with mentes.database.reading(EVERYWHERE) as session:
            made = session.execute(text("SELECT count(*) FROM tool_key")).scalar_one()
        assert clock() == before
        return bool(made)

    assert sweep_is_due()
    clock.forward(seconds=59)
    assert not sweep_is_due()
    clock.forward(seconds=1)
    assert sweep_is_due()


def test_attachments_that_belong_to_no_statement_are_swept_once_a_day(
    mentes: Mentes, clock: MovableClock, tmp_path: Path
) -> None:
    def left_behind() -> Path:
        path = tmp_path / "attachments" / "orphan"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"of a request that failed")
        os.utime(path, ((clock() - timedelta(days=2)).timestamp(),) * 2)
        return path

    worker = Worker(replace(mentes, contents=Folder(tmp_path / "attachments")))
    first = left_behind()
    worker.run_once()
    assert not first.exists()
    second = left_behind()
    clock.forward(hours=23)
    worker.run_once()
    assert second.exists()
    clock.forward(hours=1)
    worker.run_once()
    assert not second.exists()


def test_storage_of_attachments_that_is_away_stops_nothing_else(
    mentes: Mentes, organisation_id: UUID, tmp_path: Path
) -> None:
    class Away(Folder):
        def names(self, before: datetime) -> Iterator[str]:
            raise Unavailable("The storage of attachments could not be reached.")

    owe(mentes, organisation_id, MAIL, "one")
    away = replace(mentes, contents=Away(tmp_path))
    paying(away, **{MAIL: lambda _debt: Settled()}).run_until_idle()
    assert debts(mentes)["one"].outcome == Outcome.DELIVERED


def test_keys_that_cannot_be_read_stop_nothing_else(
    mentes: Mentes, worker: Worker, organisation_id: UUID
) -> None:
    worker.run_once()
    stranger = replace(mentes, cipher=Cipher("another secret key of the tests!"))
    owe(mentes, organisation_id, MAIL, "one")
    paying(stranger, **{MAIL: lambda _debt: Settled()}).run_until_idle()
    assert debts(mentes)["one"].outcome == Outcome.DELIVERED


def test_a_worker_works_until_it_is_stopped_and_outlives_its_database(
    mentes: Mentes, organisation_id: UUID
) -> None:
    delivered = threading.Event()

    def note(_debt: LeasedDebt) -> Settled:
        delivered.set()
        return Settled()

    stop = threading.Event()
    away = mentes.database.engine.dialect.name == "postgresql"
    worker = paying(mentes, **{MAIL: note})
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    if away:
        with mentes.database.transaction(EVERYWHERE) as session:
            session.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
    owe(mentes, organisation_id, MAIL, "one")
    assert delivered.wait(timeout=10)
    stop.set()
    thread.join(timeout=10)
    assert not thread.is_alive()


@pytest.mark.parametrize("kind", [MAIL, DRAFTING])
def test_the_inbox_waits_for_nobody_who_is_slow(
    mentes: Mentes, organisation_id: UUID, clock: MovableClock, kind: str
) -> None:
    threads = 2
    answered, taken = threading.Event(), threading.Semaphore(0)

    def be_slow(_debt: LeasedDebt) -> Settled:
        taken.release()
        answered.wait(60)
        return Settled()

    owe(mentes, organisation_id, kind, *(str(number) for number in range(2 * threads)))
    several = replace(mentes, settings=replace(mentes.settings, worker_threads=threads))
    stop = threading.Event()
    thread = threading.Thread(target=paying(several, **{kind: be_slow}).run, args=(stop,))
    thread.start()
    try:
        for _ in range(1 if kind == DRAFTING else threads):
            assert taken.acquire(timeout=10)
        completion = Completion(
            organisation_id=organisation_id,
            source="moodle",
            source_event_id="1",
            person_keys=(PersonKey.account(ISSUER, "4"),),
            course_key=f"{ISSUER}/course/view.php?id=2",
            module_key=None,
            kind="course",
            state="completed",
            at=clock(),
        )
        with mentes.database.transaction(organisation_id) as session:
            inbox.receive(session, [completion], came_by=SourceKind.WEBHOOK, now=clock())
        until = time.monotonic() + 20
        while news(mentes) and time.monotonic() < until:
            time.sleep(0.05)
        assert not news(mentes)
        assert not answered.is_set()
    finally:
        answered.set()
        stop.set()
        thread.join()


def news(mentes: Mentes) -> list[CompletionRow]:
    with mentes.database.reading(EVERYWHERE) as session:
        return every(session, CompletionRow, CompletionRow.status == Status.NEW)


def test_a_stopped_worker_does_not_finish_its_nap(worker: Worker) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    stop.set()
    began = time.monotonic()
    thread.join(timeout=10)
    assert time.monotonic() - began < 5


def test_logins_that_cannot_come_back_are_forgotten_by_the_way(
    mentes: Mentes, worker: Worker
) -> None:
    worker.run_once()
    with mentes.database.reading(EVERYWHERE) as session:
        assert StoredLogins(session).find("anything") is None
