"""A record store behind a real server, which may be killed, and clients of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lrs_bridge.lrs.credentials import add_credential
from plugin.foundation.db import Database
from plugin.foundation.tenancy import EVERYWHERE
from plugin.platforms.service import organisation
from tests.attacks.lrs.clients import KEY, SECRET
from tests.servers import Server

Serve = Callable[..., Server]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The server's database, seen past the server; a credential is in it."""
    database = Database(database_url)
    now = datetime.now(UTC)
    with database.transaction(EVERYWHERE) as session:
        owner = organisation(session, "Acme", now=now).id
        add_credential(session, owner, KEY, SECRET, ["all"], now)
    yield database
    database.dispose()


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
