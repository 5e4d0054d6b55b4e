"""Cookies as browsers keep them that block third-party cookies and know partitions.

A cookie belongs to a host. In a frame of another site it is kept and sent only if it is
`Partitioned`, and then for that surrounding site alone. Loopback counts as secure.

https://www.rfc-editor.org/rfc/rfc6265 and https://datatracker.ietf.org/doc/draft-cutler-httpbis-partitioned-cookies/
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from time import time
from urllib.parse import urlsplit

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
SAFE = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Navigation:
    """A request as far as cookies care.

    Attributes:
        top: site of the whole window.
        from_elsewhere: whether another site than the target's began it or passed it on.
        is_top_level: whether it fills the window, not a frame.
    """

    url: str
    method: str
    top: str
    from_elsewhere: bool
    is_top_level: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie:
    """One cookie; `partition` is the site that it is kept for, empty for a plain one."""

    host: str
    partition: str
    name: str
    value: str
    path: str
    secure: bool
    same_site: str

    def goes_with(self, navigation: Navigation) -> bool:
        """Return whether a browser sends it."""
        parts = urlsplit(navigation.url)
        if parts.hostname != self.host or not _below(parts.path or "/", self.path):
            return False
        if self.secure and not is_trustworthy(navigation.url):
            return False
        if self.partition or site(navigation.url) != navigation.top:
            return self.partition == navigation.top and self.same_site == "none"
        if not navigation.from_elsewhere or self.same_site == "none":
            return True
        safe = navigation.method in SAFE
        return self.same_site == "lax" and navigation.is_top_level and safe


class CookieStore:
    """One browser's cookies."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, str], Cookie] = {}
        self.blocked: list[str] = []
        """Names of cookies that were not kept, in order: what a browser's console would show."""

    def header(self, navigation: Navigation) -> str:
        """Return the Cookie header for a request, or nothing."""
        sent = [cookie for cookie in self._kept.values() if cookie.goes_with(navigation)]
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in sent)

    def take(self, set_cookies: Iterable[str], navigation: Navigation) -> None:
        """Keep, replace or delete what an answer says."""
        for said in set_cookies:
            cookie, is_over = _parsed(said, navigation)
            key = (cookie.partition, cookie.host, cookie.name)
            if not _may_be_kept(cookie, said, navigation):
                self.blocked.append(cookie.name)
            elif is_over:
                self._kept.pop(key, None)
            else:
                self._kept[key] = cookie

    @property
    def kept(self) -> tuple[Cookie, ...]:
        """Everything that is kept."""
        return tuple(self._kept.values())


def site(url: str) -> str:
    """Return the site of a URL: scheme and host. (No list of public suffixes: hosts are sites.)"""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}"


def origin(url: str) -> str:
    """Return the origin of a URL."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}"


def is_trustworthy(url: str) -> bool:
    """Return whether a browser takes `url` for secure: TLS, or this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or parts.hostname in LOOPBACK


def _parsed(said: str, navigation: Navigation) -> tuple[Cookie, bool]:
    pair, *rest = said.split(";")
    name, _, value = pair.strip().partition("=")
    attributes = {
        key.strip().lower(): text.strip() for key, _, text in (each.partition("=") for each in rest)
    }
    partitioned = "partitioned" in attributes
    cookie = Cookie(
        host=urlsplit(navigation.url).hostname or "",
        partition=navigation.top if partitioned else "",
        name=name,
        value=value,
        path=attributes.get("path") or "/",
        secure="secure" in attributes,
        same_site=attributes.get("samesite", "lax").lower(),
    )
    return cookie, _is_over(attributes)


def _is_over(attributes: dict[str, str]) -> bool:
    if "max-age" in attributes:
        return int(attributes["max-age"]) <= 0
    if "expires" in attributes:
        return parsedate_to_datetime(attributes["expires"]).timestamp() <= time()
    return False


def _may_be_kept(cookie: Cookie, said: str, navigation: Navigation) -> bool:
    if (cookie.secure or cookie.partition) and not is_trustworthy(navigation.url):
        return False
    if (cookie.same_site == "none" or cookie.partition) and not cookie.secure:
        return False
    if cookie.name.startswith("__Host-"):
        attributes = said.lower().replace(" ", "").split(";")
        if not cookie.secure or "path=/" not in attributes or ";domain=" in ";".join(attributes):
            return False
    in_a_frame_elsewhere = site(navigation.url) != navigation.top
    return not in_a_frame_elsewhere or (bool(cookie.partition) and cookie.same_site == "none")


def _below(path: str, of: str) -> bool:
    return path == of or path.startswith(of if of.endswith("/") else f"{of}/")
