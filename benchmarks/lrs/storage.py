"""How much room statements take."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from lrs_bridge.lrs.tables import metadata, statement
from plugin.foundation.db import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Bytes of a whole store.

    Attributes:
        payload: what was received.
        kept: all that the database keeps for it, tables and indexes.
    """

    statements: int
    payload: int
    kept: int

    @property
    def beyond(self) -> float:
        """Bytes to a statement beyond its payload."""
        return (self.kept - self.payload) / self.statements


def sizes(database: Database) -> Sizes:
    """Measure the store in `database`, which holds nothing else worth counting."""
    with database.engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        kept = _of_file(connection) if is_sqlite else _of_tables(connection)
        length = func.sum(func.length(statement.c.payload))  # ASCII, so characters are bytes
        many, payload = connection.execute(select(func.count(), length)).one()
    return Sizes(statements=many, payload=int(payload), kept=kept)


def _of_file(connection: Connection) -> int:
    pages: int = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    size: int = connection.exec_driver_sql("PRAGMA page_size").scalar_one()
    return pages * size


def _of_tables(connection: Connection) -> int:
    return sum(
        connection.scalar(select(func.pg_total_relation_size(name))) or 0
        for name in metadata.tables
    )
