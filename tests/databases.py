"""Databases for tests: a fresh one each, on both engines, made by the real migrations once.

SQLite: the migrated file is copied. PostgreSQL: a migrated database is the template.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text

from plugin import migrations
from plugin.foundation.db import Database
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
def _templates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return, by engine, the migrated database that tests get copies of. Made when first asked."""
    return {"folder": str(tmp_path_factory.mktemp("templates"))}


@pytest.fixture
def database_url(
    request: pytest.FixtureRequest, tmp_path: Path, _templates: dict[str, str]
) -> Iterator[str]:
    """Return the URL of a fresh, migrated database."""
    if request.param == "sqlite":
        yield _copied_file(tmp_path, _templates)
    else:
        yield from _copied_database(_templates)


def _copied_file(folder: Path, templates: dict[str, str]) -> str:
    if "sqlite" not in templates:
        templates["sqlite"] = f"{templates['folder']}/mentes.db"
        _migrate(f"sqlite:///{templates['sqlite']}")
    shutil.copyfile(templates["sqlite"], folder / "mentes.db")
    return f"sqlite:///{folder}/mentes.db"


def _copied_database(templates: dict[str, str]) -> Iterator[str]:
    server = os.environ[postgresql.URL]
    if "postgresql" not in templates:
        templates["postgresql"] = f"template_{uuid4().hex}"
        _administer(server, f"CREATE DATABASE {templates['postgresql']}")
        _migrate(_named(server, templates["postgresql"]))
    name = f"test_{uuid4().hex}"
    _administer(server, f"CREATE DATABASE {name} TEMPLATE {templates['postgresql']}")
    yield _named(server, name)
    _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


def _migrate(url: str) -> None:
    database = Database(url)
    migrations.upgrade(database.engine)
    if url.startswith("sqlite"):
        with database.engine.connect() as connection:  # one file, without a log beside it
            connection.connection.execute("PRAGMA journal_mode=DELETE")  # type: ignore[attr-defined]
    database.dispose()


def _named(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _administer(server: str, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
