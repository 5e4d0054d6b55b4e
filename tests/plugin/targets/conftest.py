"""Stores on real sockets: one that behaves, which is our own, and ones that do not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from werkzeug.serving import make_server

from lrs_bridge.lrs.record_store import RecordStore
from lrs_bridge.testing import a_statement
from plugin.app import Mentes
from plugin.foundation.outbox import Debt
from plugin.foundation.tenancy import EVERYWHERE
from plugin.targets import service
from plugin.targets.model import STATEMENT
from plugin.targets.service import Described, Said
from tests.plugin.factories import every

KEY, SECRET = "mentes", "a secret of the tests"
NOBODY = "http://127.0.0.1:9/xapi"


@dataclass
class Somewhere:
    """A record store of somebody else, behind a real socket."""

    url: str
    app: Flask

    def statements(self, **query: Any) -> list[dict[str, Any]]:
        """Return what it holds, in the order in which it came."""
        answer = self.app.test_client().get(
            "/xapi/statements",
            query_string={"ascending": "true", "limit": "500", **query},
            auth=(KEY, SECRET),
            headers={"X-Experience-API-Version": "1.0.3"},
        )
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.get_json()["statements"]
        return found

    def ids(self) -> list[str]:
        return [one["id"] for one in self.statements()]


@contextmanager
def served(server: Any) -> Iterator[str]:
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def somewhere(tmp_path: Path) -> Iterator[Somewhere]:
    """Our own store, as somebody else's."""
    with a_store(tmp_path / "elsewhere.db") as store:
        yield store


@contextmanager
def a_store(path: Path) -> Iterator[Somewhere]:
    store = RecordStore(f"sqlite:///{path}")
    store.create_tables()
    store.add_credential(KEY, SECRET, ["all"])
    app = Flask("elsewhere")
    app.register_blueprint(store.blueprint(), url_prefix="/xapi")
    with served(make_server("127.0.0.1", 0, app, threaded=True)) as url:
        yield Somewhere(f"{url}/xapi", app)
    store.close()


Answer = tuple[int, str, dict[str, str]]


@dataclass
class Moody:
    """A server that answers as it is told: a number is a status, None cuts the connection."""

    answer: Callable[[list[dict[str, Any]]], Answer | None]
    url: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)
    posted: list[list[str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[list[dict[str, Any]]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)


def accepted(batch: list[dict[str, Any]]) -> Answer:
    return 200, json.dumps([one["id"] for one in batch]), {}


@contextmanager
def a_moody_store(
    answer: Callable[[list[dict[str, Any]]], Answer | None] = accepted,
) -> Iterator[Moody]:
    moody = Moody(answer)

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            batch = json.loads(body) if body.startswith(b"[") else []
            moody.asked.append((self.command, self.path))
            moody.headers.append(dict(self.headers))
            moody.raw.append(body)
            if batch:
                moody.posted.append([one["id"] for one in batch])
                moody.bodies.append(batch)
            said = moody.answer(batch)
            if said is None:
                self.close_connection = True
                self.connection.close()
                return
            status, text, headers = said
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_POST = do_DELETE = handle_any  # noqa: N815

        def log_message(self, *_arguments: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_arguments: Any) -> None:
            pass

    with served(Server(("127.0.0.1", 0), Handler)) as url:
        moody.url = url
        yield moody


def a_target(mentes: Mentes, organisation_id: UUID, url: str, **changed: Any) -> UUID:
    """Add a remote target, and take the installation's away."""
    described = {"name": f"store {uuid4().hex[:6]}", "endpoint": url, "key": KEY, "secret": SECRET}
    with mentes.database.transaction(organisation_id) as session:
        for target in service.targets(session, now=mentes.clock()):
            if target.name == service.INSTALLATION:
                service.remove(session, target, now=mentes.clock())
        described |= changed
        return service.add(session, Described(**described), mentes.cipher, now=mentes.clock()).id


def owe(mentes: Mentes, organisation_id: UUID, count: int = 1, **changed: Any) -> list[str]:
    """Owe statements to every target that gets ours, one after the other; return their ids."""
    statements = [a_statement(id=str(uuid4()), **changed) for _ in range(count)]
    with mentes.database.transaction(organisation_id) as session:
        service.owe_statements(
            session,
            [Said(statement=one, key=one["id"], now=mentes.clock()) for one in statements],
        )
    return [str(one["id"]) for one in statements]


def debts(mentes: Mentes) -> dict[str, Debt]:
    """Return what is owed to targets, by its key."""
    with mentes.database.reading(EVERYWHERE) as session:
        return {debt.key: debt for debt in every(session, Debt, Debt.kind == STATEMENT)}
