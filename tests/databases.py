"""Databases for tests: a fresh one each, on both engines, made by the real migrations once.

SQLite: the migrated file is copied. PostgreSQL: each worker of the run migrates one database and
empties it after each test; making one from a template takes half a second.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import NullPool, create_engine, make_url, text

from plugin import migrations
from plugin.foundation.db import Database
from plugin.migrations.metadata import METADATA
from tests import postgresql

ENGINES = ("sqlite", "postgresql")
_servers: list[postgresql.Server] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run choose its engines."""
    parser.addoption(
        "--engine",
        action="append",
        choices=ENGINES,
        help="Run the tests that use a database on this engine only (repeatable).",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Start PostgreSQL once, for all workers of this run."""
    is_worker = hasattr(config, "workerinput")
    wanted = "postgresql" in (config.getoption("--engine") or ENGINES)
    if is_worker or not wanted or config.option.collectonly or os.environ.get(postgresql.URL):
        return
    server = postgresql.start()
    if server is not None:
        _servers.append(server)
        os.environ[postgresql.URL] = server.url


def pytest_unconfigure() -> None:
    """Stop the server that this run started."""
    while _servers:
        _servers.pop().stop()
        os.environ.pop(postgresql.URL, None)


def available() -> tuple[str, ...]:
    """Return the engines that this machine can run tests on."""
    return ENGINES if os.environ.get(postgresql.URL) else ("sqlite",)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test that needs a database on every engine there is."""
    if "database_url" not in metafunc.fixturenames:
        return
    chosen = metafunc.config.getoption("--engine") or ENGINES
    engines = [engine for engine in available() if engine in chosen]
    metafunc.parametrize("database_url", engines, indirect=True)


@pytest.fixture(scope="session")
def _migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Give, by engine, this worker's migrated database. Made when first asked."""
    migrated = {"folder": str(tmp_path_factory.mktemp("migrated"))}
    yield migrated
    if "postgresql" in migrated:
        drop_database(migrated["postgresql"])


@pytest.fixture
def database_url(
    request: pytest.FixtureRequest, tmp_path: Path, _migrated: dict[str, str]
) -> Iterator[str]:
    """Return the URL of a migrated database with nothing in it."""
    if request.param == "sqlite":
        yield _copied_file(tmp_path, _migrated)
    else:
        yield _own_database(_migrated)
        _empty(_migrated["postgresql"])


def bare_database(engine: str, folder: Path) -> str:
    """Return the URL of a new database without tables; see `drop_database`."""
    if engine == "sqlite":
        return f"sqlite:///{folder}/bare.db"
    server = os.environ[postgresql.URL]
    name = f"test_{uuid4().hex}"
    _administer(server, f"CREATE DATABASE {name}")
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def drop_database(url: str) -> None:
    """Drop a database on the PostgreSQL server of this run; a file goes with its folder."""
    if not url.startswith("sqlite"):
        name = make_url(url).database
        _administer(os.environ[postgresql.URL], f"DROP DATABASE {name} WITH (FORCE)")


def _copied_file(folder: Path, migrated: dict[str, str]) -> str:
    if "sqlite" not in migrated:
        migrated["sqlite"] = f"{migrated['folder']}/mentes.db"
        _migrate(f"sqlite:///{migrated['sqlite']}")
    shutil.copyfile(migrated["sqlite"], folder / "mentes.db")
    return f"sqlite:///{folder}/mentes.db"


def _own_database(migrated: dict[str, str]) -> str:
    if "postgresql" not in migrated:
        migrated["postgresql"] = bare_database("postgresql", Path())
        _migrate(migrated["postgresql"])
    return migrated["postgresql"]


def _migrate(url: str) -> None:
    database = Database(url)
    migrations.upgrade(database.engine)
    if url.startswith("sqlite"):
        with database.engine.connect() as connection:  # one file, without a log beside it
            connection.connection.execute("PRAGMA journal_mode=DELETE")  # type: ignore[attr-defined]
    database.dispose()


def _empty(url: str) -> None:
    """Delete every row, after whoever still holds a lock has been sent away."""
    tables = [table.name for each in METADATA for table in reversed(each.sorted_tables)]
    _administer(
        url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()",
        "; ".join(f"DELETE FROM {name}" for name in tables),  # noqa: S608 # our own names
    )


def _administer(url: str, *statements: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
