"""Asking a remote store: an answer in time and of a size that we have a use for, or none.

The timeouts of requests are between two bytes. Whoever drips their headers or their body would keep
a worker for hours; so a request has an end of its own, at which its connections are cut off.
"""

from __future__ import annotations

from contextlib import suppress
from socket import SHUT_RDWR, socket
from threading import Lock, Timer
from typing import Any
from weakref import WeakSet

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connectionpool import HTTPConnectionPool

from lrs_bridge.answered import Answer

LONGEST = 20.0  # s; for the whole of a request, from looking the name up to the last byte
LARGEST_ANSWER = 1_000_000  # bytes; ids of a batch, or one statement
TIMEOUT = (3.05, LONGEST)  # seconds to connect, and between bytes of the answer
_CONSISTENT_THROUGH = "X-Experience-API-Consistent-Through"
TROUBLE = (requests.RequestException, urllib3.exceptions.HTTPError, OSError)
"""What asking raises when nothing came, not in time, or not all of it."""


class Asking:
    """One session of kept-alive connections. Not shared between threads.

    Args:
        longest: seconds that a request may take, all in all.
        timeout: seconds to connect, and between bytes of the answer.
        largest: bytes of an answer, beyond which no more of it is read.
    """

    def __init__(
        self,
        session: requests.Session | None = None,
        *,
        longest: float = LONGEST,
        timeout: tuple[float, float] = TIMEOUT,
        largest: int = LARGEST_ANSWER,
    ) -> None:
        self._session = session or requests.Session()
        self._longest = longest
        self._timeout = timeout
        self._largest = largest
        self._watch = _Watch()
        for adapter in self._session.adapters.values():
            if isinstance(adapter, HTTPAdapter):
                self._watch.over(adapter)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def ask(self, method: str, url: str, **options: Any) -> Answer:
        """Send a request, and return what came of it; `options` are those of requests.

        Raises:
            TROUBLE: nothing came, not in time, or not all of it; ReadTimeout if it took too long.
        """
        self._watch.is_over = False
        end = Timer(self._longest, self._watch.cut_off)
        end.daemon = True
        end.start()
        try:
            with self._session.request(
                method,
                url,
                timeout=self._timeout,
                allow_redirects=False,  # a redirect would take the credential elsewhere
                stream=True,
                **options,
            ) as response:
                body = _read(response, self._largest)
            if self._watch.is_over:  # what was cut off may look like an end
                raise requests.exceptions.ReadTimeout
        except TROUBLE as error:
            if self._watch.is_over:
                raise requests.exceptions.ReadTimeout from error
            raise
        finally:
            end.cancel()
        return Answer(
            status=response.status_code,
            body=body,
            retry_after=response.headers.get("Retry-After"),
            consistent_through=response.headers.get(_CONSISTENT_THROUGH),
        )


def _read(response: requests.Response, largest: int) -> bytes:
    """Return the body, as far as it is of a size that we have a use for."""
    body = bytearray()
    while chunk := response.raw.read1(65536, decode_content=True):  # what has arrived, not more
        body += chunk
        if len(body) > largest:
            break
    return bytes(body)


class _Watch:
    """Knows the connections of a session, to cut them off."""

    def __init__(self) -> None:
        self.is_over = False
        self._sockets: WeakSet[socket] = WeakSet()  # who reads to the end has no connection
        self._lock = Lock()

    def over(self, adapter: HTTPAdapter) -> None:
        """Have an adapter's connections known from now on."""
        pools = adapter.poolmanager.pool_classes_by_scheme
        adapter.poolmanager.pool_classes_by_scheme = {
            scheme: self._watched(pool) for scheme, pool in pools.items()
        }

    def _watched(self, pool: type[HTTPConnectionPool]) -> type[HTTPConnectionPool]:
        watch, connections = self, pool.ConnectionCls

        class Watched(connections):  # type: ignore[misc, valid-type] # whichever the pool makes
            def connect(self) -> None:
                super().connect()
                watch.knows(self.sock)

        return type(pool.__name__, (pool,), {"ConnectionCls": Watched})

    def knows(self, connected: socket) -> None:
        """Keep a connection in mind; when time is up already, it is of no use."""
        with self._lock:
            self._sockets.add(connected)
            if self.is_over:
                _cut(connected)

    def cut_off(self) -> None:
        """End what is under way."""
        with self._lock:
            self.is_over = True
            for connected in self._sockets:
                _cut(connected)


def _cut(connected: socket) -> None:
    with suppress(OSError):  # it has ended by itself
        socket.shutdown(connected, SHUT_RDWR)  # of TLS, too: what it rests on
