"""A record store behind a real server, which may be killed, and clients of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lrs_bridge.lrs.access.credentials import add_credential
from plugin import migrations
from plugin.foundation.db import Database
from plugin.foundation.tenancy import EVERYWHERE
from plugin.platforms.service import organisation
from tests.attacks.lrs.clients import KEY, SECRET
from tests.servers import Server

Serve = Callable[..., Server]


@contextmanager
def a_database(url: str) -> Iterator[Database]:
    """Give the database at `url`, with its tables and a credential in it, until that is over."""
    database = Database(url)
    migrations.upgrade(database.engine)
    now = datetime.now(UTC)
    with database.transaction(EVERYWHERE) as session:
        owner = organisation(session, "Acme", now=now).id
        add_credential(session, owner, KEY, SECRET, ["all"], now)
    yield database
    database.dispose()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The server's database, seen past the server."""
    with a_database(database_url) as database:
        yield database


@pytest.fixture
def serve(database: Database, database_url: str, tmp_path: Path) -> Iterator[Serve]:
    """Start servers of the database."""
    servers: list[Server] = []

    def start(workers: int = 0, **settings: str) -> Server:
        server = Server(database_url, tmp_path, workers, settings)
        servers.append(server)
        server.start()
        return server

    yield start
    for server in servers:
        server.stop()
