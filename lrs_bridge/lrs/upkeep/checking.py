"""Whether the store agrees with itself: every row that follows from another is there, and no more.

Statements are the truth; what they are found by, whom they reach and void, and what came with them
follows. What follows is worked out again and compared with what is kept. Tables are read once, in
parts; two heaps of index rows are compared by their sums, so that memory does not grow with them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, Table, and_, select
from sqlalchemy.orm import Session

from lrs_bridge.lrs.attachments import received as attachments
from lrs_bridge.lrs.attachments.contents import Contents
from lrs_bridge.lrs.formats import altered
from lrs_bridge.lrs.index import Entry, digest, entry
from lrs_bridge.lrs.order import moment
from lrs_bridge.lrs.recording import key_of
from lrs_bridge.lrs.tables import (
    attachment,
    document,
    reach,
    reached_key,
    statement,
    statement_attachment,
    statement_key,
    tombstone,
)
from lrs_bridge.lrs.upkeep.following import Place, References
from lrs_bridge.statement import parsed_timestamp, written_timestamp
from lrs_bridge.vocabulary import Verb

_PART = 1000  # rows that are read at a time
_SUMS = 2**64


def faults(session: Session, contents: Contents | None = None) -> Iterator[str]:
    """Yield a sentence for everything that is not as it must be; none if the store is sound.

    Ask in a transaction that sees one moment.

    Args:
        contents: where large attachments are kept.
    """
    found_by = _Heap()
    for rows in _in_parts(session, select(statement)):
        for row in rows:
            yield from _faults_of_statement(row)
            found_by.add(_keys_of(row))
        yield from _faults_of_what_came_with(session, rows)
    yield from _compared("what statements are found by", found_by, _heap(session, statement_key))
    yield from _faults_of_references(session)
    yield from _faults_of_contents(session, contents)
    yield from _faults_of_documents(session)


class _Heap:
    """Rows in no order, known by their number and a sum over them."""

    def __init__(self) -> None:
        self.rows = 0
        self.sum = 0

    def add(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Put rows on it."""
        for row in rows:
            self.rows += 1
            self.sum = (self.sum + hash(row)) % _SUMS


def _compared(what: str, expected: _Heap, kept: _Heap) -> Iterator[str]:
    if (expected.rows, expected.sum) != (kept.rows, kept.sum):
        yield f"Of {what}, there should be {expected.rows} rows, and there are {kept.rows}."


def _heap(session: Session, table: Table) -> _Heap:
    heap = _Heap()
    for rows in _in_parts(session, select(table)):
        heap.add(tuple(row) for row in rows)
    return heap


def _in_parts(session: Session, query: Select[Any]) -> Iterator[Sequence[Row[Any]]]:
    yield from session.execute(query.execution_options(yield_per=_PART)).partitions()


# Statements


def _faults_of_statement(row: Row[Any]) -> Iterator[str]:
    """Yield the columns of a statement that do not say what its text says."""
    payload, assigned = json.loads(row.payload), json.loads(row.assigned)
    whole, what = {**payload, **assigned}, payload["object"]
    target = UUID(what["id"]) if what.get("objectType") == "StatementRef" else None
    for column, expected in (
        ("id", UUID(whole["id"])),
        ("timestamp", parsed_timestamp(whole["timestamp"])),
        ("authority", key_of(assigned["authority"])),
        ("target", target),
        ("voiding", payload["verb"]["id"] == Verb.VOIDED),
        ("served", altered(row.payload, payload)),
    ):
        if row._mapping[column] != expected:
            yield f"{_named(row)} does not say in its column {column} what its text says."
    if assigned["stored"] != written_timestamp(moment(row.seq)):
        yield f"{_named(row)} was stored at another time than its place in the order says."


def _named(row: Row[Any]) -> str:
    return f"Statement {row.id}"


def _keys_of(row: Row[Any]) -> Iterator[tuple[int, int, int]]:
    """Yield the rows of the index that lead to a statement."""
    found_by = _entry_of(row)
    return ((key, row.seq, found_by.verb) for key in found_by.keys)


def _entry_of(row: Row[Any]) -> Entry:
    authority = json.loads(row.assigned)["authority"]
    return entry(row.organisation_id, json.loads(row.payload), authority)


# References


def _faults_of_references(session: Session) -> Iterator[str]:
    references = References(session)
    voided = references.voided() | _voided_by_erased(session)
    wrong = len(voided ^ _voided(session))
    if wrong:
        yield f"{wrong} statements are voided and do not say so, or say so and are not."
    yield from references.faults()
    expected = _Heap()
    expected.add(references.reached())
    yield from _compared("which statements reach which", expected, _heap(session, reach))
    found_by = _Heap()
    same = and_(
        statement.c.organisation_id == reach.c.organisation_id, statement.c.seq == reach.c.via
    )
    through = select(statement, reach.c.seq.label("outer")).join(reach, same)
    for rows in _in_parts(session, through):
        for row in rows:
            it = _entry_of(row)
            found_by.add((key, row.outer, row.seq, it.verb) for key in it.through)
    kept = _heap(session, reached_key)
    yield from _compared("what statements are found by through others", found_by, kept)


def _voided(session: Session) -> set[Place]:
    rows = session.execute(
        select(statement.c.organisation_id, statement.c.seq).where(statement.c.voided)
    )
    return {(row.organisation_id, row.seq) for row in rows}


def _voided_by_erased(session: Session) -> set[Place]:
    """Return the statements that one voided which is erased since; they stay voided."""
    same = and_(
        tombstone.c.organisation_id == statement.c.organisation_id,
        tombstone.c.voided == statement.c.id,
    )
    rows = session.execute(
        select(statement.c.organisation_id, statement.c.seq)
        .join(tombstone, same)
        .where(~statement.c.voiding)
    )
    return {(row.organisation_id, row.seq) for row in rows}


# Attachments


def _faults_of_what_came_with(session: Session, rows: Sequence[Row[Any]]) -> Iterator[str]:
    """Yield the statements that lack content which must have come with them."""
    needed = {
        (row.organisation_id, row.seq, described["sha2"].lower()): row
        for row in rows
        if '"attachments"' in row.payload
        for _, described in attachments.described_in(json.loads(row.payload))
        if "fileUrl" not in described
    }
    links = statement_attachment.c
    kept = session.execute(
        select(links.organisation_id, links.seq, links.digest).where(
            links.seq.in_({seq for _, seq, _ in needed})
        )
    )
    for missing in needed.keys() - {tuple(row) for row in kept}:
        yield f"{_named(needed[missing])} came with an attachment that is not kept."


def _faults_of_contents(session: Session, contents: Contents | None) -> Iterator[str]:
    links = statement_attachment.c
    for table, what in (
        (attachment, "An attachment is named by statements and not kept"),
        (statement, "An attachment is said to have come with a statement that there is not"),
    ):
        shared = table.c.digest == links.digest if table is attachment else table.c.seq == links.seq
        other = and_(table.c.organisation_id == links.organisation_id, shared)
        lost = select(links.digest).outerjoin(table, other).where(table.c.organisation_id.is_(None))
        yield from (f"{what}: {digest}." for digest in session.scalars(lost))
    for rows in _in_parts(session, select(attachment)):
        for row in rows:
            content = row.content
            if content is None:
                content = contents.get(row.name) if contents else None
            if content is None:
                yield f"The content of an attachment is lost: {row.digest}."
            elif not _is_sound(content, row):
                yield f"The content of an attachment is not what came: {row.digest}."


def _is_sound(content: bytes, row: Row[Any]) -> bool:
    found = attachments.DIGESTS[len(row.digest)](content).hexdigest()
    return (found, len(content)) == (row.digest, row.length)


# Documents


def _faults_of_documents(session: Session) -> Iterator[str]:
    for rows in _in_parts(session, select(document)):
        for row in rows:
            etag = hashlib.sha1(row.content, usedforsecurity=False).hexdigest()
            if (row.etag, row.key) != (etag, digest(row.id)):
                yield f"A document of {row.kind} has an ETag or a key that is not its own."
