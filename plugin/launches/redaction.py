"""What of a refused launch may be kept: what it says of the platform, nothing of the person.

Values are kept of the few claims that refusals turn on and that describe the platform, the course
and the item; of all others only their kind: "text of 9 characters". Where the signature was not
good, anybody may have written them.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from lti import claims, urls

LONGEST: Final = 255  # characters that are kept of a text
MOST: Final = 20  # members that are kept of a list, or of an object
MOST_CLAIMS: Final = 60  # some platforms send forty

PLAIN: Final = frozenset(
    {
        *("iss", "aud", "azp", "exp", "iat", "nbf"),
        *(claims.VERSION, claims.MESSAGE_TYPE, claims.DEPLOYMENT_ID, claims.ROLES),
    }
)
"""Claims that are kept as they are."""
MEMBERS: Final[Mapping[str, frozenset[str]]] = {
    claims.CONTEXT: frozenset({"id", "type"}),
    claims.RESOURCE_LINK: frozenset({"id"}),
    claims.TOOL_PLATFORM: frozenset({"guid", "product_family_code", "version"}),
    claims.LAUNCH_PRESENTATION: frozenset({"document_target", "locale"}),
    claims.DEEP_LINKING_SETTINGS: frozenset(
        {"accept_types", "accept_presentation_document_targets", "accept_multiple"}
    ),
}
"""Claims of which these members are kept as they are."""
ADDRESSES: Final = frozenset({claims.TARGET_LINK_URI})
"""Claims that are kept without their query, which may hold anything."""
HEADER: Final = "header"
CLIENT_ID: Final = re.compile(r"[\w.:/-]{1,255}", re.ASCII)


def redacted(id_token: str) -> dict[str, Any]:
    """Return what may be kept of a token, whoever signed it; nothing if it is none."""
    parts = id_token.split(".")
    if len(parts) != 3:
        return {}
    header, said = _document(parts[0]), _document(parts[1])
    kept = {_cut(name): _redacted(name, said[name]) for name in _first(said, MOST_CLAIMS)}
    return {HEADER: {name: _plain(header.get(name)) for name in ("alg", "kid")}, **kept}


def said_to_be(issuer: object, client_id: object) -> tuple[str | None, str | None]:
    """Return what may be kept of who a platform says that it is, and for which client.

    An issuer is an address, and is kept without its query. What does not look like an address, or
    like the id of a client, may be anything: of that only the kind is kept.
    """
    return (
        _if_it_is(issuer, urls.is_web_url, _without_query),
        _if_it_is(client_id, CLIENT_ID.fullmatch, str),
    )


def _if_it_is(
    value: object, looks_right: Callable[[str], object], kept: Callable[[str], str]
) -> str | None:
    if value is None:
        return None
    if isinstance(value, str) and looks_right(value):
        return _cut(kept(value))
    return _kind(value)


def _document(part: str) -> dict[str, Any]:
    try:
        said = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _redacted(name: str, value: Any) -> Any:
    if name in PLAIN:
        return _plain(value)
    if name in MEMBERS and isinstance(value, dict):
        return {
            _cut(member): _plain(value[member]) if member in MEMBERS[name] else _kind(value[member])
            for member in _first(value)
        }
    if name in ADDRESSES and isinstance(value, str):
        return _cut(_without_query(value))
    return _kind(value)


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_scalar(each) for each in value[:MOST]]
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _cut(value)
    if isinstance(value, int | float):
        return _cut(repr(value))  # as written: also what no database takes for a number
    return _kind(value)


def _kind(value: Any) -> str:
    match value:
        case None | bool():
            return json.dumps(value)
        case str():
            return f"text of {len(value)} characters"
        case list():
            return f"list of {len(value)}"
        case dict():
            return f"object of {len(value)}"
        case _:
            return "number"


def _first(names: Iterable[str], most: int = MOST) -> list[str]:
    return sorted(names)[:most]


def _cut(text: str) -> str:
    """Return the beginning of a text, without what would do something to a terminal."""
    shown = "".join(each if each.isprintable() else "�" for each in text[:LONGEST])
    return shown if len(text) <= LONGEST else f"{shown}…"


def _without_query(url: str) -> str:
    try:
        return urlsplit(url)._replace(query="", fragment="").geturl()
    except ValueError:
        return _kind(url)
