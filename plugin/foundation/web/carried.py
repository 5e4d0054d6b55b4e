"""A visit where every cookie is refused: its key stands before the path, `/s/<key>/l/<launch>/…`.

The key is taken off before any view sees the path and becomes the root that the process is mounted
at, so that every address which a page makes for its links, forms and scripts has it again; no room
knows of it. What stands in an address can be copied and passed on, so the key counts only where the
browser says that one of our own pages asked: not in the address bar, not from another site.

docs/adr/0014
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import request

from plugin.foundation.web.security import is_from_our_own_page

_CARRIED: Final = re.compile(r"/s/([A-Za-z0-9_-]{43})(?=/(?:l|static)/)")
_KEY: Final = "mentes.carried_key"


class Carrying:
    """Takes the keys of visits off the path, before the application."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        path = environ.get("PATH_INFO", "")
        if found := _CARRIED.match(path):
            root = environ.get("SCRIPT_NAME", "") + found[0]
            environ |= {"SCRIPT_NAME": root, "PATH_INFO": path[found.end() :], _KEY: found[1]}
        return self._application(environ, start_response)


def carried_key() -> str | None:
    """Return the key in the address of this request, if one of our own pages sent it."""
    key: str | None = request.environ.get(_KEY)
    return key if key is not None and is_from_our_own_page() else None


def carrying(key: str, path: str) -> str:
    """Return `path`, one of ours, with the key of a visit before it."""
    return f"/s/{key}{path}"
