"""Statements that the driver runs: as in a session, counted like any other, all or nothing."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import bindparam, event, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from lrs_bridge.lrs.direct import Inside, Prepared
from plugin.app import Mentes
from plugin.foundation.outbox import Debt, channel_id
from plugin.foundation.tenancy import EVERYWHERE, unwalled
from tests.plugin.factories import NOW, statements_on

DEBT = unwalled(Debt)
OWED = Prepared(insert(DEBT))
FOUND = Prepared(
    select(DEBT.c.id, DEBT.c.payload, DEBT.c.due_at, DEBT.c.attempts, DEBT.c.lane).where(
        DEBT.c.key == bindparam("which"), DEBT.c.kind == "mail"
    )
)
TRIED = Prepared(update(DEBT).where(DEBT.c.key == bindparam("which")).values(attempts=7))
PAYLOAD = {"said": ["ä", 1, None]}


def a_debt(organisation_id: UUID, **changed: object) -> dict[str, object]:
    given = {"id": uuid4(), "organisation_id": organisation_id, "kind": "mail", "key": "one"}
    where = {"target": "", "channel": channel_id(organisation_id, "mail"), "place": 1}
    rest = {"lane": None, "payload": PAYLOAD, "created_at": NOW, "due_at": NOW, "attempts": 0}
    return {**given, **where, **rest, **changed}


def test_the_driver_writes_and_reads_what_a_session_does(
    mentes: Mentes, organisation_id: UUID
) -> None:
    owed = a_debt(organisation_id)
    with mentes.database.writing() as direct:
        assert OWED.changed(direct, **owed) == 1
        assert TRIED.changed(direct, which="one") == 1
        assert TRIED.changed(direct, which="another") == 0
    with mentes.database.asking() as direct:
        found = FOUND.rows(direct, which="one")
        assert FOUND.first(direct, which="another") is None
    with mentes.database.reading(EVERYWHERE) as session:
        assert [tuple(row) for row in FOUND.rows(session, which="one")] == found
    row = found[0]
    assert (row.id, row.payload, row.due_at) == (owed["id"], PAYLOAD, NOW)
    assert (row.attempts, row.lane) == (7, None)


@pytest.mark.parametrize("durable", [True, False])
def test_what_fails_leaves_nothing(mentes: Mentes, organisation_id: UUID, durable: bool) -> None:
    def fail() -> None:
        with mentes.database.writing(durable=durable) as direct:
            OWED.changed(direct, **a_debt(organisation_id))
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    with mentes.database.writing(durable=durable) as direct:
        assert FOUND.rows(direct, which="one") == []


def test_an_error_is_sqlalchemys_and_quotes_no_value(mentes: Mentes, organisation_id: UUID) -> None:
    owed = a_debt(organisation_id)

    def owe_twice() -> None:
        with mentes.database.writing() as direct:
            OWED.changed(direct, **owed)
            OWED.changed(direct, **owed)

    with pytest.raises(IntegrityError) as raised:
        owe_twice()
    assert "said" not in str(raised.value)


def test_statements_are_counted_like_any_other(mentes: Mentes, organisation_id: UUID) -> None:
    with statements_on(mentes.database.engine) as asked, mentes.database.writing() as direct:
        OWED.changed(direct, **a_debt(organisation_id))
    assert [each.split()[0] for each in asked] == ["INSERT"]


def test_a_page_that_reads_cannot_write_afterwards(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.writing(durable=False) as direct:
        OWED.changed(direct, **a_debt(organisation_id))
    with pytest.raises(DBAPIError), mentes.database.reading(organisation_id) as session:
        TRIED.changed(session, which="one")


def test_inside_a_session_the_driver_sees_what_its_transaction_wrote(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(EVERYWHERE) as session:
        inside = Inside(session)
        session.execute(insert(DEBT).values(**a_debt(organisation_id)))
        assert [row.attempts for row in FOUND.rows(inside, which="one")] == [0]
        TRIED.changed(inside, which="one")
        assert session.scalar(select(DEBT.c.attempts)) == 7
    with mentes.database.reading(EVERYWHERE) as session:
        assert [row.attempts for row in FOUND.rows(session, which="one")] == [7]


def test_what_the_driver_wrote_inside_a_session_goes_with_its_transaction(
    mentes: Mentes, organisation_id: UUID
) -> None:
    def fail() -> None:
        with mentes.database.transaction(EVERYWHERE) as session:
            OWED.changed(Inside(session), **a_debt(organisation_id))
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    with mentes.database.reading(EVERYWHERE) as session:
        assert FOUND.rows(session, which="one") == []


def test_statements_inside_a_session_are_counted_like_any_other(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with (
        statements_on(mentes.database.engine) as asked,
        mentes.database.transaction(EVERYWHERE) as session,
    ):
        OWED.changed(Inside(session), **a_debt(organisation_id))
    assert "INSERT" in [each.split()[0] for each in asked]


def test_whoever_listens_is_told_of_a_connection_that_keeps_what_is_said_of_it(
    mentes: Mentes,
) -> None:
    def listen(connection: Any, *_: object) -> None:
        connection.info.setdefault("heard", []).append("something")

    event.listen(mentes.database.engine, "before_cursor_execute", listen)
    try:
        with mentes.database.asking() as direct:
            assert FOUND.rows(direct, which="one") == []
            assert direct.said["heard"]
        with mentes.database.reading(EVERYWHERE) as session:
            assert FOUND.rows(session, which="one") == []
            assert session.connection().info["heard"]
    finally:
        event.remove(mentes.database.engine, "before_cursor_execute", listen)


def test_an_error_of_one_of_many_rows_is_sqlalchemys_and_quotes_no_value(mentes: Mentes) -> None:
    mark = "?" if mentes.database.engine.dialect.name == "sqlite" else "%s"
    row = (str(uuid4()), "Acme", str(NOW))
    marks = ", ".join([mark] * 3)
    owned = f"INSERT INTO organisation (id, name, created_at) VALUES ({marks})"  # noqa: S608

    def twice() -> None:
        with mentes.database.writing() as direct:
            direct.run_each(owned, [row, row])

    with pytest.raises(IntegrityError) as raised:
        twice()
    assert "Acme" not in str(raised.value)


def test_a_connection_that_is_gone_inside_a_session_is_not_used_again(mentes: Mentes) -> None:
    if mentes.database.engine.dialect.name == "sqlite":
        pytest.skip("a file does not go away")

    def lose() -> None:
        with mentes.database.transaction(EVERYWHERE) as session:
            inside = Inside(session)
            (mine,) = inside.run("SELECT pg_backend_pid()").fetchone()
            with mentes.database.transaction(EVERYWHERE) as other:
                other.execute(text("SELECT pg_terminate_backend(:mine)"), {"mine": mine})
            FOUND.rows(inside, which="one")

    with pytest.raises(OperationalError):
        lose()
    with mentes.database.reading(EVERYWHERE) as session:
        assert FOUND.rows(session, which="one") == []
