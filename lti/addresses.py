"""Keeps calls to platforms off private addresses, at the one place that cannot be fooled.

Looking a name up first and connecting later leaves time for the answer to change. So the guard also
asks the connected socket whom it reached, before a byte is sent.
"""

import socket
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any, Final

from urllib3.connectionpool import HTTPSConnectionPool

from lti.patience import TimedAdapter, TimedSecureConnection

_IPV4_WITHIN: Final = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))
"""Networks whose last 32 bits are an IPv4 address: NAT64 (RFC 6052, section 2.1), and those called
IPv4-compatible (RFC 4291, section 2.5.5.1)."""


class PrivateAddress(Exception):
    """A connection led to an address that is not public."""


def is_public(address: str) -> bool:
    """Return whether `address` is one that the Internet at large can reach."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        embedded = _embedded(ip)
        if embedded is not None:
            return is_public(str(embedded))
        if ip.is_site_local:
            return False
    # What is reserved has NAT64 for local use in it, 64:ff9b:1::/48 (RFC 8215).
    return ip.is_global and not (ip.is_multicast or ip.is_reserved)


def _embedded(ip: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that a gateway, or this machine, would turn `ip` into."""
    if any(ip in network for network in _IPV4_WITHIN):
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour


def _insist_on_public(address: str) -> None:
    if not is_public(address):
        raise PrivateAddress


class _GuardedConnection(TimedSecureConnection):
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


class GuardedAdapter(TimedAdapter):
    """Https to public addresses only; an operator's egress proxy guards what goes through it."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools of guarded connections."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"https": _GuardedPool}
