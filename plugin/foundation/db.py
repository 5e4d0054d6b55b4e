"""The database: one engine, two ways to open it, and a time column that knows its zone.

SQLite is a real target, so it is configured as one: WAL, foreign keys, a busy timeout, and
`BEGIN IMMEDIATE` for writers. The driver's own habit of beginning late loses read-then-write
updates without an error; that is why BEGIN is ours. `synchronous` stays at FULL: what we answered
"stored" to must survive a power cut.

Errors do not quote the values of a query: what is stored is about people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    JSON,
    Connection,
    Dialect,
    Engine,
    MetaData,
    String,
    TypeDecorator,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import DeclarativeBase, Session

from lrs_bridge.lrs.direct import Direct
from lrs_bridge.lrs.types import UTCDateTime

if TYPE_CHECKING:
    from plugin.foundation.tenancy import Scope

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
BUSY_TIMEOUT = 15_000  # ms; longer than the longest writing transaction we know of

SQLITE_CACHE = 16 * 1024  # kB to a connection; its own 2 MB hold no index of a large store
BEGIN_WRITING = "BEGIN IMMEDIATE"
NOT_DURABLE = "SET LOCAL synchronous_commit TO off"
SQLITE_CHECKPOINT = 4000  # pages of 4 kB in the log before they move; fewer moves, fewer waits


class Text(TypeDecorator[str]):
    """Text without NUL characters, which PostgreSQL cannot hold and nobody means to send."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """Return `value` without them."""
        return None if value is None else value.replace("\x00", "")


class Base(DeclarativeBase):
    """The tool's tables."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text,
        datetime: UTCDateTime,
        dict[str, Any]: JSON,
        dict[str, str]: JSON,
        dict[str, bool]: JSON,
        list[str]: JSON,
        list[list[str]]: JSON,
        list[dict[str, Any]]: JSON,
        dict[str, list[str]]: JSON,
    }


AWAY = (OperationalError, InterfaceError, PoolTimeoutError)
"""How a database that is away or busy shows; anything else is about the one row at hand."""

Happened = tuple[UUID, Any]
"""An event's id, and the event."""


@dataclass(frozen=True, slots=True)
class Together:
    """A subscriber that is told at once of all that happened at once, which saves questions."""

    tell: Callable[[Session, Sequence[Happened]], None]


Subscriber = Callable[[Session, UUID, Any], None] | Together
"""Told of an event in the transaction that made it happen: session, the event's id, the event."""


class Database:
    """One engine and the sessions on it."""

    def __init__(
        self, url: str, *, subscribers: Mapping[type, Sequence[Subscriber]] | None = None
    ) -> None:
        self.engine = _engine(url)
        self._engines: dict[tuple[bool, bool], Engine] = {}
        self._subscribers = subscribers or {}

    @contextmanager
    def transaction(self, scope: Scope, *, durable: bool = True) -> Iterator[Session]:
        """Open a session for `scope` that commits at the end, or rolls back on any exception.

        Args:
            durable: whether the commit waits until the disk has it. What may be lost when the
                power fails (never when a process dies) need not wait, nor keep others waiting.
        """
        with self._session(scope, writing=True, durable=durable) as session, session.begin():
            yield session

    @contextmanager
    def reading(self, scope: Scope) -> Iterator[Session]:
        """Open a session for `scope` that sees one moment and cannot write."""
        with self._session(scope, writing=False) as session, session.begin():
            yield session

    def asking(self) -> Direct:
        """Open the driver for a question or two; each sees a moment of its own."""
        return Direct(self.engine)

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[Direct]:
        """Do what `transaction` does for statements that the driver runs itself."""
        with Direct(self.engine) as direct:
            if direct.dialect.name == "sqlite":
                _set_sqlite(direct.run, direct.said, writing=True, durable=durable)
                direct.run(BEGIN_WRITING)
            elif not durable:
                direct.run(NOT_DURABLE)
            yield direct
            direct.commit()

    @contextmanager
    def _session(self, scope: Scope, *, writing: bool, durable: bool = True) -> Iterator[Session]:
        engine = self._engine_for(writing, durable)
        info = {"scope": scope, "subscribers": self._subscribers}
        with Session(engine, info=info, expire_on_commit=False) as session:
            yield session

    def _engine_for(self, writing: bool, durable: bool) -> Engine:
        """Return the engine with what a kind of transaction asks of it; one of each is kept."""
        found = self._engines.get((writing, durable))
        if found is None:
            options: dict[str, Any] = {
                "mentes_writing": writing,
                "mentes_durable": durable,
                "postgresql_readonly": not writing,
            }
            if not writing and self.engine.dialect.name == "postgresql":
                options["isolation_level"] = "REPEATABLE READ"  # SQLite sees one moment anyway
            found = self._engines[writing, durable] = self.engine.execution_options(**options)
        return found

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def _engine(url: str) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        engine = create_engine(url, pool_pre_ping=True, hide_parameters=True)
        event.listen(engine, "begin", _begin_postgresql)
        return engine
    engine = create_engine(
        url,
        hide_parameters=True,
        connect_args={"timeout": BUSY_TIMEOUT / 1000},
        pool_use_lifo=True,  # whoever was used last has the fullest cache
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # hand BEGIN to us
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute(f"PRAGMA cache_size=-{SQLITE_CACHE}")
    connection.execute(f"PRAGMA wal_autocheckpoint={SQLITE_CHECKPOINT}")


def _begin_postgresql(connection: Connection) -> None:
    if not connection.get_execution_options().get("mentes_durable", True):
        connection.exec_driver_sql(NOT_DURABLE)


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    writing = options.get("mentes_writing", True)
    durable = options.get("mentes_durable", True)
    driver: Any = connection.connection.dbapi_connection
    _set_sqlite(driver.execute, connection.info, writing=writing, durable=durable)
    if writing:
        connection.exec_driver_sql(BEGIN_WRITING)
    else:
        driver.execute("BEGIN")  # waits for nobody, so nothing can go wrong with it


def _set_sqlite(
    run: Callable[[str], Any], said: dict[str, Any], *, writing: bool, durable: bool
) -> None:
    """Tell a connection what the next transaction may do, unless it was told so before."""
    if said.get("mentes_writing") is not writing:
        run(f"PRAGMA query_only={'OFF' if writing else 'ON'}")
        said["mentes_writing"] = writing
    if writing and said.get("mentes_durable", True) is not durable:
        run(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
        said["mentes_durable"] = durable
