"""`mentes web`: what serves the tool for real, as processes of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread

import pytest
import requests

from plugin import migrations
from plugin.foundation.db import Database
from tests.servers import Server

pytest.importorskip("granian", reason="the server is an extra")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    url = f"sqlite:///{tmp_path}/mentes.db"
    database = Database(url)
    migrations.upgrade(database.engine)
    database.dispose()
    server = Server(url, tmp_path, processes=1)
    server.start()
    yield server
    server.kill()


def its_process(server: Server) -> int:
    """Return the process that answers: the one that has loaded the tool."""
    shown = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,rss="], capture_output=True, text=True, check=True
    )
    rows = [[int(each) for each in line.split()] for line in shown.stdout.splitlines()]
    children = [(size, pid) for pid, parent, size in rows if parent == server.pid]
    return max(children)[1]


def test_it_answers_and_says_nothing_of_who_asked(server: Server) -> None:
    assert requests.get(f"{server.url}/lti/login?login_hint=private", timeout=10).status_code == 400
    assert "/lti/login" in server.said
    assert "private" not in server.said


def test_faults_of_the_settings_are_shown_as_sentences() -> None:
    known = {name: value for name, value in os.environ.items() if not name.startswith("MENTES_")}
    done = subprocess.run(
        [sys.executable, "-m", "plugin", "web"],
        env={**known, "MENTES_PUBLIC_URL": "nowhere"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode != 0
    assert "MENTES_SECRET_KEY" in done.stderr
    assert "MENTES_PUBLIC_URL" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_process_has_fewer_threads_than_database_connections() -> None:
    serving = pytest.importorskip("plugin.serving")
    assert serving.THREADS < 15


def test_a_process_that_dies_is_replaced(server: Server) -> None:
    os.kill(its_process(server), signal.SIGKILL)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            assert requests.get(f"{server.url}/healthz", timeout=10).status_code == 200
            return
        except requests.ConnectionError:
            time.sleep(0.2)
    pytest.fail(f"It did not come back: {server.said}")


def test_who_is_being_answered_when_it_stops_is_answered(server: Server) -> None:
    body = b"iss=https%3A%2F%2Fnobody.example&login_hint=1&target_link_uri=https%3A%2F%2Fx.example"
    head = (
        "POST /lti/login HTTP/1.1\r\nHost: x\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    with closing(socket.create_connection(("127.0.0.1", server.port), timeout=30)) as connection:
        connection.sendall(head.encode() + body[:10])
        time.sleep(0.5)  # so that it is being answered
        stopping = Thread(target=server.stop)
        stopping.start()
        time.sleep(0.5)
        connection.sendall(body[10:])
        assert connection.recv(100).startswith(b"HTTP/1.1 4")
        stopping.join(timeout=60)
        assert not stopping.is_alive()


def test_a_connection_serves_one_request_after_another(server: Server) -> None:
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=30)) as connection:
        connection.connect()
        mine = connection.sock.getsockname()
        for _ in range(3):
            connection.request("GET", "/healthz")
            assert connection.getresponse().read()
            assert connection.sock.getsockname() == mine
            time.sleep(0.3)


def test_what_is_too_much_before_the_body_is_refused(server: Server) -> None:
    answer = requests.get(f"{server.url}/healthz?{'a' * 100_000}", timeout=10)
    assert 400 <= answer.status_code < 500
