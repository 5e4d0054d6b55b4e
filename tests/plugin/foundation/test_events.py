"""Events: the row and everything it sets off, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from plugin.foundation.db import Database
from plugin.foundation.events import Event, EventRow, all_happened, happened
from plugin.foundation.outbox import Debt, owe
from plugin.foundation.tenancy import EVERYWHERE, Organisation
from tests.plugin.factories import NOW, every


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeted(Event):
    """Somebody said hello."""

    kind: ClassVar[str] = "test.greeted"
    whom: UUID
    until: datetime
    how_often: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored(Event):
    """Nobody is told of this."""

    kind: ClassVar[str] = "test.ignored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told(Event):
    """Other rows say as much."""

    kind: ClassVar[str] = "test.told"
    kept: ClassVar[bool] = False


def greeted() -> Greeted:
    return Greeted(
        at=NOW, subject_id=uuid4(), actor_id=uuid4(), whom=uuid4(), until=NOW, how_often=2
    )


def owe_a_card(session: Session, event_id: UUID, event: Any) -> None:
    owe(session, "card", key=str(event_id), payload={"whom": str(event.whom)}, now=event.at)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database in which a greeting owes a card."""
    database = Database(database_url, subscribers={Greeted: [owe_a_card]})
    yield database
    database.dispose()


@pytest.fixture
def owner(database: Database) -> UUID:
    """An organisation."""
    with database.transaction(EVERYWHERE) as session:
        organisation = Organisation(name="Acme", created_at=NOW)
        session.add(organisation)
        session.flush()
        return organisation.id


def test_an_event_is_a_row_with_its_facts(database: Database, owner: UUID) -> None:
    event = greeted()
    with database.transaction(owner) as session:
        event_id = happened(session, event)
    with database.reading(owner) as session:
        (row,) = every(session, EventRow)
    assert (row.id, row.kind, row.at) == (event_id, "test.greeted", NOW)
    assert (row.subject_id, row.actor_id) == (event.subject_id, event.actor_id)
    assert row.facts == {"whom": str(event.whom), "until": NOW.isoformat(), "how_often": 2}


def test_what_other_rows_say_is_told_and_has_no_row(database_url: str, owner: UUID) -> None:
    told: list[Any] = []
    listening = Database(
        database_url, subscribers={Told: [lambda _session, _id, event: told.append(event)]}
    )
    events = [Told(at=NOW, subject_id=uuid4()), Ignored(at=NOW, subject_id=uuid4())]
    with listening.transaction(owner) as session:
        all_happened(session, events)
        (row,) = every(session, EventRow)
    assert told == events[:1]
    assert row.kind == "test.ignored"
    listening.dispose()


def test_subscribers_are_told_in_the_same_transaction(database: Database, owner: UUID) -> None:
    with database.transaction(owner) as session:
        event_id = happened(session, greeted())
        assert [debt.key for debt in every(session, Debt)] == [str(event_id)]


def test_a_transaction_that_fails_takes_both_along(database: Database, owner: UUID) -> None:
    def fail() -> None:
        with database.transaction(owner) as session:
            happened(session, greeted())
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    with database.reading(owner) as session:
        assert every(session, EventRow) == []
        assert every(session, Debt) == []


def test_a_subscriber_that_fails_takes_the_event_along(database_url: str, owner: UUID) -> None:
    def fail(_session: Session, _event_id: UUID, _event: Any) -> None:
        raise LookupError

    failing = Database(database_url, subscribers={Greeted: [owe_a_card, fail]})
    with pytest.raises(LookupError), failing.transaction(owner) as session:
        happened(session, greeted())
    with failing.reading(owner) as session:
        assert every(session, EventRow) == []
        assert every(session, Debt) == []
    failing.dispose()


def test_nobody_is_told_of_what_nobody_subscribed_to(database: Database, owner: UUID) -> None:
    with database.transaction(owner) as session:
        happened(session, Ignored(at=NOW, subject_id=uuid4()))
        assert every(session, Debt) == []
        assert [row.actor_id for row in every(session, EventRow)] == [None]
