"""Many rows at once: PostgreSQL takes new ones as a stream, and ids as one array.

A statement with a placeholder for each of thousands of values costs more to write and to read than
to run. A stream knows no ON CONFLICT: it is for rows that nothing, or hardly ever anything, stands
in the way of.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    Table,
    Uuid,
    any_,
    insert,
    literal,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session

from lrs_bridge.lrs.direct import named
from plugin.foundation.db import Text

FEWEST = 50
"""Rows that are worth a stream of their own."""

_NULL = "\\N"
_TO_ESCAPE = re.compile("[\\\\\t\n\r\x00]")
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


def poured(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    same: Mapping[str, Any] | None = None,
) -> None:
    """Insert `rows`, each with the same columns; those with a default may be left out.

    Args:
        same: what all of them have in common, which is written down once.

    Raises:
        DBAPIError: IntegrityError, if something stands in the way; no value is quoted.
    """
    common = same or {}
    if not rows:
        return
    if not can_stream(connection, rows):
        connection.execute(insert(table), [{**common, **row} for row in rows])
        return
    own = [column for column in table.columns if column.name in rows[0]]
    others = [
        column
        for column in table.columns
        if column.name not in rows[0] and (column.name in common or column.default)
    ]
    texts = [_texts(column, list(map(itemgetter(column.name), rows)), connection) for column in own]
    ending = []
    for column in others:
        if column.name not in common and isinstance(column.type, Uuid):
            texts.insert(0, _ids(len(rows)))
            own.insert(0, column)
        else:
            ending.append((column, _text_of(column, connection)(_of_all(column, common))))
    end = "".join(f"\t{text}" for _, text in ending) + "\n"
    lines = end.join(map("\t".join, zip(*texts, strict=True))) + end
    quoted = connection.dialect.identifier_preparer
    names = ", ".join(map(quoted.format_column, [*own, *(column for column, _ in ending)]))
    text = f"COPY {quoted.format_table(table)} ({names}) FROM STDIN"
    driver: Any = connection.connection.driver_connection
    dialect = connection.dialect
    try:
        with driver.cursor() as cursor, cursor.copy(text) as stream:
            stream.write(lines)
    except dialect.loaded_dbapi.Error as error:
        is_gone = dialect.is_disconnect(error, driver, None)
        if is_gone:
            connection.invalidate(error)
        raise named(error, text, dialect, is_gone=is_gone) from error


def _of_all(column: Column[Any], common: Mapping[str, Any]) -> Any:
    """Return what a column says in every row: what they have in common, or its default."""
    if column.name in common:
        return common[column.name]
    default: Any = column.default
    return default.arg(None) if default.is_callable else default.arg


def ids_in_order(number: int) -> list[UUID]:
    """Return ids by the time and in order, as an index likes them (`_ids`)."""
    return [UUID(hex=text) for text in _ids(number)]


def _ids(number: int) -> list[str]:
    """Return ids by the time (RFC 9562, version 7), in order.

    Many rows at once then come to the same few pages of an index, and of those that look them up.

    https://www.rfc-editor.org/rfc/rfc9562#section-5.7
    """
    moment = f"{time.time_ns() // 1_000_000:012x}7"
    chance = secrets.token_hex(9 * number)
    return sorted(
        f"{moment}{chance[at : at + 3]}a{chance[at + 3 : at + 18]}"
        for at in range(0, 18 * number, 18)
    )


def _texts(column: Column[Any], values: Sequence[Any], connection: Connection) -> list[str]:
    """Return the values of a column as PostgreSQL's COPY reads them."""
    if isinstance(column.type, Uuid):
        return [_NULL if value is None else value.hex for value in values]
    if isinstance(column.type, Text):
        there = [value for value in values if value is not None]
        if not _TO_ESCAPE.search("".join(there)):
            return [_NULL if value is None else value for value in values]
    text_of = _text_of(column, connection)
    before: Any = None
    text = text_of(None)
    found = []
    for value in values:
        if value is not before:  # half the columns say the same in every row
            before, text = value, text_of(value)
        found.append(text)
    return found


def _text_of(column: Column[Any], connection: Connection) -> Callable[[Any], str]:
    """Return what writes a value of a column; JSON is always written, also where it is null."""
    if isinstance(column.type, JSON):
        return lambda value: json.dumps(value).replace("\\", "\\\\")
    dialect = connection.dialect
    bound = column.type.dialect_impl(dialect).bind_processor(dialect)
    return lambda value: _plain(bound(value) if bound else value)


def _plain(value: Any) -> str:
    if value is None:
        return _NULL
    if isinstance(value, str):
        return str(value).translate(_ESCAPED)
    if isinstance(value, bytes):
        return f"\\\\x{value.hex()}"
    return str(value)
