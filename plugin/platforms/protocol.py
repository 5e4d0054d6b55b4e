"""The LTI side of one process: what talks to platforms, made once by the composition root."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, current_app

from lti.http import Http
from lti.keys import PlatformKeySets
from plugin.platforms.keys import KeyRings

KEY = "mentes.lti"


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """How this process speaks LTI."""

    http: Http
    platform_keys: PlatformKeySets
    key_rings: KeyRings
    is_ours: Callable[[str], bool]
    """Whether a URL is part of this tool."""


def install(app: Flask, protocol: Protocol) -> None:
    """Make `protocol` reachable from the views of `app`."""
    app.extensions[KEY] = protocol


def protocol() -> Protocol:
    """Return the LTI side of the process that serves this request."""
    found: Protocol = current_app.extensions[KEY]
    return found
