"""Many rows at once: PostgreSQL takes new ones as a stream, and ids as one array.

A statement with a placeholder for each of thousands of values costs more to write and to read than
to run. A stream knows no ON CONFLICT: it is for rows that nothing, or hardly ever anything, stands
in the way of.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, Connection, Table, any_, insert, literal
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session

from plugin.foundation.direct import named

FEWEST = 50
"""Rows that are worth a stream of their own."""

_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\x00": None})


def is_one_of(
    session: Session, column: InstrumentedAttribute[Any], values: Collection[Any]
) -> ColumnElement[bool]:
    """Return the condition that `column` is one of `values`, however many they are."""
    if session.get_bind().dialect.name != "postgresql":
        return column.in_(values)
    return column == any_(literal(list(values), ARRAY(column.type)))


def looked_over(connection: Connection, *tables: Table) -> None:
    """Let PostgreSQL look at tables into which much has just come.

    It does by itself, a minute later. Until then it takes them for empty, and reads all there is
    of a platform to find five hundred people.
    """
    if connection.dialect.name == "postgresql":
        quoted = connection.dialect.identifier_preparer
        names = ", ".join(quoted.format_table(table) for table in tables)
        connection.exec_driver_sql(f"ANALYZE {names}")


def can_stream(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether `poured` would stream rows."""
    return connection.dialect.name == "postgresql" and len(rows) >= FEWEST


def poured(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows`, each with the same columns; those with a default may be left out.

    Raises:
        DBAPIError: IntegrityError, if something stands in the way; no value is quoted.
    """
    if not can_stream(connection, rows):
        if rows:
            connection.execute(insert(table), list(rows))
        return
    columns = [column for column in table.columns if column.name in rows[0] or column.default]
    writers = [_writer(column, column.name in rows[0], connection) for column in columns]
    quoted = connection.dialect.identifier_preparer
    names = ", ".join(quoted.format_column(column) for column in columns)
    lines = ("\t".join([write(row) for write in writers]) for row in rows)
    text = f"COPY {quoted.format_table(table)} ({names}) FROM STDIN"
    driver: Any = connection.connection.driver_connection
    dialect = connection.dialect
    try:
        with driver.cursor() as cursor, cursor.copy(text) as stream:
            stream.write("".join(f"{line}\n" for line in lines))
    except dialect.loaded_dbapi.Error as error:
        is_gone = dialect.is_disconnect(error, driver, None)
        if is_gone:
            connection.invalidate(error)
        raise named(error, text, dialect, is_gone=is_gone) from error


def _writer(
    column: Column[Any], given: bool, connection: Connection
) -> Callable[[Mapping[str, Any]], str]:
    """Return what writes the value of a column in a row as PostgreSQL's COPY reads it."""
    name, text_of = column.name, _text_of(column, connection)
    if not given:
        default: Any = column.default
        if default.is_callable:
            return lambda _: text_of(default.arg(None))
        constant = text_of(default.arg)
        return lambda _: constant
    before: Any = None
    text = text_of(None)

    def write(row: Mapping[str, Any]) -> str:
        nonlocal before, text
        value = row[name]
        if value is not before:  # half the columns say the same in every row
            before, text = value, text_of(value)
        return text

    return write


def _text_of(column: Column[Any], connection: Connection) -> Callable[[Any], str]:
    """Return what writes a value of a column; JSON is always written, also where it is null."""
    if isinstance(column.type, JSON):
        return lambda value: _plain(json.dumps(value))
    dialect = connection.dialect
    bound = column.type.dialect_impl(dialect).bind_processor(dialect)
    return lambda value: _plain(bound(value) if bound else value)


def _plain(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return str(value).translate(_ESCAPED)
    if isinstance(value, bytes):
        return f"\\\\x{value.hex()}"
    return str(value)
