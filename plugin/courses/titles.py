"""Titles, as what people write: told apart by their words alone."""

from __future__ import annotations


def compared(title: str | None) -> str:
    """Return a title as it is compared with others: without regard to spaces and case."""
    return " ".join((title or "").split()).casefold()
