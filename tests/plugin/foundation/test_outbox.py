"""What is owed: once, by one worker at a time, and never forgotten."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.app import Mentes
from plugin.foundation import outbox
from plugin.foundation.outbox import (
    FIRST_DELAY,
    LONGEST_DELAY,
    Debt,
    LeasedDebt,
    Outcome,
    Postponed,
    Settled,
)
from plugin.foundation.tenancy import EVERYWHERE
from tests.plugin.factories import NOW, at_once, every, later

MOST = 3


@pytest.fixture
def owed(mentes: Mentes, organisation_id: UUID) -> UUID:
    """An organisation that owes one thing."""
    assert owe(mentes, organisation_id, "one")
    return organisation_id


def owe(mentes: Mentes, organisation_id: UUID, key: str, lane: str | None = None) -> bool:
    with mentes.database.transaction(organisation_id) as session:
        return outbox.owe(
            session, "mail", key=key, lane=lane, payload={"to": "ada@lms.example"}, now=NOW
        )


def claim(mentes: Mentes, *, now=NOW, lease: int = 60, limit: int = 50) -> list[LeasedDebt]:
    with mentes.database.transaction(EVERYWHERE) as session:
        return outbox.claim(session, kinds=["mail"], now=now, lease=lease, limit=limit)


def record(
    mentes: Mentes, debt: LeasedDebt, result: Settled | Postponed, *, now=NOW, forget: bool = False
) -> Outcome | None:
    with mentes.database.transaction(debt.organisation_id) as session:
        return outbox.record(
            session, debt, result, now=now, most_attempts=MOST, spread=1.0, forget=forget
        )


def prolong(mentes: Mentes, debt: LeasedDebt, *, now: datetime) -> bool:
    with mentes.database.transaction(debt.organisation_id) as session:
        return outbox.prolong(session, debt, now=now, lease=60)


def debts(mentes: Mentes) -> dict[str, Debt]:
    with mentes.database.reading(EVERYWHERE) as session:
        return {debt.key: debt for debt in every(session, Debt)}


def test_owing_twice_is_owing_once(mentes: Mentes, owed: UUID) -> None:
    assert not owe(mentes, owed, "one")
    assert len(claim(mentes)) == 1


def test_eight_who_owe_the_same_at_once_owe_it_once(mentes: Mentes, organisation_id: UUID) -> None:
    answers = at_once(8, lambda _number: owe(mentes, organisation_id, "one"))
    assert sorted(answers) == [False] * 7 + [True]


def test_the_newest_of_a_lane_supersedes_the_unpaid_before_it(
    mentes: Mentes, organisation_id: UUID
) -> None:
    for key in ("first", "second"):
        owe(mentes, organisation_id, key, lane="ada")
    owe(mentes, organisation_id, "other", lane="ben")
    assert {debt.key for debt in claim(mentes)} == {"second", "other"}
    assert debts(mentes)["first"].outcome == Outcome.SUPERSEDED


def test_owing_the_same_of_a_lane_again_does_not_lose_it(
    mentes: Mentes, organisation_id: UUID
) -> None:
    owe(mentes, organisation_id, "first", lane="ada")
    owe(mentes, organisation_id, "first", lane="ada")
    assert [debt.key for debt in claim(mentes)] == ["first"]


def test_an_old_one_of_a_lane_that_is_owed_again_supersedes_nothing(
    mentes: Mentes, organisation_id: UUID
) -> None:
    for key in ("first", "second", "first"):
        owe(mentes, organisation_id, key, lane="ada")
    assert [debt.key for debt in claim(mentes)] == ["second"]


def test_what_was_superseded_while_it_was_delivered_stays_so(
    mentes: Mentes, organisation_id: UUID
) -> None:
    owe(mentes, organisation_id, "first", lane="ada")
    (leased,) = claim(mentes)
    owe(mentes, organisation_id, "second", lane="ada")
    record(mentes, leased, Postponed(problem="busy"))
    assert debts(mentes)["first"].outcome == Outcome.SUPERSEDED
    assert [debt.key for debt in claim(mentes, now=later(days=1))] == ["second"]


def test_what_is_leased_is_not_given_to_another(mentes: Mentes, owed: UUID) -> None:
    assert len(claim(mentes)) == 1
    assert claim(mentes) == []


def test_a_second_claimer_gets_the_others(mentes: Mentes, owed: UUID) -> None:
    owe(mentes, owed, "two")
    first, second = claim(mentes, limit=1), claim(mentes, limit=1)
    assert {debt.key for debt in first + second} == {"one", "two"}


def test_a_lease_that_ran_out_is_taken_again(mentes: Mentes, owed: UUID) -> None:
    claim(mentes, lease=60)
    (again,) = claim(mentes, now=later(seconds=61))
    assert again.attempts == 2


def test_who_is_late_does_not_end_the_lease_of_who_took_over(mentes: Mentes, owed: UUID) -> None:
    [late] = claim(mentes)
    [_taken_over] = claim(mentes, now=later(minutes=2))
    record(mentes, late, Postponed(problem="slow"), now=later(minutes=2))
    assert claim(mentes, now=later(minutes=2, seconds=30)) == []


def test_who_takes_long_holds_it_until_somebody_else_has_it(mentes: Mentes, owed: UUID) -> None:
    (debt,) = claim(mentes)
    assert prolong(mentes, debt, now=later(seconds=50))
    assert claim(mentes, now=later(seconds=100)) == []
    (taken_over,) = claim(mentes, now=later(seconds=200))
    assert not prolong(mentes, debt, now=later(seconds=201))
    assert prolong(mentes, taken_over, now=later(seconds=202))
    record(mentes, taken_over, Settled())
    assert not prolong(mentes, taken_over, now=later(seconds=203))


def test_six_workers_claim_two_hundred_debts_once_each(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        for number in range(200):
            outbox.owe(session, "mail", key=str(number), payload={}, now=NOW)

    def worked(_number: int) -> list[str]:
        mine = []
        while batch := claim(mentes, limit=7):
            mine += [debt.key for debt in batch]
        return mine

    shares = at_once(6, worked)
    claimed = Counter(key for share in shares if isinstance(share, list) for key in share)
    assert claimed == Counter({str(number): 1 for number in range(200)}), shares


def test_what_is_delivered_is_settled(mentes: Mentes, owed: UUID) -> None:
    (leased,) = claim(mentes)
    assert record(mentes, leased, Settled()) is Outcome.DELIVERED
    assert claim(mentes, now=later(days=9)) == []
    assert debts(mentes)["one"].settled_at == NOW


def test_what_was_postponed_waits_and_remembers_why(mentes: Mentes, owed: UUID) -> None:
    (leased,) = claim(mentes)
    assert record(mentes, leased, Postponed(problem="busy (503)")) is None
    debt = debts(mentes)["one"]
    assert (debt.due_at, debt.problem) == (later(seconds=FIRST_DELAY), "busy (503)")
    assert claim(mentes, now=later(seconds=FIRST_DELAY - 1)) == []
    assert len(claim(mentes, now=later(seconds=FIRST_DELAY))) == 1


def test_the_other_side_may_ask_for_a_longer_wait(mentes: Mentes, owed: UUID) -> None:
    (leased,) = claim(mentes)
    record(mentes, leased, Postponed(problem="slow down (429)", retry_after=900))
    assert debts(mentes)["one"].due_at == later(seconds=900)


def given_up(mentes: Mentes) -> LeasedDebt:
    now = NOW
    for _ in range(MOST):
        (leased,) = claim(mentes, now=now)
        outcome = record(mentes, leased, Postponed(problem="busy"), now=now)
        now = later(days=1 + leased.attempts)
    assert outcome is Outcome.GIVEN_UP
    return leased


def test_after_so_many_attempts_it_is_given_up_and_kept(mentes: Mentes, owed: UUID) -> None:
    given_up(mentes)
    debt = debts(mentes)["one"]
    assert (debt.outcome, debt.problem) == (Outcome.GIVEN_UP, "busy")
    assert debt.payload == {"to": "ada@lms.example"}
    assert claim(mentes, now=later(days=99)) == []


def test_what_was_given_up_can_be_owed_again(mentes: Mentes, owed: UUID) -> None:
    debt = given_up(mentes)
    with mentes.database.transaction(EVERYWHERE) as session:
        assert outbox.again(session, [debt.id], now=later(days=10)) == 1
        assert outbox.again(session, [debt.id], now=later(days=10)) == 0
    (leased,) = claim(mentes, now=later(days=10))
    assert leased.attempts == 1
    assert leased.payload == {"to": "ada@lms.example"}


def test_what_was_delivered_cannot_be_owed_again(mentes: Mentes, owed: UUID) -> None:
    (leased,) = claim(mentes)
    record(mentes, leased, Settled())
    with mentes.database.transaction(EVERYWHERE) as session:
        assert outbox.again(session, [leased.id], now=NOW) == 0


def test_what_names_somebody_is_taken_back_and_emptied_and_nothing_else_is(
    mentes: Mentes, organisation_id: UUID
) -> None:
    named = {"ada's": ["ada"], "of both": ["ada", "mo"], "ben's": ["ben"], "nobody's": []}
    with mentes.database.transaction(organisation_id) as session:
        for key, names in named.items():
            outbox.owe(session, "mail", key=key, payload={"to": key}, named=names, now=NOW)
    with mentes.database.transaction(organisation_id) as session:
        outbox.take_back(session, outbox.about(session, "mail", "", ["ada"]), now=NOW)
        assert outbox.about(session, "mail", "", ["ada"]) == []
    kept = debts(mentes)
    waiting = {key for key, debt in kept.items() if debt.settled_at is None}
    assert waiting == {"ben's", "nobody's"}
    assert kept["ada's"].payload == kept["of both"].payload == {}
    assert all(kept[key].payload for key in waiting)


def test_what_a_worker_holds_is_taken_back_as_well_and_not_delivered_twice(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        outbox.owe(session, "mail", key="one", payload={"to": "ada"}, named=["ada"], now=NOW)
    (held,) = claim(mentes)
    with mentes.database.transaction(organisation_id) as session:
        outbox.take_back(session, outbox.about(session, "mail", "", ["ada"]), now=NOW)
    record(mentes, held, Postponed(problem="busy"))
    assert debts(mentes)["one"].outcome == Outcome.SUPERSEDED
    assert claim(mentes, now=later(days=1)) == []


@pytest.mark.parametrize(
    ("forget", "result", "kept"),
    [
        (True, Settled(), False),
        (True, Settled(outcome=Outcome.SUPERSEDED), False),
        (True, Settled(outcome=Outcome.GIVEN_UP, problem="no"), True),
        (True, Postponed(problem="busy"), True),
        (False, Settled(), True),
    ],
)
def test_what_names_people_is_forgotten_once_it_is_settled(
    mentes: Mentes, owed: UUID, forget: bool, result: Settled | Postponed, kept: bool
) -> None:
    (leased,) = claim(mentes)
    record(mentes, leased, result, forget=forget)
    assert bool(debts(mentes)["one"].payload) is kept


def test_what_waits_is_counted_by_kind(mentes: Mentes, owed: UUID) -> None:
    owe(mentes, owed, "two")
    record(mentes, claim(mentes, limit=1)[0], Settled())
    with mentes.database.reading(owed) as session:
        assert outbox.unpaid(session) == {"mail": 1}


attempts = st.integers(1, 200)
spreads = st.floats(0, 1)
asked = st.none() | st.floats(0, 86400)


@given(attempts, spreads, asked)
def test_a_delay_is_never_shorter_than_asked_nor_longer_than_needed(
    attempt: int, spread: float, retry_after: float | None
) -> None:
    wait = outbox.delay(attempt, spread=spread, retry_after=retry_after)
    assert wait >= (retry_after or 0)
    assert wait <= max(LONGEST_DELAY, retry_after or 0)
    assert wait >= FIRST_DELAY / 2


@given(attempts, spreads)
def test_a_delay_grows_with_every_attempt(attempt: int, spread: float) -> None:
    shorter = outbox.delay(attempt, spread=spread)
    assert outbox.delay(attempt + 1, spread=spread) >= shorter


@given(attempts)
def test_a_delay_is_spread_over_half_of_itself(attempt: int) -> None:
    earliest, latest = (outbox.delay(attempt, spread=spread) for spread in (0.0, 1.0))
    assert earliest == latest / 2
