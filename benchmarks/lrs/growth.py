"""What growing does to a store: the same questions of a small one and of a large one, in turn.

On PostgreSQL with its safe defaults, two databases of one private server.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

from sqlalchemy import create_engine, make_url, text

from benchmarks.lrs import targets
from benchmarks.lrs.questions import Questions
from benchmarks.lrs.rounds import Contender, Running, Server
from benchmarks.lrs.rows import APART, READERS, WRITERS, Kind, Row, questions, storing
from benchmarks.lrs.servers.mentes import Mentes
from tests import postgresql

SETTINGS = "-c shared_buffers=1GB -c max_wal_size=4GB"
"""Of a machine of some GB; everything about durability stays as it comes."""
SLOWER_READING, SLOWER_STORING = 1.5, 1.2

KINDS: Sequence[tuple[str, Kind]] = (
    ("GET by id", Questions.by_id),
    ("GET by hot agent, verb, since", Questions.hot_agent),
    ("GET 3 by cold agent, verb, since", Questions.cold_agent_briefly),
    ("GET by activity, since", Questions.activity),
    ("GET by related activity", Questions.related_activities),
    ("GET by registration", Questions.registration),
    ("GET by related agent", Questions.related_agents),
)


class NoPostgreSQL(Exception):
    """This machine has none."""


@contextlib.contextmanager
def databases(totals: Sequence[int]) -> Iterator[list[Server]]:
    """Start a PostgreSQL with an empty database for each of `totals` statements.

    Raises:
        NoPostgreSQL: there is none.
    """
    server = postgresql.start(SETTINGS)
    if server is None:
        raise NoPostgreSQL("no PostgreSQL on this machine")
    try:
        yield [_on(server, total) for total in totals]
    finally:
        server.stop()


def rows(large: tuple[Running, int], small: tuple[Running, int]) -> Iterator[Row]:
    """Return every row about a large store and a small one, each with its number of statements."""
    about = [questions(running, total) for running, total in (large, small)]
    names = [f"{total:,} statements" for _, total in (large, small)]
    servers = [running for running, _ in (large, small)]
    for title, kind in KINDS:
        yield Row(
            title=f"{title} · growing",
            contenders=[
                Contender(name=name, running=running, questions=kind(its))
                for name, running, its in zip(names, servers, about, strict=True)
            ],
            connections=READERS,
            targets=(targets.all_right(), targets.times_as_long(1, SLOWER_READING)),
        )
    for size in (1, 50):
        yield Row(
            title=f"POST {size} · growing",
            contenders=[storing(each, size, first=size * APART * 10) for each in servers],
            connections=WRITERS,
            targets=(targets.all_stored(), targets.times_slower(1, SLOWER_STORING)),
            statements=size,
        )


def _on(server: postgresql.Server, total: int) -> Mentes:
    name = f"of_{total}"
    engine = create_engine(server.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return Mentes(
        name=f"Mentes, PostgreSQL, {total:,}",
        database=make_url(server.url).set(database=name).render_as_string(hide_password=False),
        database_server=server.pid,
    )
