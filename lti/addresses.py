"""Keeps calls to platforms off private addresses, at the one place that cannot be fooled.

Looking a name up first and connecting later leaves time for the answer to change. So the guard also
asks the connected socket whom it reached, before a byte is sent.
"""

import socket
from contextlib import suppress
from ipaddress import IPv6Address, ip_address
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool


class PrivateAddress(Exception):
    """A connection led to an address that is not public."""


def is_public(address: str) -> bool:
    """Return whether `address` is one that the Internet at large can reach."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        embedded = ip.ipv4_mapped or ip.sixtofour
        if embedded is not None:
            return is_public(str(embedded))
    return ip.is_global and not ip.is_multicast


def _insist_on_public(address: str) -> None:
    if not is_public(address):
        raise PrivateAddress


class _GuardedConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        # Ask before connecting as well, or refusals would tell which private ports are open.
        with suppress(socket.gaierror):
            for *_, address in socket.getaddrinfo(self._dns_host, self.port):
                _insist_on_public(str(address[0]))
        connected = super()._new_conn()
        try:
            _insist_on_public(connected.getpeername()[0])
        except PrivateAddress:
            connected.close()
            raise
        return connected


class _GuardedPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedConnection


class GuardedAdapter(HTTPAdapter):
    """Https to public addresses only; an operator's egress proxy guards what goes through it."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools of guarded connections."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"https": _GuardedPool}
