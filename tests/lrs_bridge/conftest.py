"""A store on each engine, and an application around it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine, event, insert, text
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash
from werkzeug.test import TestResponse

from lrs_bridge.lrs import tables
from lrs_bridge.lrs.http import xapi_blueprint
from lrs_bridge.statement import Statement
from tests import postgresql
from tests.databases import ENGINES, available

SECRET = "a secret of the tests"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test of a store on every engine there is, or on those that the run chose."""
    if "engine" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--engine") or ENGINES
        there = [engine for engine in available() if engine in chosen]
        metafunc.parametrize("engine", there, indirect=True)


@pytest.fixture
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database of its own for each test, on each engine that there is."""
    if request.param == "sqlite":
        opened = _sqlite(tmp_path / "lrs.db")
    else:
        opened = _postgresql(os.environ[postgresql.URL])
    with opened as engine:
        tables.metadata.create_all(engine)
        yield engine


@contextmanager
def _sqlite(path: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 15})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        writing = connection.get_execution_options().get("writing", True)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    yield engine
    engine.dispose()


@contextmanager
def _postgresql(url: str) -> Iterator[Engine]:
    schema = f"test_{uuid4().hex}"
    outside = create_engine(url)
    with outside.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    engine = create_engine(url, connect_args={"options": f"-csearch_path={schema}"})
    yield engine
    engine.dispose()
    with outside.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    outside.dispose()


@dataclass
class Clock:
    """Time as the test says."""

    now: datetime = datetime(2026, 11, 22, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Database:
    """Two ways to open a session, as an application has them."""

    engine: Engine

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        with Session(self.engine) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with Session(self.engine.execution_options(writing=False)) as session:
            yield session


@dataclass
class Lrs:
    """The store behind HTTP, spoken to with one credential."""

    client: FlaskClient
    clock: Clock
    database: Database
    organisation_id: UUID
    key: str
    stored: list[Statement] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=lambda: {"X-Experience-API-Version": "1.0.3"})

    @property
    def auth(self) -> tuple[str, str]:
        """What the credential is proved by."""
        return self.key, SECRET

    def post(self, statements: Any, **options: Any) -> TestResponse:
        body = statements if isinstance(statements, bytes | str) else json.dumps(statements)
        return self._ask("POST", "/xapi/statements", data=body, **options)

    def put(self, id: object, statement: Any) -> TestResponse:
        return self._ask(
            "PUT",
            "/xapi/statements",
            data=json.dumps(statement),
            query_string={"statementId": str(id)},
        )

    def get(self, path: str = "/xapi/statements", **parameters: Any) -> TestResponse:
        query = {
            name: json.dumps(value) if isinstance(value, dict | bool) else value
            for name, value in parameters.items()
        }
        return self._ask("GET", path, query_string=query or None)

    def found(self, **parameters: Any) -> list[dict[str, Any]]:
        """Return the statements of one page, or of the one that has an id."""
        answer = self.get(**parameters)
        assert answer.status_code == 200, answer.text
        return list(answer.json["statements"])

    def named(self, **parameters: Any) -> list[str]:
        """Return the ids of one page."""
        return [statement["id"] for statement in self.found(**parameters)]

    def follow(self, answer: TestResponse) -> TestResponse:
        """Return the next page."""
        return self._ask("GET", answer.json["more"])

    def ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, **options: Any
    ) -> TestResponse:
        """Ask for anything; a parameter that is an object goes as JSON, None does not go."""
        query = {
            name: json.dumps(value) if isinstance(value, dict) else value
            for name, value in (options.pop("query", None) or {}).items()
            if value is not None
        }
        return self.client.open(
            path,
            method=method,
            auth=self.auth,
            headers={**self.headers, **(headers or {})},
            query_string=query or None,
            **options,
        )

    def _ask(self, method: str, path: str, **options: Any) -> TestResponse:
        if "data" in options:
            options.setdefault("content_type", "application/json")
        return self.client.open(
            path, method=method, auth=(self.key, SECRET), headers=self.headers, **options
        )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(engine: Engine) -> Database:
    return Database(engine)


@pytest.fixture
def organisation_id() -> UUID:
    return uuid4()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        yield session


@cache
def secret_hash() -> str:
    """Return the hash of SECRET; once, because hashing is slow by design."""
    return generate_password_hash(SECRET)


def add_key(database: Database, organisation_id: UUID, scopes: str, clock: Clock) -> str:
    key = f"key-{uuid4().hex[:8]}"
    with database.transaction() as session:
        session.execute(
            insert(tables.credential).values(
                id=uuid4(),
                organisation_id=organisation_id,
                key=key,
                secret_hash=secret_hash(),
                scopes=scopes,
                created_at=clock(),
            )
        )
    return key


@pytest.fixture
def open_lrs(database: Database, clock: Clock, organisation_id: UUID) -> Callable[..., Lrs]:
    """Return a maker of stores, each with a credential and an application of its own."""

    def make(
        scopes: str = "all",
        organisation_id: UUID = organisation_id,
        config: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> Lrs:
        stored: list[Statement] = []

        def on_stored(_session: Session, _id: UUID, statements: Sequence[Statement]) -> None:
            stored.extend(statements)

        app = Flask(__name__)
        app.config.update(config or {})
        app.register_blueprint(
            xapi_blueprint(
                transaction=database.transaction,
                reading=database.reading,
                clock=clock,
                **{"on_stored": on_stored, **options},
            ),
            url_prefix="/xapi",
        )
        return Lrs(
            client=app.test_client(),
            clock=clock,
            database=database,
            organisation_id=organisation_id,
            key=add_key(database, organisation_id, scopes, clock),
            stored=stored,
        )

    return make


@pytest.fixture
def lrs(open_lrs: Callable[..., Lrs]) -> Lrs:
    return open_lrs()
