"""What the server for tests and demonstrations does when a client hangs up."""

import socket
import struct
from collections.abc import Iterator
from threading import Event
from wsgiref.types import StartResponse, WSGIEnvironment

from lti.testing import serving

RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing drops the connection at once


class _Answer:
    def __init__(self) -> None:
        self.sent, self.closed = Event(), Event()
        self.client_left = Event()

    def __iter__(self) -> Iterator[bytes]:
        yield b"all of it"
        self.sent.set()
        self.client_left.wait(5)

    def close(self) -> None:
        self.closed.set()


def test_an_answer_is_closed_although_the_client_hung_up() -> None:
    answer = _Answer()

    def app(_environ: WSGIEnvironment, start_response: StartResponse) -> _Answer:
        start_response("200 OK", [("Content-Length", "9")])
        return answer

    with serving(app) as server:
        client = socket.create_connection(("127.0.0.1", server.port))
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        client.sendall(b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 9\r\n\r\n123")
        assert answer.sent.wait(5)
        client.close()
        answer.client_left.set()
        assert answer.closed.wait(5)
