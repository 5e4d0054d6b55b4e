"""A Mentes to be measured."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.bridge.targets import NotMeasured
from config.settings import Settings
from plugin import migrations
from plugin.app import Mentes, compose
from plugin.foundation.clock import Clock, utc_now
from plugin.foundation.db import Database
from tests import postgresql


@contextmanager
def a_mentes(url: str, clock: Clock = utc_now, **settings: Any) -> Iterator[Mentes]:
    """Have one on an empty database for as long as the block lasts."""
    database = Database(url)
    migrations.upgrade(database.engine)
    database.dispose()
    mentes = compose(
        Settings(
            public_url="http://127.0.0.1:5000",
            secret_key="x" * 40,  # of a benchmark
            database_url=url,
            smtp_url="smtp://127.0.0.1:9",
            **settings,
        ),
        clock=clock,
    )
    try:
        yield mentes
    finally:
        mentes.database.dispose()


@contextmanager
def on_postgresql(clock: Clock = utc_now, **settings: Any) -> Iterator[Mentes]:
    """Have one on a PostgreSQL of its own, with durable commits.

    Raises:
        NotMeasured: there is no PostgreSQL.
    """
    server = postgresql.start("-c max_connections=50")
    if server is None:
        raise NotMeasured("there is no PostgreSQL here; see tests/postgresql.py")
    try:
        with a_mentes(server.url, clock, **settings) as mentes:
            yield mentes
    finally:
        server.stop()
