"""Many new rows at once: PostgreSQL takes them as a stream, several times as fast as it inserts.

Only rows that nothing can stand in the way of: a stream knows no ON CONFLICT.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Table, insert

FEWEST = 50
"""Rows that are worth a stream of their own."""


def poured(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows`, each with the same columns; those with a default may be left out."""
    if not rows:
        return
    if connection.dialect.name != "postgresql" or len(rows) < FEWEST:
        connection.execute(insert(table), list(rows))
        return
    columns = [column for column in table.columns if column.name in rows[0] or column.default]
    values = [_value_of(column, column.name in rows[0], connection) for column in columns]
    quoted = connection.dialect.identifier_preparer
    names = ", ".join(quoted.format_column(column) for column in columns)
    driver: Any = connection.connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY {quoted.format_table(table)} ({names}) FROM STDIN") as stream,
    ):
        for row in rows:
            stream.write_row([value(row) for value in values])


def _value_of(
    column: Column[Any], given: bool, connection: Connection
) -> Callable[[Mapping[str, Any]], Any]:
    """Return what finds the value of a column in a row, as the driver takes it."""
    name, dialect = column.name, connection.dialect
    write = column.type.dialect_impl(dialect).bind_processor(dialect)
    if given:
        return (lambda row: write(row[name])) if write else (lambda row: row[name])
    default: Any = column.default
    if default.is_callable:
        make = default.arg
        return (lambda _: write(make(None))) if write else (lambda _: make(None))
    constant = write(default.arg) if write else default.arg
    return lambda _: constant
