"""Removing what statements were found by, and what others were found by through them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Row, Table, and_, bindparam, delete, select
from sqlalchemy.orm import Session

from lrs_bridge.lrs.index import Entry, entry
from lrs_bridge.lrs.tables import reach, reached_key, statement, statement_key

_TOGETHER = 10_000  # rows that are deleted with one statement to the database
_VALUES = 500  # that a query has at most


def forget(session: Session, organisation_id: UUID, gone: Mapping[int, Entry]) -> None:
    """Remove what the statements at the places `gone` are found by; before they are removed.

    A statement that refers to one of them stays, and is found as if its target had never come: by
    itself alone, and no longer by what it reached through it.
    """
    _delete(session, statement_key, _own(gone))
    lost = _lost(session, organisation_id, gone)
    if not lost:
        return
    entries = {**_entries(session, organisation_id, {via for _, via in lost} - gone.keys()), **gone}
    theirs = (
        (key, seq, via, entries[via].verb) for seq, via in lost for key in entries[via].through
    )
    _delete(session, reached_key, theirs)
    _delete(session, reach, ((organisation_id, seq, via) for seq, via in lost))


def _own(gone: Mapping[int, Entry]) -> Iterator[tuple[int, ...]]:
    return ((key, seq, it.verb) for seq, it in gone.items() for key in it.keys)


def _lost(session: Session, organisation_id: UUID, gone: Collection[int]) -> set[tuple[int, int]]:
    """Return the pairs (seq, via) that are no longer so without the places `gone`."""
    own = _pairs(session, organisation_id, reach.c.seq, gone)
    through = {seq for seq, _ in _pairs(session, organisation_id, reach.c.via, gone)} - set(gone)
    if not through:
        return own
    before = _pairs(session, organisation_id, reach.c.seq, through)
    targets = _targets(session, organisation_id, {place for pair in before for place in pair})
    after = {(seq, via) for seq in through for via in _chain(seq, targets, gone)}
    return own | (before - after)


def _chain(seq: int, targets: Mapping[int, int], gone: Collection[int]) -> Iterator[int]:
    """Yield what a statement reaches: each refers to one other at most, in the end to itself."""
    seen = {seq, *gone}
    at = targets.get(seq)
    while at is not None and at not in seen:
        yield at
        seen.add(at)
        at = targets.get(at)


def _pairs(
    session: Session, organisation_id: UUID, column: Column[Any], places: Collection[int]
) -> set[tuple[int, int]]:
    """Return the pairs (seq, via) with one of `places` in `column`."""
    query = select(reach.c.seq, reach.c.via).where(reach.c.organisation_id == organisation_id)
    return {
        (row.seq, row.via)
        for some in _parts(places)
        for row in session.execute(query.where(column.in_(some)))
    }


def _targets(session: Session, organisation_id: UUID, seqs: Collection[int]) -> dict[int, int]:
    """Return which of the statements at `seqs` each of them refers to."""
    places: dict[UUID, int] = {}
    named: dict[int, UUID] = {}
    for some in _parts(seqs):
        for row in _statements(session, organisation_id, some, statement.c.id, statement.c.target):
            places[row.id] = row.seq
            if row.target is not None:
                named[row.seq] = row.target
    return {seq: places[id] for seq, id in named.items() if id in places}


def _entries(session: Session, organisation_id: UUID, seqs: Collection[int]) -> dict[int, Entry]:
    found = {}
    for some in _parts(seqs):
        columns = statement.c.payload, statement.c.assigned
        for row in _statements(session, organisation_id, some, *columns):
            authority = json.loads(row.assigned)["authority"]
            found[row.seq] = entry(organisation_id, json.loads(row.payload), authority)
    return found


def _statements(
    session: Session, organisation_id: UUID, seqs: Collection[int], *columns: Any
) -> Iterable[Row[Any]]:
    return session.execute(
        select(statement.c.seq, *columns).where(
            statement.c.organisation_id == organisation_id, statement.c.seq.in_(seqs)
        )
    )


def _parts(values: Collection[int]) -> Iterator[list[int]]:
    rest = iter(sorted(values))
    while some := list(islice(rest, _VALUES)):
        yield some


def _delete(session: Session, table: Table, rows: Iterable[tuple[Any, ...]]) -> None:
    """Delete rows, given as the values of their primary key, which is all that these have."""
    same = and_(*(column == bindparam(f"its_{column.name}") for column in table.primary_key))
    names = [f"its_{column.name}" for column in table.primary_key]
    rest = (dict(zip(names, row, strict=True)) for row in rows)
    while some := list(islice(rest, _TOGETHER)):
        session.connection().execute(delete(table).where(same), some)
