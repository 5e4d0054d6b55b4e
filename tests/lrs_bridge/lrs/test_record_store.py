"""The store on its own: a bare Flask application, a database, nothing of the tool."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import NullPool, create_engine
from sqlalchemy.exc import IntegrityError

from lrs_bridge.lrs.access.credentials import Scope
from lrs_bridge.lrs.record_store import RecordStore
from lrs_bridge.testing import a_statement
from tests.databases import ENGINES, available, bare_database, drop_database

HEADERS = {"X-Experience-API-Version": "1.0.3"}
AUTH = ("course", "a secret")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test on every engine there is."""
    if "store" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--engine") or ENGINES
        there = [engine for engine in available() if engine in chosen]
        metafunc.parametrize("store", there, indirect=True)


@pytest.fixture
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RecordStore]:
    """A store on a database of its own."""
    url = bare_database(request.param, tmp_path)
    store = RecordStore(url)
    store.create_tables()
    store.add_credential(*AUTH, [Scope.ALL])
    yield store
    store.close()
    drop_database(url)


@pytest.fixture
def client(store: RecordStore) -> FlaskClient:
    """A client of an application that has nothing but the store."""
    app = Flask(__name__)
    app.register_blueprint(store.blueprint(), url_prefix="/xapi")
    return app.test_client()


def test_statements_and_documents_are_kept(client: FlaskClient) -> None:
    (id,) = client.post(
        "/xapi/statements", json=a_statement(), auth=AUTH, headers=HEADERS
    ).get_json()
    found = client.get("/xapi/statements", auth=AUTH, headers=HEADERS).get_json()
    assert [one["id"] for one in found["statements"]] == [id]
    state = {"activityId": "https://a.example", "agent": '{"mbox":"mailto:a@b.example"}'}
    for method in ("PUT", "GET"):
        answer = client.open(
            "/xapi/activities/state",
            method=method,
            query_string={**state, "stateId": "bookmark"},
            data="page 3" if method == "PUT" else None,
            auth=AUTH,
            headers=HEADERS,
        )
    assert answer.text == "page 3"


def test_many_may_write_at_once(store: RecordStore, client: FlaskClient) -> None:
    def posted(_: int) -> int:
        fresh = client.application.test_client()
        answer = fresh.post("/xapi/statements", json=a_statement(), auth=AUTH, headers=HEADERS)
        return answer.status_code

    with ThreadPoolExecutor(8) as several:
        assert set(several.map(posted, range(40))) == {200}
    found = client.get("/xapi/statements", auth=AUTH, headers=HEADERS).get_json()
    assert len(found["statements"]) == 40


def test_what_was_made_once_is_left_alone(store: RecordStore, client: FlaskClient) -> None:
    client.post("/xapi/statements", json=a_statement(), auth=AUTH, headers=HEADERS)
    store.create_tables()
    found = client.get("/xapi/statements", auth=AUTH, headers=HEADERS).get_json()
    assert len(found["statements"]) == 1
    assert store.has_credential("course")
    assert not store.has_credential("nobody")
    with pytest.raises(IntegrityError):
        store.add_credential(*AUTH, [Scope.ALL])


def test_a_credential_reaches_as_far_as_it_says_and_until_it_is_revoked(
    store: RecordStore, client: FlaskClient
) -> None:
    store.add_credential("report", "another secret", ["statements/read"])
    auth = ("report", "another secret")
    assert client.get("/xapi/statements", auth=auth, headers=HEADERS).status_code == 200
    sent = client.post("/xapi/statements", json=a_statement(), auth=auth, headers=HEADERS)
    assert sent.status_code == 403
    assert store.revoke_credential("report") is True
    assert store.revoke_credential("nobody") is False
    assert client.get("/xapi/statements", auth=auth, headers=HEADERS).status_code == 401


def test_two_organisations_share_a_database_and_nothing_else(store: RecordStore) -> None:
    url = store.engine.url.render_as_string(hide_password=False)
    other = RecordStore(url, organisation_id=uuid4())
    other.add_credential("theirs", "a secret", [Scope.ALL])
    app = Flask(__name__)
    app.register_blueprint(other.blueprint(), url_prefix="/xapi")
    client = app.test_client()
    client.post("/xapi/statements", json=a_statement(), auth=AUTH, headers=HEADERS)
    theirs = client.get("/xapi/statements", auth=("theirs", "a secret"), headers=HEADERS)
    assert theirs.get_json()["statements"] == []
    other.close()


def test_it_brings_nothing_of_the_tool_with_it() -> None:
    asked = "import sys, lrs_bridge.lrs.record_store; print({'plugin', 'lti'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_database_that_was_started_again_is_asked_again(
    store: RecordStore, client: FlaskClient
) -> None:
    if store.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no server")
    client.post("/xapi/statements", json=a_statement(), auth=AUTH, headers=HEADERS)
    for method in ("GET", "POST"):
        hang_up(store)
        sent = {"json": a_statement()} if method == "POST" else {}
        answer = client.open("/xapi/statements", method=method, auth=AUTH, headers=HEADERS, **sent)
        assert answer.status_code == 200, answer.text


def hang_up(store: RecordStore) -> None:
    """End every connection that the store keeps."""
    others = "datname = current_database() AND pid <> pg_backend_pid()"
    once = create_engine(store.engine.url, poolclass=NullPool)
    with once.connect() as connection:
        ended = connection.exec_driver_sql(
            f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {others}"  # noqa: S608
        ).all()
    assert ended
