"""Statements that every login, launch and record makes, run by the database's driver itself.

SQLAlchemy writes such a statement once for each dialect, and says how each value is bound and read.
What else it does at every execution costs several times what the database does, and is left out; so
is the tenancy's wall: each of these statements says itself whose rows it means. The same statement
can be run in the transaction of a session, where something rare has to be done beside it.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import CompoundSelect, Connection, Delete, Dialect, Engine, Insert, Select, Update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

Statement = Select[Any] | CompoundSelect[Any] | Insert | Update | Delete


class Driver:
    """A connection as its driver sees it; whoever opened it begins and ends what is done on it."""

    _connection: Any
    """As SQLAlchemy has it: with its `info`, and the way to say that it is gone."""
    _driver: Any

    def __init__(self, opened: Engine | Connection) -> None:
        self.dialect = opened.dialect
        self._listeners = opened.dispatch.before_cursor_execute

    def run(self, text: str, bound: Sequence[Any] | Mapping[str, Any] = ()) -> Any:
        """Run one statement; return the driver's cursor.

        Raises:
            DBAPIError: whatever the driver raises, as SQLAlchemy calls it; no value is quoted.
        """
        self._tell(text, bound, several=False)
        try:
            return self._driver.execute(text, bound)
        except self.dialect.loaded_dbapi.Error as error:
            raise self._named(error, text) from error

    def run_each(self, text: str, bound: Sequence[Sequence[Any]]) -> None:
        """Run one statement with each of several rows of values.

        Raises:
            DBAPIError: whatever the driver raises, as SQLAlchemy calls it; no value is quoted.
        """
        self._tell(text, bound, several=True)
        try:
            self._driver.cursor().executemany(text, bound)
        except self.dialect.loaded_dbapi.Error as error:
            raise self._named(error, text) from error

    def _tell(self, text: str, bound: Any, *, several: bool) -> None:
        for tell in self._listeners:  # whoever counts statements counts these, too
            tell(self._connection, None, text, bound, None, several)

    def _named(self, error: Exception, text: str) -> BaseException:
        is_gone = self.dialect.is_disconnect(error, self._driver, None)  # type: ignore[arg-type]
        if is_gone and self._driver is not None:
            self._connection.invalidate(error)
        return named(error, text, self.dialect, is_gone=is_gone)


class Direct(Driver):
    """A connection of its own; what is not committed on it is rolled back."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._engine = engine

    def __enter__(self) -> Self:
        """Take a connection from the pool."""
        self._driver = None
        try:
            self._connection = self._engine.raw_connection()
        except self.dialect.loaded_dbapi.Error as error:
            raise self._named(error, "CONNECT") from error
        self._driver = self._connection.dbapi_connection
        return self

    def __exit__(self, *_: object) -> None:
        """Give it back; what was not committed is rolled back."""
        self._connection.close()

    @property
    def said(self) -> dict[str, Any]:
        """What this connection was told that outlives a transaction."""
        info: dict[str, Any] = self._connection.info
        return info

    def commit(self) -> None:
        """Commit what was run."""
        try:
            self._driver.commit()
        except self.dialect.loaded_dbapi.Error as error:
            raise self._named(error, "COMMIT") from error


class Inside(Driver):
    """The connection of a session, in its transaction."""

    def __init__(self, session: Session) -> None:
        self._connection = session.connection()
        super().__init__(self._connection)
        self.session = session
        self._driver = self._connection.connection.dbapi_connection


def named(error: Exception, text: str, dialect: Dialect, *, is_gone: bool) -> BaseException:
    """Return what the driver raises as SQLAlchemy calls it; no value is quoted.

    Args:
        is_gone: the connection is no longer there.
    """
    return DBAPIError.instance(
        text,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=is_gone,
        dialect=dialect,
    )


Over = Session | Driver
"""Where a statement is run."""


def driver_of(over: Over) -> Driver:
    """Return what runs statements there."""
    return Inside(over) if isinstance(over, Session) else over


class Prepared:
    """A statement over tables, written once for each dialect.

    It is run with the same names every time; two columns of one name have labels.
    """

    def __init__(self, statement: Statement) -> None:
        self._statement = statement
        self._written: dict[str, _Written] = {}

    def rows(self, over: Over, **values: Any) -> Sequence[Any]:
        """Return what it finds: rows with their columns as attributes."""
        driver = driver_of(over)
        written = self._in(driver.dialect, values)
        found = driver.run(written.text, written.bound(values)).fetchall()
        return [written.read(row) for row in found]

    def first(self, over: Over, **values: Any) -> Any:
        """Return the first of what it finds, or None."""
        return next(iter(self.rows(over, **values)), None)

    def changed(self, over: Over, **values: Any) -> int:
        """Return how many rows it wrote."""
        driver = driver_of(over)
        written = self._in(driver.dialect, values)
        count: int = driver.run(written.text, written.bound(values)).rowcount
        return count

    def _in(self, dialect: Dialect, names: Mapping[str, Any]) -> _Written:
        found = self._written.get(dialect.name)
        if found is None:
            found = self._written[dialect.name] = _written(self._statement, dialect, list(names))
        return found


Process = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Written:
    """A statement in one dialect, and how its values are bound and read."""

    text: str
    binds: tuple[tuple[str, Process | None], ...]
    """Names in the order in which they are bound, or in any where they are bound by name."""
    constants: Mapping[str, Any]
    by_name: bool
    reads: tuple[tuple[int, Process], ...]
    row: Callable[..., Any]

    def bound(self, values: Mapping[str, Any]) -> Sequence[Any] | Mapping[str, Any]:
        """Return `values` as the driver takes them."""
        given = {**self.constants, **values}
        if self.by_name:
            return {
                name: write(given[name]) if write else given[name] for name, write in self.binds
            }
        return [write(given[name]) if write else given[name] for name, write in self.binds]

    def read(self, row: Sequence[Any]) -> Any:
        """Return a row as the driver gave it, with its values read."""
        found = list(row)
        for place, read in self.reads:
            found[place] = read(found[place])
        return self.row(found)


def _written(statement: Statement, dialect: Dialect, names: Sequence[str]) -> _Written:
    """Have `statement` written for `dialect`; `names` are of the values that it is run with."""
    compiled: Any = statement.compile(dialect=dialect, column_keys=names)
    order = compiled.positiontup or dict.fromkeys(compiled.bind_names.values())
    columns = statement.exported_columns
    reads = (_reader(column.type, dialect) for column in columns)
    row = namedtuple("Row", [str(name) for name, _ in columns.items()])  # type: ignore[misc]
    return _Written(
        text=compiled.string,
        binds=tuple((name, _binder(compiled.binds[name].type, dialect)) for name in order),
        constants={name: compiled.binds[name].value for name in order if name not in names},
        by_name=not compiled.positional,
        reads=tuple((place, read) for place, read in enumerate(reads) if read is not None),
        row=row._make,
    )


def _binder(type_: TypeEngine[Any], dialect: Dialect) -> Process | None:
    return type_.dialect_impl(dialect).bind_processor(dialect)


def _reader(type_: TypeEngine[Any], dialect: Dialect) -> Process | None:
    return type_.dialect_impl(dialect).result_processor(dialect, None)
