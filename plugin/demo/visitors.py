"""Whose request it is, and which pages are whose."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import current_app, g, redirect, request, url_for
from werkzeug.exceptions import Forbidden

from plugin.demo.campus import Campus
from plugin.demo.people import Part, Person

KEY = "campus"
COOKIE = "campus_session"
View = TypeVar("View", bound=Callable[..., Any])


def campus() -> Campus:
    """Return the campus that this request is for."""
    found: Campus = current_app.extensions[KEY]
    return found


def visitor() -> Person | None:
    """Return who is signed in."""
    if "visitor" not in g:
        g.visitor = campus().signed_in(request.cookies.get(COOKIE))
    found: Person | None = g.visitor
    return found


def me() -> Person:
    """Return who is signed in, on a page that is for nobody else."""
    person = visitor()
    if person is None:
        raise Forbidden("Choose who you are first.")
    return person


def for_(*parts: Part) -> Callable[[View], View]:
    """Let those who are one of `parts` see a page; with none named, everybody who is signed in."""

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(**values: Any) -> Any:
            person = visitor()
            if person is None:
                return redirect(url_for("pages.choose"), 303)
            if parts and person.part not in parts:
                raise Forbidden(f"This page is for {' and '.join(part.value for part in parts)}.")
            return view(**values)

        return guarded  # type: ignore[return-value]

    return declare
