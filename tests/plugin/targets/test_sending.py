"""What is owed to a target arrives there, once and in order, whatever the target does."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from lrs_bridge.version import Version
from plugin.app import Mentes
from plugin.foundation import outbox
from plugin.foundation.outbox import Channel, Debt, Halted, Outcome, PausedBy
from plugin.foundation.tenancy import EVERYWHERE
from plugin.targets import service
from plugin.targets.model import STATEMENT, Target
from plugin.targets.service import Described
from plugin.undelivered import service as undelivered
from plugin.worker import Worker
from tests.conftest import MovableClock
from tests.plugin.factories import an_organisation, every
from tests.plugin.targets.conftest import (
    NOBODY,
    Answer,
    Somewhere,
    a_moody_store,
    a_target,
    accepted,
    debts,
    owe,
)

NOT_AN_IRI = {"id": "no address"}


def outcomes(mentes: Mentes) -> set[str | None]:
    return {debt.outcome for debt in debts(mentes).values()}


def channel(mentes: Mentes, target_id: UUID) -> Channel:
    with mentes.database.reading(EVERYWHERE) as session:
        (found,) = every(session, Channel, Channel.target == str(target_id))
        return found


def test_an_organisation_that_chose_nothing_has_the_target_of_the_installation(
    mentes: Mentes, organisation_id: UUID, worker: Worker
) -> None:
    owe(mentes, organisation_id, 2)
    with mentes.database.transaction(organisation_id) as session:
        (target,) = service.targets(session, now=mentes.clock())
    assert {debt.target for debt in debts(mentes).values()} == {str(target.id)}
    worker.run_until_idle()
    assert outcomes(mentes) == {Outcome.DELIVERED}


def test_a_remote_target_gets_them_in_the_order_in_which_they_were_owed(
    mentes: Mentes, organisation_id: UUID, worker: Worker, somewhere: Somewhere
) -> None:
    a_target(mentes, organisation_id, somewhere.url)
    ids = owe(mentes, organisation_id, 60)
    worker.run_until_idle()
    assert somewhere.ids() == ids
    assert outcomes(mentes) == {Outcome.DELIVERED}


def test_sending_again_what_is_there_changes_nothing(
    mentes: Mentes, organisation_id: UUID, worker: Worker, somewhere: Somewhere
) -> None:
    a_target(mentes, organisation_id, somewhere.url)
    ids = owe(mentes, organisation_id, 3)
    worker.run_until_idle()
    with mentes.database.transaction(EVERYWHERE) as session:
        for debt in every(session, Debt):
            debt.settled_at = debt.outcome = None
    worker.run_until_idle()
    assert somewhere.ids() == ids
    assert outcomes(mentes) == {Outcome.DELIVERED}


def test_each_target_has_a_debt_of_its_own_and_trouble_of_its_own(
    mentes: Mentes, organisation_id: UUID, worker: Worker, somewhere: Somewhere
) -> None:
    dead = a_target(mentes, organisation_id, NOBODY)
    a_target(mentes, organisation_id, somewhere.url)
    ids = owe(mentes, organisation_id, 3)
    worker.run_until_idle()
    assert somewhere.ids() == ids
    with mentes.database.reading(EVERYWHERE) as session:
        waiting = every(session, Debt, Debt.settled_at.is_(None))
    assert {debt.target for debt in waiting} == {str(dead)}
    assert {debt.attempts for debt in waiting} == {0}  # it was not about them
    assert channel(mentes, dead).failures == 1


def test_what_a_store_will_never_take_is_parked_alone_with_what_it_said(
    mentes: Mentes, organisation_id: UUID, worker: Worker, somewhere: Somewhere
) -> None:
    a_target(mentes, organisation_id, somewhere.url)
    good = owe(mentes, organisation_id, 3)
    (bad,) = owe(mentes, organisation_id, verb=NOT_AN_IRI)
    good += owe(mentes, organisation_id, 3)
    worker.run_until_idle()
    assert somewhere.ids() == good
    parked = debts(mentes)[bad]
    assert (parked.outcome, parked.problem) == (Outcome.GIVEN_UP, "statement-refused (400)")
    assert parked.said is not None
    assert "/0/verb/id" in parked.said
    assert parked.payload["id"] == bad


def test_what_a_store_says_of_people_is_not_kept(
    mentes: Mentes, organisation_id: UUID, worker: Worker
) -> None:
    def talkative(batch: Sequence[dict[str, Any]]) -> Answer:
        return 400, f"I do not like {json.dumps(batch[0]['actor'])} of ada@lms.example", {}

    actor = {"account": {"homePage": "https://lms.example", "name": "ada-lovelace"}}
    with a_moody_store(talkative) as moody:
        a_target(mentes, organisation_id, moody.url)
        (id,) = owe(mentes, organisation_id, actor=actor)
        worker.run_until_idle()
    said = debts(mentes)[id].said
    assert said is not None
    assert "I do not like" in said
    assert "ada" not in said


def test_another_statement_of_the_same_id_is_parked_as_a_conflict(
    mentes: Mentes, organisation_id: UUID, worker: Worker
) -> None:
    def conflicting(batch: list[dict[str, Any]]) -> Answer:
        if batch:
            return 409, "", {}
        theirs = {"actor": {"mbox": "mailto:x@x.example"}, "verb": {"id": "https://v"}}
        return 200, json.dumps(theirs | {"object": {"id": "https://o"}}), {}

    with a_moody_store(conflicting) as moody:
        a_target(mentes, organisation_id, moody.url)
        (id,) = owe(mentes, organisation_id)
        worker.run_until_idle()
    assert debts(mentes)[id].problem == "statement-conflict"


@pytest.mark.parametrize("status", [401, 403])
def test_a_target_that_lets_us_in_no_more_is_paused_until_it_is_mended(
    mentes: Mentes,
    organisation_id: UUID,
    worker: Worker,
    clock: MovableClock,
    status: int,
) -> None:
    with a_moody_store(lambda _batch: (status, "no", {})) as moody:
        target_id = a_target(mentes, organisation_id, moody.url)
        ids = owe(mentes, organisation_id, 3)
        worker.run_until_idle()
        clock.forward(days=3)
        worker.run_until_idle()
        assert len(moody.asked) == 1
        state = channel(mentes, target_id)
        assert state.problem == f"record-store-unauthorised ({status})"
        assert state.paused_at is not None
        moody.answer = accepted
        ids += owe(mentes, organisation_id)
        with mentes.database.transaction(organisation_id) as session:
            target = service.one(session, target_id)
            mended = Described(name=target.name, endpoint=moody.url, key="k", secret="another")
            service.change(session, target, mended, mentes.cipher, now=clock())
        worker.run_until_idle()
        assert [id for batch in moody.posted[1:] for id in batch] == ids
    assert outcomes(mentes) == {Outcome.DELIVERED}


def trouble(kind: str) -> Answer | None:
    answers: dict[str, Answer | None] = {
        "busy": (429, "", {"Retry-After": "900"}),
        "broken": (500, "", {}),
        "away": (503, "", {"Retry-After": "60"}),
        "cut": None,
        "a page": (200, "<html>Please log in</html>", {}),
    }
    return answers[kind]


@pytest.mark.parametrize(
    ("kind", "least"), [("busy", 900), ("broken", 2), ("away", 60), ("cut", 2), ("a page", 2)]
)
def test_a_target_in_trouble_is_asked_again_after_a_while_and_gets_all_in_order(
    mentes: Mentes,
    organisation_id: UUID,
    worker: Worker,
    clock: MovableClock,
    kind: str,
    least: float,
) -> None:
    with a_moody_store(lambda _batch: trouble(kind)) as moody:
        target_id = a_target(mentes, organisation_id, moody.url)
        ids = owe(mentes, organisation_id, 5)
        worker.run_until_idle()
        state = channel(mentes, target_id)
        assert (state.due_at - clock()).total_seconds() >= least
        assert len(moody.posted) == 1
        moody.answer = accepted
        worker.run_until_idle()
        assert len(moody.posted) == 1  # it is left alone until then
        clock.now = state.due_at
        worker.run_until_idle()
        assert [id for batch in moody.posted[1:] for id in batch] == ids
    assert channel(mentes, target_id).failures == 0


def test_three_days_away_lose_nothing_keep_the_order_and_bring_no_herd(
    mentes: Mentes, organisation_id: UUID, worker: Worker, clock: MovableClock
) -> None:
    with a_moody_store(lambda _batch: (503, "", {})) as moody:
        a_target(mentes, organisation_id, moody.url)
        ids: list[str] = []
        began = clock()
        while (clock() - began).days < 3:
            ids += owe(mentes, organisation_id, 2)
            worker.run_once()  # there is nothing that a second round could do
            clock.forward(minutes=10)
        away = len(moody.posted)
        assert away <= 3 * 24 * 4 + 20  # about every half an hour at most, one request each
        assert all(len(batch) == 1 for batch in moody.posted[20:])
        moody.answer = accepted
        clock.forward(hours=1)
        worker.run_until_idle()
        back = moody.posted[away:]
        assert [len(batch) for batch in back[:2]] == [1, 50]  # first one, to see
        assert [id for batch in back for id in batch] == ids
    assert {debt.outcome for debt in debts(mentes).values()} == {Outcome.DELIVERED}


@pytest.mark.parametrize("status", [500, 504, 0])
def test_a_store_that_breaks_on_one_statement_gets_the_others(
    mentes: Mentes, organisation_id: UUID, worker: Worker, clock: MovableClock, status: int
) -> None:
    bad: list[str] = []

    def breaking(batch: list[dict[str, Any]]) -> Answer | None:
        if any(one["id"] in bad for one in batch):
            return (status, "Internal Server Error", {}) if status else None
        return accepted(batch) if batch else (200, "{}", {})

    with a_moody_store(breaking) as moody:
        a_target(mentes, organisation_id, moody.url)
        good = owe(mentes, organisation_id, 2)
        bad += owe(mentes, organisation_id)
        good += owe(mentes, organisation_id, 3)
        for _ in range(24 if status else 36):  # some hours more, where nothing is said
            worker.run_until_idle()
            clock.forward(minutes=31)
    kept = debts(mentes)
    assert {kept[id].outcome for id in good} == {Outcome.DELIVERED}
    assert (kept[bad[0]].outcome, kept[bad[0]].problem) == (
        Outcome.GIVEN_UP,
        f"statement-refused ({status})",
    )


def test_a_fault_of_ours_with_one_statement_postpones_that_one_alone(
    mentes: Mentes, organisation_id: UUID, worker: Worker
) -> None:
    with a_moody_store() as moody:
        a_target(mentes, organisation_id, moody.url)
        ids = owe(mentes, organisation_id, 5)
        with mentes.database.transaction(EVERYWHERE) as session:
            (spoilt,) = every(session, Debt, Debt.key == ids[2])
            spoilt.payload = {}
        worker.run_until_idle()
    kept = debts(mentes)
    left = kept.pop(ids[2])
    assert (left.settled_at, left.problem) == (None, "internal (KeyError)")
    assert {debt.outcome for debt in kept.values()} == {Outcome.DELIVERED}


def test_the_tries_of_many_targets_that_are_away_are_spread(
    mentes: Mentes, worker: Worker, clock: MovableClock
) -> None:
    for number in range(12):
        organisation_id = an_organisation(mentes.database, f"Tenant {number}")
        a_target(mentes, organisation_id, NOBODY)
        owe(mentes, organisation_id)
    worker.run_until_idle()
    with mentes.database.reading(EVERYWHERE) as session:
        moments = {channel.due_at for channel in every(session, Channel)}
    assert len(moments) == 12


def test_a_dead_store_and_a_backlog_of_one_organisation_delay_no_other(
    mentes: Mentes, organisation_id: UUID, worker: Worker, clock: MovableClock
) -> None:
    turns: list[str] = []

    def noted(name: str) -> Any:
        def answer(batch: list[dict[str, Any]]) -> Answer:
            turns.append(name)
            return accepted(batch)

        return answer

    with a_moody_store(noted("large")) as large, a_moody_store(noted("small")) as small:
        a_target(mentes, organisation_id, large.url)
        a_target(mentes, organisation_id, NOBODY)
        owe(mentes, organisation_id, 250)
        other = an_organisation(mentes.database)
        a_target(mentes, other, small.url)
        owe(mentes, other)
        for _ in range(4):
            clock.forward(seconds=0.01)
            worker.run_once()
    assert "small" in turns[:2]
    assert small.posted


def test_a_new_target_gets_what_happens_from_then_on(
    mentes: Mentes, organisation_id: UUID, worker: Worker, somewhere: Somewhere
) -> None:
    owe(mentes, organisation_id, 2)
    a_target(mentes, organisation_id, somewhere.url)
    (later,) = owe(mentes, organisation_id)
    worker.run_until_idle()
    assert somewhere.ids() == [later]


def test_a_target_of_xapi_2_is_spoken_to_in_it(
    mentes: Mentes, organisation_id: UUID, worker: Worker
) -> None:
    with a_moody_store() as moody:
        a_target(mentes, organisation_id, moody.url, version=Version.V2_0)
        owe(mentes, organisation_id, version="1.0.3", timestamp="2026-11-22T11:00:00+01:00")
        worker.run_until_idle()
    assert moody.headers[0]["X-Experience-API-Version"] == "2.0.0"
    (sent,) = moody.bodies[0]
    assert (sent["version"], sent["timestamp"]) == ("2.0.0", "2026-11-22T10:00:00Z")


def test_a_removed_target_gets_nothing_more(
    mentes: Mentes, organisation_id: UUID, worker: Worker
) -> None:
    with a_moody_store() as moody:
        target_id = a_target(mentes, organisation_id, moody.url)
        owe(mentes, organisation_id, 2)
        with mentes.database.transaction(organisation_id) as session:
            target = service.one(session, target_id)
            assert service.remove(session, target, now=mentes.clock()) == 2
        owe(mentes, organisation_id)
        worker.run_until_idle()
        assert moody.asked == []
    assert {debt.outcome for debt in debts(mentes).values()} == {Outcome.SUPERSEDED}


def test_a_paused_target_waits_until_it_is_resumed(
    mentes: Mentes, organisation_id: UUID, worker: Worker, clock: MovableClock
) -> None:
    with a_moody_store() as moody:
        target_id = a_target(mentes, organisation_id, moody.url)
        with mentes.database.transaction(organisation_id) as session:
            service.pause(session, service.one(session, target_id), now=clock())
        ids = owe(mentes, organisation_id, 2)
        clock.forward(days=2)
        worker.run_until_idle()
        assert moody.asked == []
        with mentes.database.transaction(organisation_id) as session:
            service.resume(session, service.one(session, target_id), now=clock())
        worker.run_until_idle()
        assert moody.posted == [ids]


def test_while_one_worker_serves_a_target_no_other_does(
    mentes: Mentes, organisation_id: UUID, clock: MovableClock
) -> None:
    a_target(mentes, organisation_id, NOBODY)
    owe(mentes, organisation_id, 60)

    def claim() -> list[outbox.LeasedDebt]:
        with mentes.database.transaction(EVERYWHERE) as session:
            return outbox.claim(session, kinds=[STATEMENT], now=clock(), lease=60, in_order=True)

    first = claim()
    assert len(first) == 50
    assert claim() == []
    with mentes.database.transaction(EVERYWHERE) as session:
        outbox.release(session, first)
    second = claim()
    assert len(second) == 10
    clock.forward(seconds=61)  # who had them was killed: from the beginning, in order
    assert [debt.id for debt in claim()] == [debt.id for debt in first]


def test_who_is_late_does_not_let_others_at_what_somebody_else_serves(
    mentes: Mentes, organisation_id: UUID, clock: MovableClock
) -> None:
    a_target(mentes, organisation_id, NOBODY)
    owe(mentes, organisation_id, 3)

    def claim() -> list[outbox.LeasedDebt]:
        with mentes.database.transaction(EVERYWHERE) as session:
            return outbox.claim(session, kinds=[STATEMENT], now=clock(), lease=60, in_order=True)

    late = claim()
    clock.forward(seconds=61)
    assert claim()
    with mentes.database.transaction(EVERYWHERE) as session:
        outbox.release(session, late)
    assert claim() == []


def test_a_late_answer_neither_pauses_what_is_mended_nor_says_that_a_target_paused_itself(
    mentes: Mentes, organisation_id: UUID, clock: MovableClock
) -> None:
    target_id = a_target(mentes, organisation_id, NOBODY)
    owe(mentes, organisation_id)

    def refused_while(act: Callable[[Session, Target], None]) -> Channel:
        clock.forward(seconds=61)
        with mentes.database.transaction(EVERYWHERE) as session:
            leased = outbox.claim(session, kinds=[STATEMENT], now=clock(), lease=60, in_order=True)
        with mentes.database.transaction(organisation_id) as session:
            act(session, service.one(session, target_id))
            late = [(debt, Halted(problem="record-store-unauthorised (401)")) for debt in leased]
            outbox.record_all(session, late, now=clock(), most_attempts=9, spread=0)
        return channel(mentes, target_id)

    def mend(session: Session, target: Target) -> None:
        mended = Described(name=target.name, endpoint=NOBODY, key="k", secret="another")
        service.change(session, target, mended, mentes.cipher, now=clock())

    assert refused_while(mend).paused_at is None
    paused = refused_while(lambda session, target: service.pause(session, target, now=clock()))
    assert paused.paused_by == PausedBy.PERSON
    with mentes.database.transaction(organisation_id) as session:
        service.remove(session, service.one(session, target_id), now=clock())
    with mentes.database.reading(EVERYWHERE) as session:
        assert not every(session, Channel, Channel.target == str(target_id))


def test_what_is_sent_again_goes_in_the_order_in_which_it_was_owed(
    mentes: Mentes, organisation_id: UUID, worker: Worker, clock: MovableClock
) -> None:
    with a_moody_store(lambda _batch: (400, "not that", {})) as moody:
        a_target(mentes, organisation_id, moody.url)
        ids = []
        for place in (2, 1, 0):  # of three processes, each of which counts for itself
            (id,) = owe(mentes, organisation_id)
            ids.append(id)
            with mentes.database.transaction(EVERYWHERE) as session:
                (debt,) = every(session, Debt, Debt.key == id)
                debt.place = place
            clock.forward(seconds=1)
        worker.run_until_idle()
        moody.answer = accepted
        with mentes.database.transaction(organisation_id) as session:
            assert undelivered.again(session, now=clock()) == 3
        worker.run_until_idle()
        assert moody.posted[-1] == ids
