"""Inserting many rows, and finding those with one of many ids, as quickly as a driver can.

SQLAlchemy spells the statement once and converts values as the table's types say; the rows then go
to the driver as they are. On PostgreSQL, whole numbers travel as arrays, one to a column. Many ids
are one value, so a query is the same however many there are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ColumnElement,
    CompoundSelect,
    Dialect,
    Integer,
    String,
    Table,
    any_,
    bindparam,
    func,
    select,
    type_coerce,
    union_all,
)

from lrs_bridge.lrs.direct import Driver, Over, Prepared, driver_of

Columns = Sequence[ColumnElement[Any]]
Convert = Callable[[Any], Any]
WithIds = Callable[[Driver, UUID, Iterable[UUID]], Sequence[Any]]
SomeWithIds = Callable[[Driver, UUID, Iterable[UUID], int], Sequence[Any]]


def insert_rows(over: Over, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert `rows`, whose values stand in the order of the table's columns."""
    if not rows:
        return
    driver = driver_of(over)
    if driver.dialect.name == "postgresql" and _is_of_whole_numbers(table):
        _insert_whole_numbers(driver, table, rows)
        return
    converters = _converters(table, driver.dialect)
    if converters:
        rows = [_converted(row, converters) for row in rows]
    driver.run_each(_statement(table, driver.dialect.name), rows)


def with_ids(
    columns: Columns, column: Column[Any], *others: tuple[Columns, Column[Any]]
) -> WithIds:
    """Return how to read `columns` of an organisation's rows with one of many ids in `column`.

    Args:
        others: columns of the same kinds, and where the ids are, of further tables.
    """
    queries = {name: Prepared(query) for name, query in _queries(columns, column, *others).items()}

    def read(driver: Driver, organisation_id: UUID, ids: Iterable[UUID]) -> Sequence[Any]:
        many = list(ids)
        if not many:
            return ()
        dialect = driver.dialect.name
        named = _NAMED[dialect](many)
        return queries[dialect].rows(driver, organisation_id=organisation_id, ids=named)

    return read


def some_with_ids(columns: Columns, column: Column[Any]) -> SomeWithIds:
    """Return how to read the same of some of the rows, as many as are asked for at most."""
    most = bindparam("most", type_=Integer)
    queries = {
        name: Prepared(query.limit(most)) for name, query in _queries(columns, column).items()
    }

    def read(
        driver: Driver, organisation_id: UUID, ids: Iterable[UUID], most: int
    ) -> Sequence[Any]:
        many = list(ids)
        if not many:
            return ()
        dialect = driver.dialect.name
        named = _NAMED[dialect](many)
        return queries[dialect].rows(driver, organisation_id=organisation_id, ids=named, most=most)

    return read


def _queries(
    columns: Columns, column: Column[Any], *others: tuple[Columns, Column[Any]]
) -> dict[str, CompoundSelect[Any]]:
    return {
        name: union_all(
            *(
                select(*shown).where(
                    by.table.c.organisation_id == bindparam("organisation_id"), is_one(by)
                )
                for shown, by in ((columns, column), *others)
            )
        )
        for name, is_one in _IS_ONE.items()
    }


def _is_one_on_sqlite(column: Column[Any]) -> ColumnElement[bool]:
    each = func.json_each(bindparam("ids", type_=String)).table_valued("value")
    return column.in_(select(type_coerce(each.c.value, column.type)))


def _is_one_on_postgresql(column: Column[Any]) -> ColumnElement[bool]:
    return column == any_(bindparam("ids", type_=ARRAY(column.type)))


_IS_ONE = {"sqlite": _is_one_on_sqlite, "postgresql": _is_one_on_postgresql}
_NAMED: dict[str, Convert] = {
    "sqlite": lambda ids: json.dumps([id.hex for id in ids]),
    "postgresql": lambda ids: ids,
}


def _insert_whole_numbers(driver: Driver, table: Table, rows: Sequence[tuple[int, ...]]) -> None:
    arrays = tuple(f"{{{','.join(map(str, column))}}}" for column in zip(*rows, strict=True))
    driver.run(_from_arrays(table), arrays)


@cache
def _statement(table: Table, dialect: str) -> str:
    names = [column.name for column in table.columns]
    mark = "?" if dialect == "sqlite" else "%s"
    marks = ", ".join(mark for _ in names)
    return f"INSERT INTO {table.name} ({_quoted(names)}) VALUES ({marks})"  # noqa: S608


@cache
def _from_arrays(table: Table) -> str:
    names = [column.name for column in table.columns]
    marks = ", ".join("%s::bigint[]" for _ in names)
    return f"INSERT INTO {table.name} ({_quoted(names)}) SELECT * FROM unnest({marks})"  # noqa: S608


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


@cache
def _is_of_whole_numbers(table: Table) -> bool:
    return all(isinstance(column.type, BigInteger) for column in table.columns)


@cache
def _converters(table: Table, dialect: Dialect) -> tuple[tuple[int, Convert], ...]:
    """Return for those columns that need it what makes a value one that the driver takes."""
    found = (
        (place, column.type.dialect_impl(dialect).bind_processor(dialect))
        for place, column in enumerate(table.columns)
    )
    return tuple((place, convert) for place, convert in found if convert is not None)


def _converted(row: tuple[Any, ...], converters: Sequence[tuple[int, Convert]]) -> tuple[Any, ...]:
    values = list(row)
    for place, convert in converters:
        values[place] = convert(values[place])
    return tuple(values)
