"""What clients of the attacks send, and over which sockets."""

from __future__ import annotations

import socket
from base64 import b64encode
from contextlib import closing
from http.client import HTTPException, HTTPResponse
from typing import Any

import requests

from tests.servers import Server

KEY, SECRET = "attacker", "a secret of the attacks"
HEADERS = {
    "Authorization": "Basic " + b64encode(f"{KEY}:{SECRET}".encode()).decode(),
    "X-Experience-API-Version": "1.0.3",
}


class Client:
    """One keep-alive connection of a well-behaved client."""

    def __init__(self, server: Server) -> None:
        self._xapi = f"{server.url}/xapi"
        self._session = requests.Session()
        self._session.trust_env = False

    def ask(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send a request to a resource; headers that are given replace the usual ones."""
        headers = {**HEADERS, **options.pop("headers", {})}
        return self._session.request(
            method, self._xapi + path, headers=headers, timeout=60, **options
        )

    def post(self, *statements: Any) -> requests.Response:
        """Post a batch."""
        return self.ask("POST", "/statements", json=list(statements))

    def close(self) -> None:
        """Hang up."""
        self._session.close()


def connected(server: Server) -> closing[socket.socket]:
    """Open a socket, for what no library would send."""
    return closing(socket.create_connection(("127.0.0.1", server.port), timeout=20))


def head(method: str, path: str, *lines: str) -> bytes:
    """Return the beginning of a request, with the usual headers and more."""
    usual = ["Host: 127.0.0.1", *(f"{name}: {value}" for name, value in HEADERS.items())]
    return "\r\n".join([f"{method} {path} HTTP/1.1", *usual, *lines, "", ""]).encode("latin-1")


def answered(connection: socket.socket) -> tuple[int, bytes]:
    """Return the status and body of an answer; 0 if there is none."""
    answer = HTTPResponse(connection)
    try:
        answer.begin()
        return answer.status, answer.read()
    except (HTTPException, OSError):
        return 0, b""
