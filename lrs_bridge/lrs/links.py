"""Writing and removing what statements are found by.

These are most of the rows that a statement costs. They are written in the order of their index.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, delete, select
from sqlalchemy.orm import Session

from lrs_bridge.lrs.bulk import insert_rows
from lrs_bridge.lrs.direct import Over
from lrs_bridge.lrs.index import Entry, entry
from lrs_bridge.lrs.tables import reach, reached_key, statement, statement_key

_PART = 1000  # rows that are read at a time

Reached = tuple[int, int, Entry]
"""A statement, one that it reaches by references, and what that one is found by."""


def write(
    over: Over,
    organisation_id: UUID,
    found_by: Iterable[tuple[int, Entry]],
    reached: Sequence[Reached],
) -> None:
    """Let statements be found: each by its own entry, and by those of what it reaches."""
    insert_rows(over, statement_key, sorted(_own(found_by)))
    if reached:
        pairs = sorted((organisation_id, seq, via) for seq, via, _ in reached)
        insert_rows(over, reach, pairs)
        insert_rows(over, reached_key, sorted(_theirs(reached)))


def rebuild(session: Session) -> None:
    """Write again what every statement is found by; the statements themselves are all it takes."""
    for table in (statement_key, reached_key):
        session.execute(delete(table))
    texts = select(statement.c.organisation_id, statement.c.payload, statement.c.assigned)
    for rows in _in_parts(session, texts.add_columns(statement.c.seq)):
        own = _own((row.seq, _entry_of(row)) for row in rows)
        insert_rows(session, statement_key, sorted(own))
    same = statement.c.organisation_id == reach.c.organisation_id
    others = texts.add_columns(reach.c.seq, reach.c.via).join(
        reach, and_(same, statement.c.seq == reach.c.via)
    )
    for rows in _in_parts(session, others):
        theirs = _theirs((row.seq, row.via, _entry_of(row)) for row in rows)
        insert_rows(session, reached_key, sorted(theirs))


def _own(found_by: Iterable[tuple[int, Entry]]) -> Iterator[tuple[int, ...]]:
    return ((key, seq, it.verb) for seq, it in found_by for key in it.keys)


def _theirs(reached: Iterable[Reached]) -> Iterator[tuple[int, ...]]:
    return ((key, seq, via, it.verb) for seq, via, it in reached for key in it.through)


def _in_parts(session: Session, query: Select[Any]) -> Iterator[Sequence[Row[Any]]]:
    """Yield the rows of `query`, a thousand at a time: a store need not fit into memory."""
    yield from session.execute(query.execution_options(yield_per=_PART)).partitions()


def _entry_of(row: Row[Any]) -> Entry:
    authority = json.loads(row.assigned)["authority"]
    return entry(row.organisation_id, json.loads(row.payload), authority)
