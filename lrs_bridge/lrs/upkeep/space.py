"""Giving back the room that deleted rows took, and with it what was left of them on the disk.

SQLite writes zeros over what is erased (`erasure`), but its log still has the pages as they were.
Writing the file anew and emptying the log leaves nothing. PostgreSQL marks the room as free and
writes over it in time; only `full`, which locks each table while it is written anew, makes sure.
What a file system, a replica, an archive of the log or a backup keeps is beyond a database.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine

from lrs_bridge.errors import Unavailable
from lrs_bridge.lrs.tables import metadata


def give_back(engine: Engine, *, full: bool = False) -> bool:
    """Give room back. Takes a while, and for it as much room again on SQLite.

    Args:
        full: whether PostgreSQL writes the tables anew.

    Returns:
        whether SQLite's log is empty; it is not as long as others read.

    Raises:
        Unavailable: if others write on SQLite, or begin to.
    """
    with _connection_of_its_own(engine) as connection:
        if engine.dialect.name == "sqlite":
            try:
                connection.execute("VACUUM")
            except sqlite3.OperationalError as error:
                raise Unavailable("Others use the database. Try again when they rest.") from error
            return _without_log(connection)
        connection.autocommit = True
        for table in metadata.sorted_tables:
            connection.execute(f"VACUUM ({'FULL, ' if full else ''}ANALYZE) {table.name}")
    return True


def empty_log(engine: Engine) -> bool:
    """Write SQLite's log into its file and cut it off; return whether nothing is left in it."""
    if engine.dialect.name != "sqlite":
        return True
    with _connection_of_its_own(engine) as connection:
        return _without_log(connection)


@contextmanager
def _connection_of_its_own(engine: Engine) -> Iterator[Any]:
    """Open a connection of the driver outside of any transaction, which no pool gets back."""
    pooled = engine.raw_connection()
    connection: Any = pooled.driver_connection
    pooled.detach()
    try:
        if engine.dialect.name == "sqlite":
            connection.isolation_level = None
            connection.execute("PRAGMA query_only=OFF")
        yield connection
    finally:
        pooled.close()


def _without_log(connection: Any) -> bool:
    busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy
