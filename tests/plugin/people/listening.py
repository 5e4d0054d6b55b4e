"""Hearing who becomes known: there is no row of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from plugin.app import Mentes
from plugin.foundation.db import Database
from plugin.people.events import PersonKnown


@contextmanager
def listening(mentes: Mentes) -> Iterator[tuple[Database, list[PersonKnown]]]:
    """Have the same database, and what is told of people through it."""
    told: list[PersonKnown] = []
    database = Database(
        mentes.settings.database_url,
        subscribers={PersonKnown: [lambda _session, _id, event: told.append(event)]},
    )
    try:
        yield database, told
    finally:
        database.dispose()
