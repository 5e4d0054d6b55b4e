"""Many clients at once, on gunicorn with several processes: nothing lost, nothing twice, no 5xx.

A store that is busy may say so, with 503 and Retry-After; who is told so sends the same again.
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
import requests
from sqlalchemy import func, select, text

from lrs_bridge.lrs.tables import document, statement
from lrs_bridge.lrs.upkeep.checking import faults
from lrs_bridge.testing import a_statement, an_agent
from plugin.foundation.db import Database
from plugin.foundation.tenancy import EVERYWHERE
from tests.attacks.lrs.clients import Client
from tests.attacks.lrs.conftest import a_database
from tests.databases import ENGINES, available, bare_database, drop_database
from tests.effort import EFFORT
from tests.servers import Server

WRITES_OF_EFFORT = 400
WRITES = WRITES_OF_EFFORT * EFFORT
COUNTS = 6 * EFFORT
CLIENTS = 12
STATE = "/activities/state"
AGENT = json.dumps(an_agent())
CHECKOUT = Path(__file__).parents[3]


@pytest.fixture(scope="module", params=ENGINES)
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """One database for all of them: what they write is each one's own."""
    if request.param not in (request.config.getoption("--engine") or available()):
        pytest.skip(f"no {request.param}")
    url = bare_database(request.param, tmp_path_factory.mktemp("many"))
    with a_database(url) as database:
        yield database
    drop_database(url)


@pytest.fixture(scope="module")
def server(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Two processes of gunicorn, and a store that is sound in the end."""
    url = database.engine.url.render_as_string(hide_password=False)
    server = Server(url, tmp_path_factory.mktemp("server"), workers=2)
    server.start()
    yield server
    server.stop()
    assert "unexpected" not in server.said
    assert "Traceback" not in server.said
    with database.reading(EVERYWHERE) as session:
        assert list(faults(session)) == []


def at_once(
    server: Server, work: Callable[[Client, int], Any], clients: int = CLIENTS
) -> list[Any]:
    """Let several clients do `work` at the same time; return what each of them made of it."""

    def run(number: int) -> Any:
        with closing(Client(server)) as client:
            return work(client, number)

    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(run, range(clients)))


def answered(ask: Callable[[], requests.Response]) -> requests.Response:
    """Return the answer to a request, which is asked again for as long as the store is busy."""
    while True:
        answer = ask()
        if answer.status_code != 503:
            assert answer.status_code < 500, answer.text
            return answer
        time.sleep(float(answer.headers["Retry-After"]))


def written(
    client: Client,
    method: str,
    query: dict[str, str],
    content: Any,
    condition: dict[str, str] | None = None,
) -> int:
    """Return the status of the answer to a document."""
    return answered(
        lambda: client.ask(method, STATE, params=query, json=content, headers=condition or {})
    ).status_code


def where(document: str, activity: str = "https://lms.example/course") -> dict[str, str]:
    return {"activityId": activity, "agent": AGENT, "stateId": document}


def count(database: Database, *ids: str) -> int:
    """Return how many statements with these ids there are."""
    named = statement.c.id.in_([UUID(id) for id in ids])
    with database.reading(EVERYWHERE) as session:
        return session.scalars(select(func.count()).select_from(statement).where(named)).one()


def test_the_effort_that_the_document_names_writes_a_hundred_thousand_times() -> None:
    document = (CHECKOUT / "docs" / "conformance.md").read_text()
    efforts = re.findall(r"MENTES_TEST_EFFORT=(\d+) .* -k state_writes", document)
    assert [int(effort) * WRITES_OF_EFFORT for effort in efforts] == [100_000]


def test_every_one_of_many_state_writes_is_kept(server: Server, database: Database) -> None:
    def write(client: Client, number: int) -> None:
        for turn in range(number, WRITES, CLIENTS):
            is_shared = turn % 4 == 0
            query = where(f"shared-{turn % 60}" if is_shared else f"own-{turn}")
            method = "POST" if is_shared or turn % 3 else "PUT"
            assert written(client, method, query, {f"turn-{turn}": turn}) == 204

    began = time.monotonic()
    at_once(server, write)
    print(f"{WRITES} writes: {WRITES / (time.monotonic() - began):.0f} a second")  # noqa: T201
    with database.reading(EVERYWHERE) as session:
        rows = session.execute(select(document.c.id, document.c.content)).all()
    kept = Counter(name for row in rows if "-" in row.id for name in json.loads(row.content))
    assert kept == Counter(f"turn-{turn}" for turn in range(WRITES))


def test_of_clients_that_count_with_etags_none_loses_a_count(server: Server) -> None:
    def increment(client: Client, _number: int) -> None:
        done = 0
        while done < COUNTS:
            kept = client.ask("GET", STATE, params=where("counter"))
            is_new = kept.status_code == 404
            value = 0 if is_new else kept.json()
            condition = {"If-None-Match": "*"} if is_new else {"If-Match": kept.headers["ETag"]}
            status = written(client, "PUT", where("counter"), value + 1, condition)
            assert status in (204, 412)
            done += status == 204

    at_once(server, increment)
    with closing(Client(server)) as client:
        assert client.ask("GET", STATE, params=where("counter")).json() == COUNTS * CLIENTS


def test_writers_and_those_who_clear_do_not_block_each_other(server: Server) -> None:
    def work(client: Client, number: int) -> set[int]:
        found = set()
        for turn in range(15):
            query = where(f"{(turn + number) % 4}", "https://lms.example/cleared")
            if number % 4 == 0:
                del query["stateId"]
            method = ("DELETE", "PUT", "POST", "GET")[number % 4]
            found.add(written(client, method, query, {"turn": turn}))
        return found

    assert set().union(*at_once(server, work)) <= {200, 204, 404}


def test_batches_that_name_the_same_in_opposite_orders_are_all_stored(server: Server) -> None:
    named = [f"https://lms.example/activity/{number}" for number in range(30)]

    def post(client: Client, number: int) -> None:
        batch = [
            a_statement(object={"id": id, "definition": {"name": {"en": f"by {number}"}}})
            for id in named[:: -1 if number % 2 else 1]
        ]
        for _ in range(4):
            assert answered(lambda: client.post(*batch)).status_code == 200

    at_once(server, post)
    with closing(Client(server)) as client:
        for id in named:
            query = {"activity": id, "format": "ids"}
            found = client.ask("GET", "/statements", params=query).json()["statements"]
            assert len(found) == 4 * CLIENTS


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_of_different_statements_with_one_id_one_wins(
    server: Server, database: Database, method: str
) -> None:
    ids = [str(uuid4()) for _ in range(15)]

    def send(client: Client, number: int) -> list[int]:
        return [
            told(client, a_statement(id=id, result={"response": f"{number % 3}"}), method)
            for id in ids
        ]

    told_to = at_once(server, send)
    stored = 200 if method == "POST" else 204
    for place, id in enumerate(ids):
        with closing(Client(server)) as client:
            kept = client.ask("GET", "/statements", params={"statementId": id}).json()
        winner = int(kept["result"]["response"])
        for number, statuses in enumerate(told_to):
            assert statuses[place] == (stored if number % 3 == winner else 409)
    assert count(database, *ids) == len(ids)


def told(client: Client, one: dict[str, Any], method: str) -> int:
    query = {"statementId": one["id"]} if method == "PUT" else None
    return answered(lambda: client.ask(method, "/statements", params=query, json=one)).status_code


def test_statements_that_refer_to_each_other_from_many_sides_are_all_linked(
    server: Server,
) -> None:
    ids = [[str(uuid4()) for _ in range(8)] for _ in range(CLIENTS)]

    def post(client: Client, number: int) -> None:
        for place, id in enumerate(ids[number]):
            target = ids[(number + 1) % CLIENTS][place]
            reference = {"objectType": "StatementRef", "id": target}
            assert told(client, a_statement(id=id, object=reference), "POST") == 200

    at_once(server, post)  # rings of statements; that they are closed, the check finds out


def test_a_database_that_hangs_up_is_said_to_be_busy_and_nothing_is_lost(
    server: Server, database: Database
) -> None:
    if database.engine.dialect.name == "sqlite":
        pytest.skip("a file does not hang up")
    ids = [[str(uuid4()) for _ in range(20)] for _ in range(CLIENTS)]
    is_over = Event()

    def hang_up() -> None:
        while not is_over.wait(0.1):
            with database.transaction(EVERYWHERE) as session:
                session.execute(
                    text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    )
                )

    def post(client: Client, number: int) -> None:
        for id in ids[number]:
            assert told(client, a_statement(id=id), "POST") == 200
            assert written(client, "PUT", where(f"hung {id}"), {}) == 204

    attacker = Thread(target=hang_up)
    attacker.start()
    try:
        at_once(server, post)
    finally:
        is_over.set()
        attacker.join()
    assert count(database, *(id for some in ids for id in some)) == CLIENTS * 20
