"""Looking for somebody by a part of their name."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import InstrumentedAttribute


def is_called(name: InstrumentedAttribute[str | None], search: str) -> ColumnElement[bool]:
    """Return the condition that a name has `search` in it, whatever the case.

    SQLite knows the case of ASCII letters alone: of others, the usual spellings are tried.
    """
    spellings = {search}
    if not search.isascii():
        spellings |= {search.lower(), search.upper(), search.title()}
    return or_(*(name.icontains(each, autoescape=True) for each in sorted(spellings)))
