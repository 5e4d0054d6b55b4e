"""Writing to the store: turns, numbers of round trips, and the transaction."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from sqlalchemy import event, func, select

from lrs_bridge.errors import StatementConflict
from lrs_bridge.lrs import store
from lrs_bridge.lrs.tables import reach, statement
from lrs_bridge.lrs.wire import incoming
from lrs_bridge.testing import a_statement, an_agent

AUTHORITY = an_agent("authority")


def store_all(database, organisation_id, clock, statements, **options):
    with database.transaction() as session:
        return store.insert(
            session,
            organisation_id,
            [incoming(one) for one in statements],
            authority=AUTHORITY,
            clock=clock,
            **options,
        )


def together(count, work):
    """Run `work(number)` in `count` threads that start at one moment; return what each gave."""
    barrier = Barrier(count)

    def run(number):
        barrier.wait()
        try:
            return work(number)
        except StatementConflict as conflict:
            return conflict

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_the_same_statement_from_many_writers_at_once_is_stored_once(
    database, organisation_id, clock
):
    id, told = uuid4(), []
    outcomes = together(
        4,
        lambda _: store_all(
            database,
            organisation_id,
            clock,
            [a_statement(id=str(id))],
            on_stored=lambda _session, _organisation, new: told.extend(new),
        ),
    )
    assert outcomes == [[id]] * 4
    assert [it.id for it in told] == [id]


def test_of_different_statements_with_one_id_the_first_wins(database, organisation_id, clock):
    id = str(uuid4())
    outcomes = together(
        4,
        lambda number: store_all(
            database, organisation_id, clock, [a_statement(id=id, actor=an_agent(str(number)))]
        ),
    )
    assert sum(isinstance(outcome, StatementConflict) for outcome in outcomes) == 3


def test_writers_at_once_leave_no_tie(database, organisation_id, clock):
    together(
        4,
        lambda _: [
            store_all(database, organisation_id, clock, [a_statement(), a_statement()])
            for _ in range(5)
        ],
    )
    with database.reading() as session:
        seqs = session.scalars(select(statement.c.seq)).all()
    assert len(set(seqs)) == 40


def test_two_that_refer_to_each_other_at_once_see_each_other(database, organisation_id, clock):
    ids = [str(uuid4()), str(uuid4())]

    def refer(number):
        target = {"objectType": "StatementRef", "id": ids[1 - number]}
        return store_all(
            database, organisation_id, clock, [a_statement(id=ids[number], object=target)]
        )

    together(2, refer)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(reach)) == 2


@pytest.mark.parametrize("count", [1, 100])
def test_a_batch_costs_as_many_round_trips_as_one_statement(
    database, organisation_id, clock, count
):
    asked = []
    event.listen(
        database.engine, "before_cursor_execute", lambda *arguments: asked.append(arguments[2])
    )
    statements = [a_statement(id=str(uuid4()), actor=an_agent(str(n))) for n in range(count)]
    store_all(database, organisation_id, clock, statements)
    work = [it for it in asked if not it.startswith(("BEGIN", "select pg_catalog", "SELECT t.oid"))]
    assert len(work) <= 9, work


def test_a_batch_with_a_reference_costs_a_few_more(database, organisation_id, clock):
    targets = [a_statement(id=str(uuid4())) for _ in range(20)]
    store_all(database, organisation_id, clock, targets)
    asked = []
    event.listen(
        database.engine, "before_cursor_execute", lambda *arguments: asked.append(arguments[2])
    )
    references = [
        a_statement(object={"objectType": "StatementRef", "id": target["id"]}) for target in targets
    ]
    store_all(database, organisation_id, clock, references)
    assert len(asked) <= 12, asked


def test_what_is_told_in_the_transaction_is_undone_with_it(database, organisation_id, clock):
    def refuse(session, _organisation_id, new):
        assert session.scalar(select(func.count()).select_from(statement)) == len(new)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store_all(database, organisation_id, clock, [a_statement()] * 2, on_stored=refuse)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(statement)) == 0


def test_an_authority_of_two_is_told_from_another_of_two():
    one = {"objectType": "Group", "member": [an_agent("app"), an_agent("ada")]}
    other = {"objectType": "Group", "member": [an_agent("app"), an_agent("ben")]}
    assert store.key_of(one) != store.key_of(other)
