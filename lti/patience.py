"""An end to a whole call, however slowly the other side answers.

The timeouts of requests are between two bytes. Whoever drips a handshake, a status line, headers or
a body would keep us for ever, and so would a name with a hundred addresses that do not answer. So
nothing waits longer for its next byte than what is left of the call.

What is not bounded here is looking a name up: that is the resolver's own patience.
"""

import math
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from http.client import HTTPResponse
from io import BufferedReader, RawIOBase
from typing import Any, Final

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

_END: Final[ContextVar[float]] = ContextVar("end of the call", default=math.inf)


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Let whatever is called within this thread meanwhile be over in so many seconds."""
    token = _END.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _END.reset(token)


def is_over() -> bool:
    """Whether the time of the call has run out."""
    return time.monotonic() >= _END.get()


def left(usual: float | None) -> float | None:
    """Return how long to wait for the next thing: as long as usual, or until the end of the call.

    None stands for ever, as it does for sockets.

    Raises:
        TimeoutError: the time of the call has run out.
    """
    rest = _END.get() - time.monotonic()
    if rest <= 0:
        raise TimeoutError
    shorter = min(rest, math.inf if usual is None else usual)
    return shorter if shorter < math.inf else None


class _Timely(RawIOBase):
    """What a socket receives, for as long as there is time."""

    def __init__(self, received: RawIOBase, connected: socket.socket) -> None:
        self._received = received
        self._connected = connected
        self._usual = connected.gettimeout()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._connected.settimeout(left(self._usual))
        return self._received.readinto(buffer)

    def close(self) -> None:
        self._received.close()
        super().close()


class _TimelyResponse(HTTPResponse):
    """An answer whose every byte, of the status line, the headers and the body, comes in time."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = BufferedReader(_Timely(self.fp.detach(), sock))


class _Timed:
    """What both kinds of connections have in common: the time in which they are made."""

    def _new_conn(self: Any) -> socket.socket:
        """Connect to one of the host's addresses, in the time that is left for all of them."""
        failure: OSError = OSError("no address")
        for *kind, _, address in socket.getaddrinfo(
            self._dns_host, self.port, type=socket.SOCK_STREAM
        ):
            wait = left(self.timeout)
            try:
                return _connected(kind, address, wait, self.socket_options or ())
            except OSError as error:
                failure = error
        raise failure


def _connected(kind: list[int], address: Any, wait: float | None, options: Any) -> socket.socket:
    """Return a connected socket, which waits so long for what follows: a handshake."""
    connecting = socket.socket(*kind)
    try:
        for option in options:
            connecting.setsockopt(*option)
        connecting.settimeout(wait)
        connecting.connect(address)
        connecting.settimeout(left(wait))
    except OSError:
        connecting.close()
        raise
    return connecting


class TimedConnection(_Timed, HTTPConnection):
    """A connection without TLS that keeps to the time of a call."""

    response_class = _TimelyResponse


class TimedSecureConnection(_Timed, HTTPSConnection):
    """A connection with TLS that keeps to the time of a call, the handshake included."""

    response_class = _TimelyResponse


class _TimedPool(HTTPConnectionPool):
    ConnectionCls = TimedConnection


class _TimedSecurePool(HTTPSConnectionPool):
    ConnectionCls = TimedSecureConnection


_POOLS: Final = {"http": _TimedPool, "https": _TimedSecurePool}


class TimedAdapter(HTTPAdapter):
    """Connections that keep to the time of a call, through an operator's proxy as well.

    A proxy by SOCKS has connections of its own; what is under way there has no end but the
    timeouts.
    """

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools of timed connections."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """Return the pools through `proxy`, of timed connections."""
        manager = super().proxy_manager_for(proxy, **kwargs)
        if not proxy.lower().startswith("socks"):
            manager.pool_classes_by_scheme = _POOLS
        return manager
