"""kill -9 of the server while batches stream in: each is there whole or not at all.

The moments are random; MENTES_TEST_EFFORT makes them many.
"""

from __future__ import annotations

import os
import random
import time
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import UUID, uuid4

import requests
from sqlalchemy import func, select

from lrs_bridge.lrs.attachments.contents import Folder
from lrs_bridge.lrs.attachments.received import LARGEST_IN_DATABASE
from lrs_bridge.lrs.tables import statement
from lrs_bridge.lrs.upkeep.checking import faults
from lrs_bridge.testing import a_statement, an_agent
from lrs_bridge.vocabulary import Verb
from plugin.foundation.db import Database
from plugin.foundation.tenancy import EVERYWHERE
from tests.attacks.lrs.clients import Client
from tests.attacks.lrs.conftest import Serve
from tests.effort import EFFORT
from tests.lrs_bridge.lrs.attachments.test_received import TYPE, body, describing
from tests.servers import Server

KILLS = 2 * EFFORT
CLIENTS = 3
BATCH = 100


@dataclass
class Batch:
    """A hundred statements and what its client knows of them."""

    statements: list[dict[str, Any]]
    content: bytes = b""
    is_confirmed: bool = False

    def send(self, client: Client) -> requests.Response:
        if not self.content:
            return client.post(*self.statements)
        sent = body(self.statements, self.content)
        return client.ask("POST", "/statements", data=sent, headers={"Content-Type": TYPE})


def a_batch(number: int) -> Batch:
    """Return a batch in which statements refer to each other, void each other and bring content."""
    ids = [str(uuid4()) for _ in range(BATCH)]
    statements = [
        a_statement(id=id, actor=an_agent(f"learner-{place % 7}")) for place, id in enumerate(ids)
    ]
    for place in range(0, BATCH, 10):
        reference = {"objectType": "StatementRef", "id": ids[place + 5]}
        statements[place]["object"] = reference
        if place % 20:
            statements[place]["verb"] = {"id": Verb.VOIDED.value}
    if number % 2:
        return Batch(statements)
    content = os.urandom(LARGEST_IN_DATABASE + 1)
    statements[-1]["attachments"] = [describing(content)]
    return Batch(statements, content)


@dataclass
class Sender:
    """A client that sends one batch after the other until its server dies."""

    server: Server
    batches: list[Batch] = field(default_factory=list)
    has_sent: Event = field(default_factory=Event)

    def run(self) -> None:
        client = Client(self.server)
        while True:
            batch = a_batch(len(self.batches))
            self.batches.append(batch)
            try:
                answer = batch.send(client)
            except requests.RequestException:
                return client.close()
            assert answer.status_code == 200, answer.text
            batch.is_confirmed = True
            self.has_sent.set()


def test_batches_are_whole_or_not_there_when_the_server_is_killed(
    serve: Serve, database: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "attachments"
    server = serve(XAPI_ATTACHMENTS=str(folder))
    for number in range(KILLS):
        batches = sent_until_killed(server)
        counts = [stored(database, batch) for batch in batches]
        assert {count for count, _ in counts} <= {0, BATCH}
        assert all(count == BATCH for count, batch in counts if batch.is_confirmed)
        assert_sound(database, folder)
        server.workers = 0 if number % 2 else 2  # of gunicorn; mentes serve has none
        server.start()
        client = Client(server)
        for batch in batches:
            assert batch.send(client).status_code == 200
        client.close()
        assert all(stored(database, batch)[0] == BATCH for batch in batches)
    server.stop()
    assert_sound(database, folder)
    assert "Traceback" not in server.said


def sent_until_killed(server: Server) -> list[Batch]:
    """Send from several clients at once, and kill the server at some moment of it."""
    senders = [Sender(server) for _ in range(CLIENTS)]
    threads = [Thread(target=sender.run) for sender in senders]
    for thread in threads:
        thread.start()
    for sender in senders:
        assert sender.has_sent.wait(30)
    time.sleep(random.uniform(0, 0.5))  # noqa: S311 # any moment will do
    server.kill()
    for thread in threads:
        thread.join()
    return [batch for sender in senders for batch in sender.batches]


def stored(database: Database, batch: Batch) -> tuple[int, Batch]:
    """Return how many statements of a batch there are."""
    ids = [UUID(one["id"]) for one in batch.statements]
    with database.reading(EVERYWHERE) as session:
        found = select(func.count()).select_from(statement).where(statement.c.id.in_(ids))
        return session.scalars(found).one(), batch


def assert_sound(database: Database, folder: Path) -> None:
    with database.reading(EVERYWHERE) as session:
        assert list(faults(session, Folder(folder))) == []
