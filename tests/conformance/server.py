"""A server with a fresh record store, as its own process."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests import postgresql
from tests.databases import bare_database, drop_database
from tests.servers import ROOT, Server

_MENTES = (sys.executable, "-m", "plugin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """Where a record store answers, and what it lets in."""

    endpoint: str
    key: str
    secret: str


@contextmanager
def a_postgresql() -> Iterator[bool]:
    """Have a PostgreSQL server for as long as the block lasts; give whether there is one."""
    server = None if os.environ.get(postgresql.URL) else postgresql.start()
    if server is not None:
        os.environ[postgresql.URL] = server.url
    try:
        yield bool(os.environ.get(postgresql.URL))
    finally:
        if server is not None:
            server.stop()
            del os.environ[postgresql.URL]


@contextmanager
def a_store(engine: str) -> Iterator[Store]:
    """Give a store with nothing in it, on a server of its own."""
    with tempfile.TemporaryDirectory(prefix="mentes-conformance-") as folder:
        database = bare_database(engine, Path(folder))
        server = Server(database, Path(folder))
        store = Store(endpoint=f"{server.url}/xapi", key="suite", secret=secrets.token_urlsafe())
        _mentes(server, "db", "upgrade")
        names = ("--organisation", "Suite", "--key", store.key, "--secret", store.secret)
        _mentes(server, "lrs", "credential", "add", *names)
        try:
            server.start()
            yield store
        finally:
            server.stop()
            drop_database(database)


def _mentes(server: Server, *arguments: str) -> None:
    """Run a command of the tool with what `server` is told."""
    done = subprocess.run(
        [*_MENTES, *arguments],
        env={**os.environ, **server.environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"mentes {' '.join(arguments[:3])} failed:\n{done.stderr}")
