"""Questions about URLs that decide whom we trust."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

DEFAULT_PORTS = {"http": 80, "https": 443}
KEPT = 1024  # URLs that are not taken apart again: a platform says the same few at every launch


@lru_cache(KEPT)
def _split(url: str) -> SplitResult | None:
    """Return the parts of an absolute web URL, or None for anything else.

    Backslashes, white space and user information are refused because browsers and libraries
    disagree about which host such a URL names.
    """
    if "\\" in url or " " in url or not url.isprintable():  # no other white space is printable
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname or "@" in parts.netloc:
        return None
    return parts


def is_web_url(url: str) -> bool:
    """Return whether `url` is an absolute http or https URL that names one host."""
    return _split(url) is not None


@lru_cache(KEPT)
def origin(url: str) -> str | None:
    """Return scheme, host and port of `url`, normalised; None if it is not a web URL.

    >>> origin("HTTPS://Lms.example:443/mod/lti")
    'https://lms.example'
    """
    parts = _split(url)
    if parts is None:
        return None
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    standard = parts.port in (None, DEFAULT_PORTS[parts.scheme])
    return f"{parts.scheme}://{host}" if standard else f"{parts.scheme}://{host}:{parts.port}"


def same_origin(one: str, other: str) -> bool:
    """Return whether both are web URLs with the same scheme, host and port."""
    return (found := origin(one)) is not None and found == origin(other)


def within(base_url: str) -> Callable[[str], bool]:
    """Return a predicate for URLs of the origin, and below the path, of `base_url`.

    Use it as `is_ours`, so that a launch can lead nowhere but to us.
    """
    home = urlsplit(base_url).path.rstrip("/")

    def is_ours(url: str) -> bool:
        parts = _split(url)
        path = parts.path if parts else ""
        climbs = "/../" in f"{path}/" or "%2e" in path.lower()
        below = path == home or path.startswith(home + "/") or (not home and not path)
        return same_origin(url, base_url) and below and not climbs

    return is_ours


def with_query(url: str, parameters: Iterable[tuple[str, str]]) -> str:
    """Return `url` with `parameters` added to, or in place of those in, its query.

    Without any it stays letter for letter as it was.
    """
    added = list(parameters)
    if not added:
        return url
    names = {name for name, _ in added}
    parts = urlsplit(url)
    kept = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in names]
    return urlunsplit(parts._replace(query=urlencode(kept + added)))


def query_names(url: str) -> frozenset[str]:
    """Return the names of the parameters in the query of `url`."""
    pairs = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    return frozenset(name for name, _ in pairs)


def with_path_suffix(url: str, suffix: str) -> str:
    """Return `url` with `suffix` at the end of its path, before any query.

    >>> with_path_suffix("https://lms.example/2/lineitem?type_id=1", "/scores")
    'https://lms.example/2/lineitem/scores?type_id=1'
    """
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + suffix))
