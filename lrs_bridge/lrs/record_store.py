"""The store alone: a database with its tables, credentials, and the resources as a blueprint.

    store = RecordStore("sqlite:///lrs.db")
    store.create_tables()
    store.add_credential("course", "a secret", [Scope.ALL])
    app.register_blueprint(store.blueprint(), url_prefix="/xapi")

An application that has sessions and transactions of its own calls `xapi_blueprint` with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from flask import Blueprint
from sqlalchemy import Connection, create_engine, event, make_url, select
from sqlalchemy.orm import Session

from lrs_bridge.lrs.access.credentials import Scope, add_credential, revoke_credential
from lrs_bridge.lrs.direct import Direct
from lrs_bridge.lrs.http import xapi_blueprint
from lrs_bridge.lrs.store import Clock
from lrs_bridge.lrs.tables import credential, metadata

ALONE: Final = UUID("c1b0f6f0-6a0e-4d4f-9d55-2f6a3b8d7e10")
"""The organisation of a store that serves only one."""

_PATIENCE = 15  # seconds that a writer waits for its turn on SQLite


def utc_now() -> datetime:
    """Return the time, aware and in UTC."""
    return datetime.now(UTC)


class RecordStore:
    """A record store on a database of its own, SQLite or PostgreSQL.

    Args:
        url: of the database, as SQLAlchemy writes them.
        organisation_id: whose credentials and statements are meant; several may share a database.
    """

    def __init__(self, url: str, *, organisation_id: UUID = ALONE, clock: Clock = utc_now) -> None:
        # Errors do not quote the values of a query: what is stored is about people. A server may
        # have been started again since a connection was used last.
        served = make_url(url).get_backend_name() != "sqlite"
        self.engine = create_engine(url, hide_parameters=True, pool_pre_ping=served)
        self.organisation_id = organisation_id
        self.clock = clock
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _prepare)
            event.listen(self.engine, "begin", _begin)

    def create_tables(self) -> None:
        """Create the tables that are not there yet. (They are not changed: releases migrate.)"""
        metadata.create_all(self.engine)

    def add_credential(self, key: str, secret: str, scopes: Iterable[Scope | str]) -> None:
        """Let whoever knows `key` and `secret` reach as far as `scopes`.

        Raises:
            ValueError: if one of them cannot be used; says which and why.
            sqlalchemy.exc.IntegrityError: if `key` is taken.
        """
        with self.transaction() as session:
            add_credential(session, self.organisation_id, key, secret, scopes, self.clock())

    def has_credential(self, key: str) -> bool:
        """Return whether there is such a key, revoked or not."""
        asked = select(credential.c.id).where(
            credential.c.organisation_id == self.organisation_id, credential.c.key == key
        )
        with self.reading() as session:
            return session.scalar(asked) is not None

    def revoke_credential(self, key: str) -> bool:
        """Let `key` reach nothing from now on; False if there is no such key."""
        with self.transaction() as session:
            return revoke_credential(session, self.organisation_id, key, self.clock())

    def blueprint(self, **options: Any) -> Blueprint:
        """Return the resources, to be registered in a Flask application.

        Args:
            options: those of `xapi_blueprint`, such as its home_page or on_stored.
        """
        return xapi_blueprint(
            transaction=self.transaction,
            reading=self.reading,
            asking=lambda: Direct(self.engine),
            clock=self.clock,
            **options,
        )

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open a session that commits at the end, or rolls back on any exception."""
        with Session(self.engine) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session that sees one moment."""
        options: dict[str, Any] = {"record_store_reads": True}
        if self.engine.dialect.name == "postgresql":
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with Session(self.engine.execution_options(**options)) as session:
            yield session

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver begins too late to see what it will change
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(f"PRAGMA busy_timeout={_PATIENCE * 1000}")


def _begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get("record_store_reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
