"""Who may call a route. Every view declares it; a test finds the one that does not."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

from flask import g, request

from plugin.foundation.errors import Refused
from plugin.foundation.web.carried import carried_key
from plugin.foundation.web.tool import tool
from plugin.foundation.web.visit import Role, Visit

SESSION_COOKIE = "__Host-mentes"
View = TypeVar("View", bound=Callable[..., Any])


def visit() -> Visit:
    """Return the visit of this request."""
    found: Visit = g.visit
    return found


def requires(*roles: Role) -> Callable[[View], View]:
    """Let a view be called in a visit of a person who has one of `roles`.

    The view's URL carries `<uuid:launch_id>`: two courses in two tabs are two visits.
    """

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(launch_id: UUID, **values: Any) -> Any:
            enter(launch_id)
            if not g.visit.roles.intersection(roles):
                raise Refused("This page is for another role in this course.")
            return view(**values)

        guarded.requires = tuple(roles)  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return declare


def open_to(who: str, *, cross_origin: bool = False) -> Callable[[View], View]:
    """Declare that a view does its own checking and is open to `who` (said for the reader).

    Args:
        cross_origin: whether other sites may post to it (platforms do).
    """

    def declare(view: View) -> View:
        view.requires = who  # type: ignore[attr-defined]
        view.cross_origin = cross_origin  # type: ignore[attr-defined]
        return view

    return declare


def enter(launch_id: UUID) -> None:
    """Find the visit of `launch_id` for this browser and keep it for the request.

    Raises:
        SignInNeeded: there is none, it has ended, or it is another browser's.
    """
    key = carried_key() or request.cookies.get(SESSION_COOKIE)
    g.visit = tool().find_visit(launch_id, key, tool().clock())
