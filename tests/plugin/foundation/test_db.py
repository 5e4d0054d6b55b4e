"""The database on both engines: times, transactions, and writers at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.orm import Session

from plugin.app import Mentes
from plugin.foundation.outbox import Debt, owe
from tests.plugin.factories import NOW, at_once, statements_on


def a_debt(session: Session, key: str = "one", now: datetime = NOW) -> Debt:
    owe(session, "mail", key=key, payload={}, now=now)
    return session.scalars(select(Debt).where(Debt.key == key)).one()


def debts(session: Session) -> int:
    return session.scalars(select(func.count()).select_from(Debt)).one()


def test_a_time_comes_back_as_the_same_moment_in_utc(mentes: Mentes, organisation_id: UUID) -> None:
    said = datetime(2026, 11, 22, 23, 30, 0, 123456, timezone(timedelta(hours=5, minutes=45)))
    with mentes.database.transaction(organisation_id) as session:
        a_debt(session, now=said)
    with mentes.database.reading(organisation_id) as session:
        kept = session.scalars(select(Debt.due_at)).one()
    assert kept == said
    assert kept.tzinfo is UTC


def test_a_time_without_a_zone_is_refused(mentes: Mentes, organisation_id: UUID) -> None:
    with (
        pytest.raises(StatementError, match="without a zone"),
        mentes.database.transaction(organisation_id) as session,
    ):
        a_debt(session, now=NOW.replace(tzinfo=None))


def test_text_holds_no_nul(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        owe(session, "mail", key="a\x00b", payload={}, now=NOW)
        assert session.scalars(select(Debt.key)).all() == ["ab"]


def test_a_transaction_that_fails_leaves_nothing(mentes: Mentes, organisation_id: UUID) -> None:
    def fail() -> None:
        with mentes.database.transaction(organisation_id) as session:
            a_debt(session)
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    with mentes.database.reading(organisation_id) as session:
        assert debts(session) == 0


def test_a_reading_session_cannot_write(mentes: Mentes, organisation_id: UUID) -> None:
    with pytest.raises(DBAPIError), mentes.database.reading(organisation_id) as session:
        a_debt(session)
    with mentes.database.transaction(organisation_id) as session:  # on the same connection
        a_debt(session)


def test_a_reading_session_sees_one_moment(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.reading(organisation_id) as reader:
        before = debts(reader)
        with mentes.database.transaction(organisation_id) as writer:
            a_debt(writer)
        assert debts(reader) == before == 0
    with mentes.database.reading(organisation_id) as reader:
        assert debts(reader) == 1


def test_what_a_session_read_can_be_used_after_it(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        a_debt(session)
    with mentes.database.reading(organisation_id) as session:
        debt = session.scalars(select(Debt)).one()
    assert debt.key == "one"


def test_increments_by_eight_threads_are_all_counted(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        debt_id = a_debt(session).id

    def increment(_number: int) -> None:
        for _ in range(15):
            with mentes.database.transaction(organisation_id) as session:
                debt = session.get_one(Debt, debt_id, with_for_update=True)
                debt.attempts += 1

    assert at_once(8, increment) == [None] * 8
    with mentes.database.reading(organisation_id) as session:
        assert session.get_one(Debt, debt_id).attempts == 120


def test_readers_do_not_wait_for_a_writer(mentes: Mentes, organisation_id: UUID) -> None:
    with (
        mentes.database.transaction(organisation_id) as writer,
        mentes.database.reading(organisation_id) as reader,
    ):
        a_debt(writer)
        assert debts(reader) == 0


def test_foreign_keys_are_kept(mentes: Mentes) -> None:
    nobody = UUID(int=7)
    with pytest.raises(DBAPIError), mentes.database.transaction(nobody) as session:
        a_debt(session)


def test_a_transaction_is_one_begin_and_its_statements(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with (
        statements_on(mentes.database.engine) as seen,
        mentes.database.reading(organisation_id) as session,
    ):
        debts(session)
    assert len(seen) == 1


def test_only_what_says_so_does_not_wait_for_the_disk(
    mentes: Mentes, organisation_id: UUID
) -> None:
    sqlite = mentes.database.engine.dialect.name == "sqlite"
    asked = text("PRAGMA synchronous" if sqlite else "SHOW synchronous_commit")

    def waits(**how: bool) -> object:
        with mentes.database.transaction(organisation_id, **how) as session:
            return session.connection().scalar(asked)

    usually = waits()
    assert waits(durable=False) == (1 if sqlite else "off")
    assert waits() == usually
    assert usually == (2 if sqlite else usually)
