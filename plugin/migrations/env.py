"""How Alembic runs a migration here: online, on the engine that it is given."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection, Engine

from lrs_bridge.lrs.types import UTCDateTime
from plugin.foundation.db import Text
from plugin.migrations.metadata import METADATA


def rendered(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write our own types as what the database sees."""
    if kind == "type" and type(item).__name__ == UTCDateTime.__name__:
        return "sa.DateTime(timezone=True)"
    return "sa.String()" if kind == "type" and isinstance(item, Text) else False


@contextmanager
def unwatched(connection: Connection) -> Iterator[None]:
    """Let a table that others refer to be made anew, which is how SQLite changes one.

    It cannot be told so inside of a transaction; what the migration leaves is looked at instead,
    before it is committed.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.dbapi_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def nothing_dangles(connection: Connection) -> None:
    """Raise if a row refers to one that is not there."""
    if connection.dialect.name == "sqlite":
        dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if dangling is not None:
            raise RuntimeError(f"The migration leaves {dangling[0]} with references to nothing.")


def run(engine: Engine) -> None:
    """Run the migrations in one transaction."""
    with engine.connect() as connection, unwatched(connection), connection.begin():
        context.configure(
            connection=connection,
            target_metadata=METADATA,
            render_item=rendered,
            compare_type=True,
        )
        context.run_migrations()
        nothing_dangles(connection)


run(context.config.attributes["engine"])
