"""Closed-loop load: so many connections, each asking again as soon as it is answered.

Connections are kept alive, requests are bytes that were made ready, answers are read by their
Content-Length; so the one who measures costs a few hundredths of a millisecond a request.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from statistics import median
from urllib.parse import urlencode

Request = bytes
CPU = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What so many connections saw for so long.

    Attributes:
        seconds: how long each request took, in the order of ending.
        lasted: seconds from the first to the last.
        cpu: seconds of the server's processor time meanwhile.
        refused: answers other than 200 and 204.
    """

    seconds: list[float]
    lasted: float
    cpu: float
    refused: int

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.seconds) / self.lasted

    @property
    def cpu_ms(self) -> float:
        """Milliseconds of the server's processor time to a request."""
        return self.cpu / len(self.seconds) * 1000

    @property
    def p50(self) -> float:
        """Median, in milliseconds."""
        return median(self.seconds) * 1000

    @property
    def p95(self) -> float:
        """What 19 of 20 stay below, in milliseconds."""
        return sorted(self.seconds)[int(len(self.seconds) * 0.95)] * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a server is reached: where, and what every request carries.

    Attributes:
        path: of its Statements resource.
    """

    port: int
    path: str
    authorization: str

    def get(self, **parameters: str | int) -> Request:
        """Return a request for statements."""
        query = f"?{urlencode(parameters)}" if parameters else ""
        return self._head("GET", self.path + query) + b"\r\n"

    def follow(self, more: str) -> Request:
        """Return a request for the next page."""
        return self._head("GET", more) + b"\r\n"

    def post(self, body: bytes) -> Request:
        """Return a request to store statements."""
        head = self._head("POST", self.path)
        return head + b"Content-Length: %d\r\n\r\n" % len(body) + body

    def _head(self, method: str, target: str) -> bytes:
        return (
            f"{method} {target} HTTP/1.1\r\n"
            f"Host: 127.0.0.1:{self.port}\r\n"
            f"Authorization: {self.authorization}\r\n"
            "Content-Type: application/json\r\n"
            "X-Experience-API-Version: 1.0.3\r\n"
        ).encode()


class Connection:
    """One connection that is kept; a server may close it between two requests."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None

    def ask(self, request: Request) -> Answer:
        """Send `request` and read the answer to its end.

        Raises:
            OSError: a connection that had just been opened was closed without an answer.
        """
        for fresh in (self._socket is None, True):
            try:
                self._open().sendall(request)
                return self._read()
            except OSError:  # servers replace their workers now and then, as the standard lets them
                self.close()
                if fresh:
                    raise
        raise AssertionError

    def close(self) -> None:
        """Close it."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _open(self) -> socket.socket:
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=60)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._socket

    def _read(self) -> Answer:
        got = b""
        while b"\r\n\r\n" not in got:
            got += self._more()
        head, _, body = got.partition(b"\r\n\r\n")
        lines = head.split(b"\r\n")
        status = int(lines[0].split()[1])
        headers = dict(line.lower().split(b": ", 1) for line in lines[1:])
        length = int(headers.get(b"content-length", 0))
        parts, missing = [body], length - len(body)
        while missing > 0:
            parts.append(self._more())
            missing -= len(parts[-1])
        if headers.get(b"connection") == b"close":
            self.close()
        return Answer(status=status, body=b"".join(parts))

    def _more(self) -> bytes:
        assert self._socket is not None
        got = self._socket.recv(1 << 18)
        if not got:
            raise ConnectionError("The server closed the connection.")
        return got


@dataclass(slots=True)
class _Worker:
    """One connection's share."""

    seconds: list[float] = field(default_factory=list)
    refused: int = 0
    error: OSError | None = None


def measure(
    port: int,
    requests: Iterator[Request],
    cpu: CPU,
    *,
    connections: int,
    warm_up: float,
    lasts: float,
) -> Measured:
    """Ask for `warm_up` seconds, then for `lasts` seconds more, and measure these.

    Raises:
        OSError: the server stopped answering.
    """
    lock, workers = threading.Lock(), [_Worker() for _ in range(connections)]
    begin = time.perf_counter() + warm_up
    end = begin + lasts

    def work(worker: _Worker) -> None:
        connection = Connection(port)
        try:
            while time.perf_counter() < end or not worker.seconds:  # who is slow is measured, too
                with lock:
                    request = next(requests)
                asked = time.perf_counter()
                answer = connection.ask(request)
                if asked >= begin:
                    worker.seconds.append(time.perf_counter() - asked)
                    worker.refused += answer.status not in (200, 204)
        except OSError as error:
            worker.error = error
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    time.sleep(max(begin - time.perf_counter(), 0))
    used = cpu()
    for thread in threads:
        thread.join()
    used, lasted = cpu() - used, time.perf_counter() - begin
    for worker in workers:
        if worker.error is not None:
            raise worker.error
    return Measured(
        seconds=[each for worker in workers for each in worker.seconds],
        lasted=lasted,
        cpu=used,
        refused=sum(worker.refused for worker in workers),
    )
