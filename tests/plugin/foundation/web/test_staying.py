"""Threads that stay with a connection: nobody is kept waiting for long, and nothing is lost."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.servers import ROOT, free_port

pytest.importorskip("gunicorn", reason="the server is an extra")

THREADS = 2
APPLICATION = """
from plugin.foundation.web.staying import StayingThreads

handed_over = 0


class Counting(StayingThreads):
    def enqueue_req(self, conn):
        global handed_over
        handed_over += 1
        super().enqueue_req(conn)


def application(environ, start_response):
    said = str(handed_over).encode()
    start_response("200 OK", [("Content-Length", str(len(said)))])
    return [said]
"""
OPTIONS = ("--threads", str(THREADS), "--keep-alive", "60", "--log-level", "warning")
ASKED = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@dataclass
class Served:
    """gunicorn with an application that says how often a connection was handed to a thread."""

    port: int
    process: subprocess.Popen[bytes]

    def connection(self) -> HTTPConnection:
        return HTTPConnection("127.0.0.1", self.port, timeout=30)


def ask(connection: HTTPConnection) -> int:
    connection.request("GET", "/")
    return int(connection.getresponse().read())


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    (tmp_path / "counted.py").write_text(APPLICATION)
    port = free_port()
    which = ("--worker-class", "counted.Counting", "--bind", f"127.0.0.1:{port}")
    process = subprocess.Popen(
        (sys.executable, "-m", "gunicorn", *which, *OPTIONS, "counted:application"),
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        _wait_for(port, process)
        yield Served(port, process)
    finally:
        process.kill()
        process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        try:
            with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
                ask(connection)
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("It did not start.")


def test_who_asks_again_at_once_is_answered_by_the_same_thread(served: Served) -> None:
    with closing(served.connection()) as connection:
        first = ask(connection)
        last = [ask(connection) for _ in range(200)][-1]
    assert last - first < 200  # each time, if nobody stayed


def test_requests_that_come_in_one_piece_are_all_answered(served: Served) -> None:
    with socket.create_connection(("127.0.0.1", served.port), timeout=30) as connection:
        connection.sendall(ASKED * 5)
        answers = b""
        while answers.count(b"200 OK") < 5:
            more = connection.recv(65536)
            assert more, answers
            answers += more


def test_who_asks_no_more_keeps_no_thread(served: Served) -> None:
    with ExitStack() as opened:
        several = [opened.enter_context(closing(served.connection())) for _ in range(THREADS * 5)]
        for _ in range(3):
            for connection in several:
                ask(connection)


def test_many_who_ask_all_the_time_are_all_answered(served: Served) -> None:
    asking = """
import sys
from http.client import HTTPConnection
connection = HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=30)
for _ in range(100):
    connection.request("GET", "/")
    assert connection.getresponse().read()
"""
    command = (sys.executable, "-c", asking, str(served.port))
    several = [subprocess.Popen(command) for _ in range(THREADS * 3)]
    assert [each.wait(60) for each in several] == [0] * len(several)


def test_who_hangs_up_while_it_is_waited_for_disturbs_nobody(served: Served) -> None:
    for _ in range(THREADS * 5):
        with closing(served.connection()) as connection:
            ask(connection)
    with closing(served.connection()) as connection:
        assert ask(connection) > 0


def test_it_ends_when_it_is_told_to_though_somebody_stays_connected(served: Served) -> None:
    with closing(served.connection()) as connection:
        ask(connection)
        served.process.terminate()
        assert served.process.wait(60) == 0
