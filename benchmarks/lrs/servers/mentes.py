"""Ours, as it is deployed: gunicorn with its configuration of the repository, one process."""

from __future__ import annotations

import base64
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from benchmarks.environments import CHECKOUT
from benchmarks.lrs import filling, storage
from benchmarks.lrs.load import Way
from benchmarks.lrs.population import ids
from benchmarks.lrs.processes import Process, free_port
from benchmarks.lrs.storage import Sizes
from lrs_bridge.lrs.access.credentials import Scope, add_credential
from lrs_bridge.lrs.order import moment
from lrs_bridge.lrs.tables import statement
from lrs_bridge.statement import written_timestamp
from plugin import migrations
from plugin.foundation.clock import utc_now
from plugin.foundation.db import Database
from plugin.foundation.tenancy import EVERYWHERE
from plugin.platforms.service import organisation

KEY, SECRET = "benchmark", "a secret of the benchmark"
SECRET_KEY = "k" * 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentes:
    """The tool with its record store.

    Attributes:
        database: of which the URL is; None: a SQLite file in the folder of the run.
    """

    name: str = "Mentes, SQLite"
    database: str | None = None
    database_server: int | None = None
    """Its parent process, whose time counts."""

    def prepare(self, folder: Path, total: int) -> None:
        """Make the database, let one credential in, and store statements 0 to `total` − 1."""
        with self._opened(folder) as database:
            migrations.upgrade(database.engine)
            with database.transaction(EVERYWHERE) as session:
                owner = organisation(session, "Acme", now=utc_now()).id
                add_credential(session, owner, KEY, SECRET, [Scope.ALL], utc_now())
            filling.fill(database, owner, total)
            _tidy(database)

    def start(self, folder: Path) -> tuple[Process, Way]:
        """Start it."""
        port = free_port()
        configuration = str(CHECKOUT / "config" / "gunicorn.conf.py")
        process = Process(
            [sys.executable, "-m", "gunicorn", "-c", configuration],
            port=port,
            environment={
                "BIND": f"127.0.0.1:{port}",
                "WEB_CONCURRENCY": "1",
                "MENTES_PUBLIC_URL": f"http://127.0.0.1:{port}",
                "MENTES_SECRET_KEY": SECRET_KEY,
                "MENTES_DATABASE_URL": self.url(folder),
            },
            folder=folder,
            beside=self.database_server,
        )
        proof = base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
        return process, Way(port=port, path="/xapi/statements", authorization=f"Basic {proof}")

    def since(self, folder: Path, number: int) -> str:
        """Return the time at which a statement was stored."""
        id = UUID(ids([number])[0])
        with self._opened(folder) as database, database.reading(EVERYWHERE) as session:
            seq = session.scalars(select(statement.c.seq).where(statement.c.id == id)).one()
        return written_timestamp(moment(seq))

    def sizes(self, folder: Path) -> Sizes:
        """Return how large the store is."""
        with self._opened(folder) as database:
            return storage.sizes(database)

    def url(self, folder: Path) -> str:
        """Return the address of its database."""
        return self.database or f"sqlite:///{folder}/mentes.db"

    @contextmanager
    def _opened(self, folder: Path) -> Iterator[Database]:
        database = Database(self.url(folder))
        yield database
        database.dispose()


def _tidy(database: Database) -> None:
    """Let PostgreSQL do at once what it does by itself some minutes after so much was stored."""
    if database.engine.dialect.name == "postgresql":
        with database.engine.execution_options(
            isolation_level="AUTOCOMMIT"
        ).connect() as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


MENTES = Mentes()
