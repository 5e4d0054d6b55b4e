"""What comes over a socket and is not HTTP as it should be: never a fault of ours, nothing stored.

Against `mentes serve` and against gunicorn, each a process of its own.
"""

from __future__ import annotations

import gzip
import json
import socket
import struct
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from threading import Thread
from urllib.parse import urlencode

import pytest

from lrs_bridge.testing import a_statement
from tests.attacks.lrs.clients import Client, answered, connected, head
from tests.attacks.lrs.conftest import a_database
from tests.servers import Server

MB = 1024 * 1024
LARGE = 30  # statements of 100 kB that are there from the beginning
GOOD = json.dumps(a_statement()).encode()
JSON = "Content-Type: application/json"
IS_JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module", params=[0, 2], ids=["serve", "gunicorn"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """One server for all attacks: what one of them broke, the next ones would notice."""
    folder: Path = tmp_path_factory.mktemp("sockets")
    url = f"sqlite:///{folder}/mentes.db"
    with a_database(url):
        server = Server(url, folder, request.param)
    server.start()
    with closing(Client(server)) as client:
        client.post(*[a_statement(result={"response": "x" * 100_000})] * LARGE)
    yield server
    server.stop()


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    """A well-behaved client, for which the server must still be there afterwards."""
    client = Client(server)
    before = count(client)
    said = len(server.said)
    yield client
    assert count(client) == before
    assert client.post(a_statement()).status_code == 200
    client.close()
    for sign in ("Traceback", "unexpected", "Exception"):
        assert sign not in server.said[said:]


def count(client: Client) -> int:
    """Return how many statements there are."""
    answer = client.ask("GET", "/statements", params={"limit": 0, "format": "ids"})
    return len(answer.json()["statements"])


def posting(*lines: str) -> bytes:
    return head("POST", "/xapi/statements", JSON, *lines)


def sized(size: int) -> str:
    return f"Content-Length: {size}"


def chunk(content: bytes) -> bytes:
    return f"{len(content):x}\r\n".encode() + content + b"\r\n"


def query(text: str) -> bytes:
    return head("GET", f"/xapi/statements?verb=https://x.example/{text}")


CHUNKED = "Transfer-Encoding: chunked"
SQUEEZED = gzip.compress(GOOD)


@pytest.mark.parametrize(
    ("pieces", "status"),
    [
        pytest.param([posting(sized(len(GOOD) - 5)), GOOD], 400, id="a length that is too short"),
        pytest.param([posting(sized(-5)), GOOD], 400, id="a length below nothing"),
        pytest.param([posting("Content-Length: many"), GOOD], 400, id="a length in words"),
        pytest.param([posting(), GOOD], 400, id="no length"),
        pytest.param([posting(CHUNKED), b"zz\r\n" + GOOD], 400, id="chunks that are none"),
        pytest.param([posting(CHUNKED), chunk(GOOD)[:-9]], 400, id="a chunk that breaks off"),
        pytest.param(
            [posting("Content-Encoding: gzip", sized(len(SQUEEZED))), SQUEEZED], 415, id="gzip"
        ),
        pytest.param(
            [posting(sized(len(GOOD)), *(f"X-{n}: y" for n in range(5000))), GOOD],
            431,
            id="5000 headers",
        ),
        pytest.param(
            [posting(sized(len(GOOD)), f"X-Long: {'y' * 200_000}"), GOOD], 431, id="a long header"
        ),
        pytest.param([query("a" * MB)], 414, id="a query of 1 MB"),
        pytest.param([query("%0d%0aX-Evil:%201")], 400, id="line breaks in a query"),
        pytest.param([query("%00")], 400, id="NUL in a query"),
        pytest.param([head("GET", "/xapi/statements?agent=%ff%fe")], 400, id="no UTF-8 in a query"),
        pytest.param([b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"], 0, id="TLS"),
        pytest.param([b"\x00\xff\xfe\r\n\r\n"], 0, id="no HTTP"),
    ],
)
def test_what_is_no_request_is_refused(
    server: Server, client: Client, pieces: list[bytes], status: int
) -> None:
    with connected(server) as connection:
        sent(connection, pieces, ends=True)
        found, body = answered(connection)
    assert found == status or (status, found) == (0, 400)
    assert b"X-Evil" not in body


@pytest.mark.parametrize("server", [2], indirect=True, ids=["gunicorn"])  # as it runs for real
@pytest.mark.parametrize("lengths", [(CHUNKED, sized(len(GOOD))), (sized(3), sized(len(GOOD)))])
def test_two_lengths_of_one_body_smuggle_nothing(
    server: Server, client: Client, lengths: tuple[str, str]
) -> None:
    with connected(server) as connection:
        sent(connection, [posting(*lengths), GOOD], ends=True)
        assert answered(connection)[0] == 400


@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_body_of_100_mb_is_refused_before_it_is_in_memory(
    server: Server, client: Client, is_chunked: bool
) -> None:
    before = memory(server)
    content = (b" " * MB for _ in range(100)) if is_chunked else b" " * 100 * MB
    answer = client.ask("POST", "/statements", data=content, headers=IS_JSON)
    assert (answer.status_code, answer.json()["slug"]) == (413, "too-large")
    assert memory(server) < before + 25 * MB


@pytest.mark.parametrize("resets", [False, True], ids=["closing", "resetting"])
@pytest.mark.parametrize("many", [0, 1, len(GOOD) // 2, len(GOOD) - 1])
def test_a_client_that_hangs_up_midway_stores_nothing(
    server: Server, client: Client, many: int, resets: bool
) -> None:
    for _ in range(5):
        with connected(server) as connection:
            sent(connection, [posting(sized(len(GOOD))), GOOD[:many]])
            hang_up(connection, resets)
    settle(server)


@pytest.mark.parametrize("resets", [False, True], ids=["closing", "resetting"])
def test_a_document_that_breaks_off_is_no_document(
    server: Server, client: Client, resets: bool
) -> None:
    about = {
        "activityId": "https://x.example/a",
        "agent": json.dumps({"mbox": "mailto:ada@x.example"}),
        "stateId": f"cut-{resets}",
    }
    head_of_it = head(
        "PUT",
        f"/xapi/activities/state?{urlencode(about)}",
        "Content-Type: application/octet-stream",
        sized(1000),
    )
    with connected(server) as connection:
        sent(connection, [head_of_it, b"x" * 300])
        time.sleep(0.2)
        hang_up(connection, resets)
    settle(server)
    assert client.ask("GET", "/activities/state", params=about).status_code == 404


def test_a_client_that_does_not_wait_for_its_answer_leaves_no_stack(
    server: Server, client: Client
) -> None:
    for wait in (0, 0.001, 0.005, 0.01, 0.02, 0.05):
        for _ in range(4):
            with connected(server) as connection:
                sent(connection, [head("GET", f"/xapi/statements?limit={LARGE}")])
                time.sleep(wait)
                hang_up(connection, resets=True)
    settle(server)


def test_a_slow_client_keeps_nobody_waiting(server: Server) -> None:
    fast = Client(server)
    with connected(server) as connection:
        sent(connection, [posting(sized(len(GOOD))), GOOD[:10]])
        time.sleep(0.1)
        began = time.monotonic()
        for _ in range(5):
            assert fast.post(a_statement()).status_code == 200
        assert time.monotonic() - began < 20
        for at in range(10, len(GOOD), 40):
            sent(connection, [GOOD[at : at + 40]])
            time.sleep(0.01)
        assert answered(connection)[0] == 200
    fast.close()


@pytest.mark.parametrize("server", [0], indirect=True, ids=["serve"])  # others have a proxy
def test_many_slow_clients_are_served_in_the_end(server: Server) -> None:
    answers: list[int] = []

    def dawdle() -> None:
        with connected(server) as connection:
            sent(connection, [posting(sized(len(GOOD))), GOOD[:10]])
            time.sleep(0.5)
            sent(connection, [GOOD[10:]])
            answers.append(answered(connection)[0])

    threads = [Thread(target=dawdle) for _ in range(60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 60


def sent(connection: socket.socket, pieces: Iterable[bytes], *, ends: bool = False) -> None:
    """Send as much as the server will hear."""
    with suppress(OSError):
        for piece in pieces:
            connection.sendall(piece)
        if ends:
            connection.shutdown(socket.SHUT_WR)


def hang_up(connection: socket.socket, resets: bool) -> None:
    """Close a connection, or pull the plug."""
    if resets:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def settle(server: Server) -> None:
    """Wait until what was sent before has been dealt with."""
    with closing(Client(server)) as client:
        time.sleep(0.1)
        client.ask("GET", "/about")


def memory(server: Server) -> int:
    """Return the bytes that the processes of a server have in memory."""
    shown = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,rss="], capture_output=True, text=True, check=True
    )
    rows = (line.split() for line in shown.stdout.splitlines())
    return sum(int(rss) * 1024 for pid, parent, rss in rows if str(server.pid) in (pid, parent))
