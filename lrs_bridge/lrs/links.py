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
from lrs_bridge.lrs.index import Key, statement_keys
from lrs_bridge.lrs.tables import reach, reached_key, statement, statement_key

_PART = 1000  # rows that are read at a time

Reached = tuple[int, int, frozenset[Key]]
"""A statement, one that it reaches by references, and the keys of that one."""


def write(
    session: Session,
    organisation_id: UUID,
    found_by: Iterable[tuple[int, frozenset[Key]]],
    reached: Sequence[Reached],
) -> None:
    """Let statements be found: each by its own keys, and by those of what it reaches."""
    own = [(key, seq) for seq, keys in found_by for key in keys]
    insert_rows(session, statement_key, sorted(own))
    if not reached:
        return
    insert_rows(session, reach, sorted((organisation_id, seq, via) for seq, via, _ in reached))
    theirs = [(key, seq, via) for seq, via, keys in reached for key in keys]
    insert_rows(session, reached_key, sorted(theirs))


def rebuild(session: Session) -> None:
    """Write again what every statement is found by; the statements themselves are all it takes."""
    for table in (statement_key, reached_key):
        session.execute(delete(table))
    texts = select(statement.c.payload, statement.c.assigned)
    own = texts.add_columns(statement.c.organisation_id, statement.c.seq)
    for rows in _in_parts(session, own):
        own_keys = [(key, row.seq) for row in rows for key in _keys_of(row)]
        insert_rows(session, statement_key, sorted(own_keys))
    others = texts.add_columns(reach.c.organisation_id, reach.c.seq, reach.c.via).join(
        reach,
        and_(
            statement.c.organisation_id == reach.c.organisation_id, statement.c.seq == reach.c.via
        ),
    )
    for rows in _in_parts(session, others):
        their_keys = [(key, row.seq, row.via) for row in rows for key in _keys_of(row)]
        insert_rows(session, reached_key, sorted(their_keys))


def _in_parts(session: Session, query: Select[Any]) -> Iterator[Sequence[Row[Any]]]:
    """Yield the rows of `query`, a thousand at a time: a store need not fit into memory."""
    yield from session.execute(query.execution_options(yield_per=_PART)).partitions()


def _keys_of(row: Row[Any]) -> frozenset[Key]:
    authority = json.loads(row.assigned)["authority"]
    return statement_keys(row.organisation_id, json.loads(row.payload), authority)
