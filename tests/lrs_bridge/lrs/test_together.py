"""Deliveries that share a transaction: each is stored once, and told the truth."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, Event
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from lrs_bridge.errors import BatchInvalid, StatementConflict, Unavailable
from lrs_bridge.lrs import together as module
from lrs_bridge.lrs.store import Delivery, ignored
from lrs_bridge.lrs.tables import statement
from lrs_bridge.lrs.together import Together
from lrs_bridge.lrs.wire import incoming
from lrs_bridge.testing import a_statement, an_agent

AUTHORITY = an_agent("authority")


class Door:
    """Transactions that stand still until the door is opened; the line grows meanwhile."""

    def __init__(self, database):
        self._database = database
        self._open = Event()
        self.begun = []
        self.entered = Event()

    @contextmanager
    def transaction(self):
        self.begun.append(self)
        self.entered.set()
        assert self._open.wait(30)
        with self._database.transaction() as session:
            yield session

    def open(self):
        self._open.set()


@pytest.fixture
def door(database):
    return Door(database)


@pytest.fixture
def shared(door, clock):
    return Together(door.transaction, clock, ignored)


def a_delivery(*statements):
    return Delivery(statements=[incoming(one) for one in statements], authority=AUTHORITY)


def store_behind_a_first(shared, door, organisation_id, deliveries, first=None):
    """Store `deliveries` while a first one holds the database; return what each was told."""

    def told(delivery):
        try:
            return shared.store(organisation_id, delivery)
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(deliveries) + 1) as pool:
        ahead = pool.submit(told, first or a_delivery(a_statement()))
        assert door.entered.wait(30)
        rest = []
        for number, delivery in enumerate(deliveries, start=2):
            rest.append(pool.submit(told, delivery))
            wait_until(lambda many=number: in_line(shared, organisation_id) == many)
        door.open()
        return ahead.result(30), [one.result(30) for one in rest]


def in_line(shared, organisation_id):
    return len(shared._lines[organisation_id].waiting)


def wait_until(so):
    for _ in range(3000):
        if so():
            return
        Event().wait(0.01)
    pytest.fail("It did not come to that.")


def ids_in(database, organisation_id):
    with database.reading() as session:
        found = select(statement.c.id).where(statement.c.organisation_id == organisation_id)
        return session.scalars(found.order_by(statement.c.seq)).all()


def test_who_waits_shares_one_transaction_and_each_is_told_its_own_ids(
    shared, door, database, organisation_id
):
    deliveries = [a_delivery(a_statement(), a_statement()) for _ in range(10)]
    first, rest = store_behind_a_first(shared, door, organisation_id, deliveries)
    assert len(door.begun) == 2
    told = [*first.ids, *(id for stored in rest for id in stored.ids)]
    assert told == ids_in(database, organisation_id)


def test_each_is_told_how_far_a_reader_sees_its_own_statements(shared, door, organisation_id):
    _, rest = store_behind_a_first(
        shared, door, organisation_id, [a_delivery(a_statement()) for _ in range(3)]
    )
    assert [stored.through for stored in rest] == sorted({stored.through for stored in rest})


def test_a_conflict_refuses_its_sender_alone(shared, door, database, organisation_id):
    taken = str(uuid4())
    mine = a_delivery(a_statement(id=taken, actor=an_agent("mine")))
    theirs = a_delivery(a_statement(), a_statement(id=taken, actor=an_agent("theirs")))
    others = [a_delivery(a_statement()) for _ in range(4)]
    _, told = store_behind_a_first(
        shared, door, organisation_id, [*others[:2], mine, theirs, *others[2:]]
    )
    assert [type(one) for one in told].count(StatementConflict) == 1
    assert isinstance(told[3], StatementConflict)
    assert len(ids_in(database, organisation_id)) == 1 + 4 + 1


def test_the_same_statement_from_several_is_stored_once(shared, door, database, organisation_id):
    same = a_statement(id=str(uuid4()))
    _, told = store_behind_a_first(
        shared, door, organisation_id, [a_delivery(same) for _ in range(4)]
    )
    assert {str(stored.ids[0]) for stored in told} == {same["id"]}
    assert len(ids_in(database, organisation_id)) == 2


def test_a_batch_that_names_an_id_twice_refuses_its_sender_alone(shared, door, organisation_id):
    twice = a_statement(id=str(uuid4()))
    _, (refused, stored) = store_behind_a_first(
        shared, door, organisation_id, [a_delivery(twice, twice), a_delivery(a_statement())]
    )
    assert isinstance(refused, BatchInvalid)
    assert len(stored.ids) == 1


def test_more_than_one_transaction_should_hold_are_stored_in_several(
    shared, door, database, organisation_id, monkeypatch
):
    monkeypatch.setattr(module, "MOST", 10)
    deliveries = [a_delivery(*(a_statement() for _ in range(4))) for _ in range(5)]
    _, told = store_behind_a_first(shared, door, organisation_id, deliveries)
    assert len(door.begun) == 1 + 3
    stored = ids_in(database, organisation_id)
    assert len(stored) == len(set(stored)) == 21
    assert [id for one in told for id in one.ids] == stored[1:]


def test_a_delivery_larger_than_a_transaction_should_hold_is_stored_alone(
    shared, door, database, organisation_id, monkeypatch
):
    monkeypatch.setattr(module, "MOST", 2)
    large = a_delivery(*(a_statement() for _ in range(5)))
    _, told = store_behind_a_first(
        shared, door, organisation_id, [large, a_delivery(a_statement())]
    )
    assert [len(one.ids) for one in told] == [5, 1]
    assert len(door.begun) == 3


def test_what_one_of_them_breaks_is_told_to_it_alone(door, database, clock, organisation_id):
    broken = a_statement(id=str(uuid4()))
    told_of = []

    def on_stored(_session, _organisation_id, statements):
        if any(str(one.id) == broken["id"] for one in statements):
            raise ZeroDivisionError
        told_of.extend(one.id for one in statements)

    _, told = store_behind_a_first(
        Together(door.transaction, clock, on_stored),
        door,
        organisation_id,
        [a_delivery(a_statement()), a_delivery(broken), a_delivery(a_statement())],
    )
    assert isinstance(told[1], ZeroDivisionError)
    assert [len(one.ids) for one in (told[0], told[2])] == [1, 1]
    assert told_of == ids_in(database, organisation_id)


def test_when_the_database_is_away_everybody_is_told_and_nobody_twice(
    database, clock, organisation_id
):
    away = Away(database)
    shared = Together(away.transaction, clock, ignored)
    ahead, told = store_behind_a_first(
        shared, away, organisation_id, [a_delivery(a_statement()) for _ in range(4)]
    )
    assert isinstance(ahead, OperationalError)
    assert isinstance(told[0], OperationalError)
    assert [type(one) for one in told[1:]] == [Unavailable] * 3
    assert len({id(one) for one in told}) == 4
    assert len(away.begun) == 2
    away.back = True
    assert shared.store(organisation_id, a_delivery(a_statement())).ids == ids_in(
        database, organisation_id
    )


class Away(Door):
    """A database that nobody reaches until it is back."""

    back = False

    @contextmanager
    def transaction(self):
        with super().transaction() as session:
            if not self.back:
                raise OperationalError("BEGIN", {}, Exception("away"))
            yield session


def test_who_stores_for_others_may_die_and_the_line_goes_on(door, database, clock, organisation_id):
    class Killed(BaseException):
        """Like what ends a thread."""

    doomed = a_statement(id=str(uuid4()))

    def on_stored(_session, _organisation_id, statements):
        if any(str(one.id) == doomed["id"] for one in statements):
            raise Killed

    shared = Together(door.transaction, clock, on_stored)
    with ThreadPoolExecutor(3) as pool:
        killed = pool.submit(shared.store, organisation_id, a_delivery(doomed))
        assert door.entered.wait(30)
        rest = []
        for number in (2, 3):
            rest.append(pool.submit(shared.store, organisation_id, a_delivery(a_statement())))
            wait_until(lambda many=number: in_line(shared, organisation_id) == many)
        door.open()
        with pytest.raises(Killed):
            killed.result(30)
        stored = [one.result(30).ids[0] for one in rest]
    assert stored == ids_in(database, organisation_id)


def test_organisations_do_not_stand_in_one_line(door, database, clock):
    shared = Together(door.transaction, clock, ignored)
    ours, theirs = uuid4(), uuid4()
    with ThreadPoolExecutor(2) as pool:
        both = [
            pool.submit(shared.store, organisation, a_delivery(a_statement()))
            for organisation in (ours, theirs)
        ]
        wait_until(lambda: len(door.begun) == 2)
        door.open()
        stored = [one.result(30).ids for one in both]
    assert stored == [ids_in(database, ours), ids_in(database, theirs)]


def test_many_threads_at_once_lose_nothing_and_repeat_nothing(database, clock, organisation_id):
    shared = Together(database.transaction, clock, ignored)
    threads, each = 8, 12
    barrier = Barrier(threads)

    def work(_):
        barrier.wait()
        return [
            id
            for many in range(each)
            for id in shared.store(
                organisation_id, a_delivery(*(a_statement() for _ in range(1 + many % 3)))
            ).ids
        ]

    with ThreadPoolExecutor(threads) as pool:
        told = [id for ids in pool.map(work, range(threads)) for id in ids]
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(statement)) == len(told)
    assert sorted(told) == sorted(ids_in(database, organisation_id))
    assert not shared._lines[organisation_id].waiting
