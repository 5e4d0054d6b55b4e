"""A server with a fresh record store, as its own process."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests import postgresql
from tests.databases import bare_database, drop_database

_ROOT = Path(__file__).parents[2]
_MENTES = (sys.executable, "-m", "plugin")
_SECONDS_TO_START = 60


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
        port = _free_port()
        origin = f"http://127.0.0.1:{port}"
        store = Store(endpoint=f"{origin}/xapi", key="suite", secret=secrets.token_urlsafe())
        database = bare_database(engine, Path(folder))
        environment = {
            **os.environ,
            "MENTES_DATABASE_URL": database,
            "MENTES_PUBLIC_URL": origin,
            "MENTES_SECRET_KEY": secrets.token_urlsafe(48),
        }
        _mentes(environment, "db", "upgrade")
        names = ("--organisation", "Suite", "--key", store.key, "--secret", store.secret)
        _mentes(environment, "lrs", "credential", "add", *names)
        try:
            with _serving(environment, port, Path(folder) / "log"):
                yield store
        finally:
            drop_database(database)


def _mentes(environment: dict[str, str], *arguments: str) -> None:
    command = [*_MENTES, *arguments]
    done = subprocess.run(
        command, env=environment, cwd=_ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"mentes {' '.join(arguments[:3])} failed:\n{done.stderr}")


@contextmanager
def _serving(environment: dict[str, str], port: int, log: Path) -> Iterator[None]:
    with log.open("wb") as output:
        server = subprocess.Popen(
            [*_MENTES, "serve", "--port", str(port)],
            env=environment,
            cwd=_ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/xapi/about", server, log)
            yield
        finally:
            server.terminate()
            server.wait()


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _SECONDS_TO_START
    while server.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 # our own address
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.2)
    raise RuntimeError(f"The server did not start:\n{log.read_text()}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
