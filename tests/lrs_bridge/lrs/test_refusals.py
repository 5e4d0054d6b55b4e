"""Refused writes, counted and kept."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from lrs_bridge.lrs import refusals
from lrs_bridge.lrs.refusals import AT_ONCE, KEPT, Counted, Refusal, Refusals, Sender
from tests.lrs_bridge.conftest import Clock, Database


def a_refusal(organisation_id: UUID, at: datetime, **changed: Any) -> Refusal:
    """Return a statement that its sender got wrong."""
    sender = Sender(
        organisation_id=organisation_id,
        credential=changed.pop("credential", UUID(int=7)),
        proved=changed.pop("proved", True),
    )
    values: dict[str, Any] = {
        "method": "POST",
        "resource": "statements",
        "status": 400,
        "slug": "statement-invalid",
        "pointer": "/0/actor/mbox",
        "reason": "/0/actor/mbox must be a mail address that begins with mailto:.",
        "found": "string 14",
        "statement_id": None,
        "size": 310,
        "user_agent": "sender/1.0",
        **changed,
    }
    return Refusal(sender=sender, at=at, **values)


class Counting:
    """The transactions of a process, counted."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.begun = 0

    def __call__(self) -> AbstractContextManager[Session]:
        self.begun += 1
        return self.database.transaction()


def kept(database: Database, organisation_id: UUID) -> list[Counted]:
    with database.reading() as session:
        return refusals.newest(session, organisation_id)


def test_the_same_refusal_within_a_minute_is_one_row_that_counts(
    database: Database, clock: Clock, organisation_id: UUID
) -> None:
    noting = Refusals(database.transaction)
    began = clock()
    for second in (0, 10, 20):
        clock.now = began + timedelta(seconds=second)
        noting.note(a_refusal(organisation_id, clock(), size=second))
    clock.now = began + timedelta(minutes=1)
    noting.note(a_refusal(organisation_id, clock()))
    later, first = kept(database, organisation_id)
    assert (later.times, first.times) == (1, 3)
    assert (first.first_at, first.refusal.at) == (began, began + timedelta(seconds=20))
    assert first.refusal.size == 20


@pytest.mark.parametrize(
    "other",
    [{"credential": UUID(int=8)}, {"slug": "malformed"}, {"pointer": "/0/verb"}, {"method": "PUT"}],
    ids=lambda changed: next(iter(changed)),
)
def test_what_differs_is_counted_apart(
    database: Database, clock: Clock, organisation_id: UUID, other: dict[str, Any]
) -> None:
    noting = Refusals(database.transaction)
    noting.note(a_refusal(organisation_id, clock()))
    noting.note(a_refusal(organisation_id, clock(), **other))
    assert [one.times for one in kept(database, organisation_id)] == [1, 1]


def test_a_stranger_who_knows_a_key_gets_one_row_an_hour_whatever_names_they_make_up(
    database: Database, clock: Clock, organisation_id: UUID
) -> None:
    noting = Refusals(database.transaction)
    for number in range(50):
        clock.forward(minutes=1)
        noting.note(a_refusal(organisation_id, clock(), proved=False, pointer=f"made-up-{number}"))
    (one,) = kept(database, organisation_id)
    assert one.times == 50


def test_a_flood_becomes_one_transaction_a_second_and_is_counted_whole(
    database: Database, clock: Clock, organisation_id: UUID
) -> None:
    transactions = Counting(database)
    noting = Refusals(transactions)
    many = 2000
    for number in range(many):
        clock.forward(milliseconds=1)
        noting.note(a_refusal(organisation_id, clock(), pointer=f"/0/{number % 50}"))
    assert transactions.begun <= AT_ONCE + many / 1000
    clock.forward(seconds=2)
    noting.note(a_refusal(organisation_id, clock(), pointer="/0/0"))
    assert sum(one.times for one in kept(database, organisation_id)) == many + 1


def test_the_newest_are_kept_and_no_others_organisations_are_let_go(
    database: Database, clock: Clock, organisation_id: UUID
) -> None:
    elsewhere = uuid4()
    noting = Refusals(database.transaction)
    noting.note(a_refusal(elsewhere, clock()))
    for number in range(KEPT + 30):
        clock.forward(seconds=2)
        noting.note(a_refusal(organisation_id, clock(), pointer=f"/{number}"))
    found = [one.refusal.pointer for one in kept(database, organisation_id)]
    assert found == [f"/{number}" for number in reversed(range(30, KEPT + 30))]
    assert len(kept(database, elsewhere)) == 1


def test_of_refusals_at_one_moment_as_many_are_kept(
    database: Database, clock: Clock, organisation_id: UUID
) -> None:
    with database.transaction() as session:
        several = [a_refusal(organisation_id, clock(), pointer=f"/{n}") for n in range(KEPT + 5)]
        counted = [Counted(id=one.id, refusal=one, first_at=one.at, times=1) for one in several]
        refusals.keep(session, organisation_id, counted)
    assert len(kept(database, organisation_id)) == KEPT


def test_one_is_found_by_its_organisation_alone(
    database: Database, clock: Clock, organisation_id: UUID
) -> None:
    refused = a_refusal(organisation_id, clock())
    Refusals(database.transaction).note(refused)
    with database.reading() as session:
        found = refusals.one(session, organisation_id, refused.id)
        assert found is not None
        assert found.refusal == refused
        assert refusals.one(session, uuid4(), refused.id) is None


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("ada@lms.example", "string 15"),
        ({"a": 1}, "object 1"),
        ([1, 2], "list 2"),
        (1.5, "number"),
        (True, "boolean"),
        (None, "null"),
    ],
)
def test_a_value_is_described_and_never_shown(value: Any, kind: str) -> None:
    assert refusals.described(value) == kind


def test_what_senders_make_up_is_one_line_that_every_database_holds() -> None:
    assert refusals.cut("a\x00b\nc‮d") == "a b c d"
    assert len(refusals.cut("x" * 2000)) == 500
