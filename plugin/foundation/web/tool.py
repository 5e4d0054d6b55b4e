"""What a view may reach: the few things that the composition root made for this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Flask, current_app

from plugin.foundation.clock import Clock
from plugin.foundation.db import Database
from plugin.foundation.web.visit import Visit

KEY = "mentes"

FindVisit = Callable[[UUID, str | None, datetime], Visit]
"""(launch id, the key of the browser's session, now) → the visit, or raises SignInNeeded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One process of the tool."""

    database: Database
    clock: Clock
    public_url: str
    session_seconds: int
    find_visit: FindVisit


def install(app: Flask, tool: Tool) -> None:
    """Make `tool` reachable from the views of `app`."""
    app.extensions[KEY] = tool


def tool() -> Tool:
    """Return the tool that serves this request."""
    found: Tool = current_app.extensions[KEY]
    return found
