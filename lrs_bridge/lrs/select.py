"""Reading: one statement, or one page of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, true
from sqlalchemy.orm import Session

from lrs_bridge.errors import StatementNotFound
from lrs_bridge.lrs import paging
from lrs_bridge.lrs.direct import Over, Prepared
from lrs_bridge.lrs.order import moment
from lrs_bridge.lrs.paging import LARGEST_PAGE, ORGANISATION, shown
from lrs_bridge.lrs.query import StatementQuery
from lrs_bridge.lrs.tables import statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A stored statement, ready to be shown.

    Attributes:
        text: the statement as received (with what the standard makes an LRS change).
        assigned: JSON object of what the store added.
        voided: whether another statement has voided it.
    """

    seq: int
    text: str
    assigned: str
    voided: bool

    @property
    def stored(self) -> datetime:
        """Return when it was stored."""
        return moment(self.seq)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Statements in order, and where the next page begins (None after the last)."""

    found: list[Found]
    after: int | None

    def of(self, most: int) -> Page:
        """Return a page of the first `most` of its statements, 1 or more."""
        if most >= len(self.found):
            return self
        return Page(found=self.found[:most], after=self.found[most - 1].seq)


def one(
    over: Over, organisation_id: UUID, id: UUID, voided: bool, *, authority: int | None = None
) -> Found:
    """Return the statement with this id.

    Args:
        voided: whether it must be a voided one; otherwise it must not be.
        authority: index key; only statements of this authority exist.

    Raises:
        StatementNotFound: if there is none like that.
    """
    if authority is None:
        row = _OF_ANYBODY.first(over, organisation_id=organisation_id, id=id)
    else:
        row = _OF_ONE.first(over, organisation_id=organisation_id, id=id, authority=authority)
    if row is None or row.voided != voided:
        kind = "voided statement" if voided else "statement"
        raise StatementNotFound(f"There is no {kind} with the id {id}.")
    return _found(row)


def either(over: Over, organisation_id: UUID, id: UUID) -> Found:
    """Return the statement with this id, voided or not.

    Raises:
        StatementNotFound: if there is none.
    """
    row = _OF_ANYBODY.first(over, organisation_id=organisation_id, id=id)
    if row is None:
        raise StatementNotFound(f"There is no statement with the id {id}.")
    return _found(row)


def several(session: Session, organisation_id: UUID, ids: Sequence[UUID]) -> list[Found]:
    """Return those of the statements with `ids` that there are, voided or not, oldest first."""
    query = shown().where(statement.c.organisation_id == organisation_id, statement.c.id.in_(ids))
    return [_found(row) for row in session.execute(query.order_by(statement.c.seq))]


def referring(
    session: Session, organisation_id: UUID, id: UUID, *, most: int, voiding: bool = False
) -> list[Found]:
    """Return the oldest statements whose object is the one with this id.

    Args:
        voiding: whether only those are wanted that void it.
    """
    query = shown().where(statement.c.organisation_id == organisation_id, statement.c.target == id)
    if voiding:
        query = query.where(statement.c.voiding == true())
    rows = session.execute(query.order_by(statement.c.seq).limit(most))
    return [_found(row) for row in rows]


def page(
    session: Session,
    organisation_id: UUID,
    query: StatementQuery,
    *,
    authority: int | None = None,
    voided: bool = False,
    also: Sequence[str] = (),
) -> Page:
    """Return the statements that match `query`, newest first unless it says ascending.

    They are fewer than it asks for if they would be too long together (`paging.LARGEST_PAGE`).

    Args:
        authority: index key; only statements of this authority exist.
        voided: whether voided ones exist as well, which no reader of the standard is shown.
        also: further identifiers of the agent that is asked for.
    """
    asked = paging.page(
        session, organisation_id, query, authority=authority, voided=voided, also=also
    )
    rows = session.connection().execute(*asked).all()
    found: list[Found] = []
    long, size = [], 0
    for seq, text, assigned, voided_, length in rows[: query.limit]:
        size += length
        if size > LARGEST_PAGE and found:
            break
        if text is None:
            long.append(seq)
        found.append(Found(seq=seq, text=text, assigned=assigned, voided=voided_))
    if long:
        found = _whole(session, organisation_id, found, long)
    return Page(found=found, after=found[-1].seq if len(rows) > len(found) else None)


def _whole(
    session: Session, organisation_id: UUID, found: Sequence[Found], long: Sequence[int]
) -> list[Found]:
    """Return statements with their texts, which those at the places `long` lack."""
    query = shown().where(statement.c.organisation_id == organisation_id, statement.c.seq.in_(long))
    read = {row.seq: _found(row) for row in session.connection().execute(query)}
    return [read.get(one.seq, one) for one in found]


_WITH_ID = shown().where(
    statement.c.organisation_id == ORGANISATION, statement.c.id == bindparam("id")
)
_OF_ANYBODY = Prepared(_WITH_ID)
_OF_ONE = Prepared(_WITH_ID.where(statement.c.authority == bindparam("authority")))


def _found(row: Any) -> Found:
    seq, text, assigned, voided = row
    return Found(seq=seq, text=text, assigned=assigned, voided=voided)
