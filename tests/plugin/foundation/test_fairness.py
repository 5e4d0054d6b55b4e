"""Choosing what is next: fair between organisations, and as quick for a million rows as for one."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from plugin.app import Mentes
from plugin.foundation import outbox
from plugin.foundation.outbox import Debt, channel_id
from plugin.foundation.outbox.claiming import waiting_channels
from plugin.foundation.tenancy import EVERYWHERE
from tests.effort import EFFORT
from tests.plugin.factories import NOW, an_organisation, at_once, later

MANY = 20_000 * EFFORT
KIND = "statement"


def backlog(session: Session, organisation_id: UUID, count: int, target: str = "") -> None:
    """Owe `count` things to one target, as quickly as the database takes them."""
    channel = channel_id(organisation_id, KIND, target)
    shared = {
        "organisation_id": organisation_id,
        "kind": KIND,
        "target": target,
        "channel": channel,
        "lane": None,
        "payload": {},
        "created_at": NOW,
        "due_at": NOW,
        "attempts": 0,
    }
    for first in range(0, count, 5_000):
        rows = [
            {**shared, "id": uuid4(), "key": f"{target}{number}", "place": number}
            for number in range(first, min(first + 5_000, count))
        ]
        session.execute(insert(Debt), rows)


def claim(mentes: Mentes, second: float = 0, *, in_order: bool = True) -> list[outbox.LeasedDebt]:
    with mentes.database.transaction(EVERYWHERE) as session:
        return outbox.claim(
            session, kinds=[KIND], now=later(seconds=second), lease=60, limit=5, in_order=in_order
        )


def served(mentes: Mentes, turns: int) -> list[UUID]:
    """Let one worker take turns, a second apart; return whose they were."""
    owners = []
    for turn in range(turns):
        leased = claim(mentes, turn)
        assert leased
        owners.append(leased[0].organisation_id)
        with mentes.database.transaction(EVERYWHERE) as session:
            delivered = [(debt, outbox.Settled()) for debt in leased]
            outbox.record_all(
                session, delivered, now=later(seconds=turn), most_attempts=3, spread=0
            )
            outbox.release(session, leased)
    return owners


def test_turns_go_round_organisations_however_much_one_has_waiting(
    mentes: Mentes, organisation_id: UUID
) -> None:
    other = an_organisation(mentes.database)
    for owner, count in ((organisation_id, 500), (other, 30)):
        with mentes.database.transaction(owner) as session:
            backlog(session, owner, count)
    assert Counter(served(mentes, 10)) == {organisation_id: 5, other: 5}


def test_within_an_organisation_they_go_round_its_targets_and_more_targets_are_no_more_turns(
    mentes: Mentes, organisation_id: UUID
) -> None:
    other = an_organisation(mentes.database)
    for target in ("a", "b", "c", "d"):
        with mentes.database.transaction(organisation_id) as session:
            backlog(session, organisation_id, 50, target)
    with mentes.database.transaction(other) as session:
        backlog(session, other, 100)
    assert Counter(served(mentes, 16)) == {organisation_id: 8, other: 8}
    with mentes.database.reading(EVERYWHERE) as session:
        left = {it.target: it.waiting for it in outbox.backlog(session) if it.target}
    assert left == dict.fromkeys("abcd", 40)


def plan(mentes: Mentes, session: Session) -> str:
    """Return how the database finds the channel that is next."""
    query = waiting_channels(KIND, later(seconds=1)).limit(16)
    dialect: Any = postgresql if mentes.database.engine.dialect.name == "postgresql" else sqlite
    spelt = query.compile(dialect=dialect.dialect(), compile_kwargs={"literal_binds": True})
    explain = "EXPLAIN" if dialect is postgresql else "EXPLAIN QUERY PLAN"
    connection = session.connection()
    return "\n".join(str(row) for row in connection.execute(text(f"{explain} {spelt}")))


def test_a_backlog_costs_the_number_of_its_channels_not_of_its_rows(
    mentes: Mentes, organisation_id: UUID
) -> None:
    other = an_organisation(mentes.database)
    with mentes.database.transaction(organisation_id) as session:
        backlog(session, organisation_id, MANY, "large")
    with mentes.database.transaction(other) as session:
        backlog(session, other, 1, "small")
    with mentes.database.transaction(EVERYWHERE) as session:
        if mentes.database.engine.dialect.name == "postgresql":
            session.execute(text("ANALYZE outbox"))
        shown = plan(mentes, session)
    assert "ix_outbox_waiting" in shown
    assert "Seq Scan on outbox " not in shown  # that of the channels is a few rows
    assert "SCAN outbox" not in shown.replace("USING INDEX", "").replace("USING COVERING", "")
    taken = [claim(mentes, second)[0].target for second in range(2)]
    assert sorted(taken) == ["large", "small"]
    began = time.perf_counter()
    for second in range(2, 12):  # the small one is empty now, the large one is leased: nothing
        assert claim(mentes, second) == []
    assert (time.perf_counter() - began) / 10 < 0.5  # a scan of them all takes longer by far


def test_many_workers_at_once_serve_a_target_one_at_a_time(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        for target in "abc":
            backlog(session, organisation_id, 20, target)
    taken = at_once(6, lambda _number: claim(mentes))
    targets = [batch[0].target for batch in taken if isinstance(batch, list) and batch]
    assert sorted(targets) == sorted(set(targets)), taken
    assert targets


def test_a_lease_of_a_channel_runs_out_with_its_worker(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        backlog(session, organisation_id, 10)
    first = claim(mentes)
    assert claim(mentes, 59) == []
    again = claim(mentes, 61)
    assert [debt.id for debt in again] == [debt.id for debt in first]
