"""When a credential was used last."""

import pytest
from sqlalchemy import create_engine, event

from lrs_bridge.lrs.access.credentials import add_credential, entries
from lrs_bridge.lrs.access.last_use import LastUses


@pytest.fixture
def id(database, organisation_id, clock):
    with database.transaction() as session:
        return add_credential(session, organisation_id, "key", "secret", ["all"], clock())


@pytest.fixture
def last_used(database, organisation_id, clock):
    def read():
        with database.reading() as session:
            (one,) = entries(session, organisation_id, clock())
            return one.last_used_at

    return read


def test_one_use_in_five_minutes_is_written(database, id, clock):
    uses = LastUses(database.transaction)
    due = []
    for _ in range(20):
        due.append(uses.is_due(id, clock()))
        clock.forward(minutes=1)
    assert due == [True, False, False, False, False] * 4


def test_what_is_written_is_read(database, id, clock, last_used):
    assert last_used() is None
    LastUses(database.transaction).write(id, clock())
    assert last_used() == clock()


def test_a_later_use_is_never_written_over_by_an_earlier_one(database, id, clock, last_used):
    uses = LastUses(database.transaction)
    before = clock()
    clock.forward(minutes=7)
    uses.write(id, clock())
    LastUses(database.transaction).write(id, before)
    assert last_used() == clock()


def test_a_database_that_is_away_harms_nobody(database, id, clock):
    uses = LastUses(database.transaction)
    database.engine.dispose()
    database.engine = create_engine("sqlite:////nowhere/at/all.db")
    uses.write(id, clock())


def test_reading_takes_no_lock_and_the_use_is_written_once_answered(lrs, engine, clock):
    begun = []
    event.listen(engine, "after_cursor_execute", lambda *each: begun.append(each[2]))
    answer = lrs.get()
    assert not any(each.startswith("UPDATE") for each in begun)
    answer.close()
    assert [each.split()[:2] for each in begun if each.startswith("UPDATE")] == [
        ["UPDATE", "xapi_credential"]
    ]
    begun.clear()
    lrs.get().close()
    assert not any(each.startswith("UPDATE") for each in begun)
