"""Up to when a reader has seen everything, whoever writes and however long."""

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import create_engine, event, select
from sqlalchemy.orm import Session

from lrs_bridge.lrs import store
from lrs_bridge.lrs.consistency import BEGINNING, CLOCKS_APART, Freshness
from lrs_bridge.lrs.order import moment
from lrs_bridge.lrs.tables import metadata, statement
from lrs_bridge.lrs.wire import incoming
from lrs_bridge.testing import a_statement, an_agent
from tests.lrs_bridge.conftest import Database

AUTHORITY = an_agent("authority")
THROUGH = "X-Experience-API-Consistent-Through"


def stored_by(session, organisation_id, clock):
    """Store a statement in a transaction that stays open, and return its `stored`."""
    (id,) = store.insert(
        session, organisation_id, [incoming(a_statement())], authority=AUTHORITY, clock=clock
    )
    return moment(session.scalar(select(statement.c.seq).where(statement.c.id == id)))


def stored(database, organisation_id, clock):
    with database.transaction() as session:
        return stored_by(session, organisation_id, clock)


@pytest.fixture
def through(database, organisation_id, clock):
    """Ask one process's knowledge; or another's, that knows nothing yet."""
    ours = Freshness()

    def ask(freshness=ours):
        with database.reading() as session:
            return freshness.through(session, organisation_id, clock())

    return ask


def seen_at(now):
    """Return up to when everything is seen while nobody writes."""
    return now - CLOCKS_APART


@pytest.fixture
def file(database):
    """The file of SQLite; PostgreSQL has none that anybody could look at."""
    if database.engine.dialect.name != "sqlite":
        pytest.skip("is about files")
    return database.engine.url.database


@contextmanager
def another_process_writing(path):
    """Hold the file's write lock in another process."""
    hold = (
        "import sqlite3, sys\n"
        "connection = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "connection.execute('BEGIN IMMEDIATE')\n"
        "print('writing', flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout.readline() == b"writing\n"
        yield
        process.stdin.close()


def test_when_nobody_writes_everything_up_to_now_is_seen(database, organisation_id, clock, through):
    stored(database, organisation_id, clock)
    clock.forward(seconds=10)
    assert through() == seen_at(clock())


@pytest.mark.parametrize("seconds", [0.4, 2, 3600])
def test_an_uncommitted_writer_holds_back_what_is_promised(
    database, organisation_id, clock, through, seconds
):
    first = stored(database, organisation_id, clock)
    clock.forward(milliseconds=500)
    with database.transaction() as session:
        late = stored_by(session, organisation_id, clock)
        clock.forward(seconds=seconds)
        assert first <= through() < late
        assert first <= through(Freshness()) < late
    clock.forward(minutes=1)
    assert through() == seen_at(clock())


def test_what_was_promised_before_a_writer_came_stays_promised(
    database, organisation_id, clock, through
):
    stored(database, organisation_id, clock)
    clock.forward(minutes=5)
    promised = through()
    clock.forward(minutes=5)
    with database.transaction() as session:
        late = stored_by(session, organisation_id, clock)
        clock.forward(minutes=5)
        assert promised == through() < late


@pytest.mark.parametrize("behind", [0.1, 1.9])
def test_a_writer_whose_clock_is_behind_comes_after_what_was_promised(
    database, organisation_id, clock, through, behind
):
    stored(database, organisation_id, clock)
    clock.forward(minutes=5)
    promised = through()
    clock.forward(seconds=-behind)
    assert stored(database, organisation_id, clock) > promised


def test_whatever_was_stored_last_is_promised_at_once(database, organisation_id, clock, through):
    for _ in range(3):
        last = stored(database, organisation_id, clock)
        assert through() == through(Freshness()) == last
        clock.forward(milliseconds=300)


def test_a_writer_who_gives_up_holds_nothing_back(database, organisation_id, clock, through):
    with database.transaction() as session:
        stored_by(session, organisation_id, clock)
        session.rollback()
    clock.forward(minutes=1)
    assert through() == seen_at(clock())


def test_a_writer_in_another_process_counts(file, database, organisation_id, clock, through):
    first = stored(database, organisation_id, clock)
    clock.forward(minutes=1)
    with another_process_writing(file):
        assert through() == first
    clock.forward(minutes=1)
    assert through() == seen_at(clock())


def test_the_file_is_looked_at_ten_times_a_second_at_most(
    file, database, organisation_id, clock, through
):
    tried = []
    event.listen(
        database.engine, "before_cursor_execute", lambda *arguments: tried.append(arguments[2])
    )
    for _ in range(1000):  # a second
        through()
        clock.forward(milliseconds=1)
    assert sum("pragma_database_list" in it for it in tried) == 10


def test_looking_leaves_no_lock_behind(file, through):
    through()
    with sqlite3.connect(file, timeout=0, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
    other.close()


def test_looking_makes_no_writer_fail(file, database, organisation_id, clock):
    """However often it is done: here a thousand times while fifty transactions are written."""
    started = Event()

    def look():
        with database.reading() as session:
            session.connection()
            started.set()
            for number in range(1000):
                at = clock() + timedelta(seconds=number)
                Freshness().through(session, organisation_id, at)

    with ThreadPoolExecutor(1) as pool:
        looking = pool.submit(look)
        assert started.wait(10)
        for _ in range(50):
            stored(database, organisation_id, clock)
        looking.result()


def test_of_a_database_in_memory_what_is_visible_is_promised(organisation_id, clock):
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    database, freshness = Database(engine), Freshness()
    with database.reading() as session:
        assert freshness.through(session, organisation_id, clock()) == BEGINNING
    at = stored(database, organisation_id, clock)
    clock.forward(minutes=1)
    with Session(engine) as session:
        assert freshness.through(session, organisation_id, clock()) == at
    engine.dispose()


def test_no_answer_promises_what_an_open_transaction_may_still_break(lrs):
    """Neither one that read, nor one that was refused before the store was asked."""
    lrs.post(a_statement())
    lrs.clock.forward(minutes=1)
    with lrs.database.transaction() as session:
        late = f"{stored_by(session, lrs.organisation_id, lrs.clock):%FT%T.%fZ}"
        lrs.clock.forward(minutes=1)
        answers = [
            lrs.get(),
            lrs.get(unknown="x"),
            lrs.post("{"),
            lrs._ask("DELETE", "/xapi/statements"),
            lrs.client.get("/xapi/statements", headers=lrs.headers),
            lrs.client.get("/xapi/statements"),
        ]
    assert [answer.status_code for answer in answers] == [200, 400, 400, 405, 401, 400]
    assert all(answer.headers[THROUGH] < late for answer in answers)


def test_an_answer_that_never_reached_the_store_says_what_is_known_already(lrs):
    lrs.post(a_statement())
    lrs.clock.forward(minutes=1)
    known = lrs.get().headers[THROUGH]
    lrs.clock.forward(minutes=1)
    assert lrs.post("{").headers[THROUGH] == known
