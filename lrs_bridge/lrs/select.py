"""Reading: one statement, or one page of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Select, and_, false, func, select
from sqlalchemy.orm import Session

from lrs_bridge.errors import StatementNotFound
from lrs_bridge.lrs.index import PLAIN, RELATED, key
from lrs_bridge.lrs.query import StatementQuery
from lrs_bridge.lrs.tables import reach, statement, statement_activity, statement_agent


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A stored statement, ready to be shown.

    Attributes:
        text: the statement as received (with what the standard makes an LRS change).
        assigned: JSON object of what the store added.
    """

    seq: int
    stored: datetime
    text: str
    assigned: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Statements in order, and where the next page begins (None after the last)."""

    found: list[Found]
    after: int | None


def one(
    session: Session, organisation_id: UUID, id: UUID, *, voided: bool, authority: int | None = None
) -> Found:
    """Return the statement with this id.

    Args:
        voided: whether it must be a voided one; otherwise it must not be.
        authority: index key; only statements of this authority exist.

    Raises:
        StatementNotFound: if there is none like that.
    """
    query = _shown().where(
        statement.c.organisation_id == organisation_id,
        statement.c.id == id,
        statement.c.voided == voided,
    )
    if authority is not None:
        query = query.where(statement.c.authority == authority)
    row = session.execute(query).first()
    if row is None:
        kind = "voided statement" if voided else "statement"
        raise StatementNotFound(f"There is no {kind} with the id {id}.")
    return _found(row)


def page(
    session: Session,
    organisation_id: UUID,
    query: StatementQuery,
    *,
    authority: int | None = None,
) -> Page:
    """Return the statements that match `query`, newest first unless it says ascending.

    One row more than the limit is read, so that a last page that is full is known to be the last.
    """
    seqs = _matching(organisation_id, query, authority).limit(query.limit + 1).subquery()
    rows = session.execute(
        _shown()
        .join(seqs, statement.c.seq == seqs.c.seq)
        .where(statement.c.organisation_id == organisation_id)
        .order_by(_order(query, statement.c.seq))
    ).all()
    found = [_found(row) for row in rows[: query.limit]]
    return Page(found=found, after=found[-1].seq if len(rows) > query.limit else None)


def _shown() -> Select[Any]:
    text = func.coalesce(statement.c.served, statement.c.payload).label("text")
    return select(statement.c.seq, statement.c.stored, text, statement.c.assigned)


def _found(row: Any) -> Found:
    return Found(seq=row.seq, stored=row.stored, text=row.text, assigned=row.assigned)


def _matching(organisation_id: UUID, query: StatementQuery, authority: int | None) -> Select[Any]:
    """Select the seqs that match, in order, along the narrowest index there is."""
    links = _links(organisation_id, query)
    held = and_(statement.c.organisation_id == organisation_id, statement.c.voided == false())
    if authority is not None:
        held = and_(held, statement.c.authority == authority)
    if not links:
        matching = select(statement.c.seq).where(held)
        place: ColumnElement[int] = statement.c.seq
    else:
        (first, condition), *others = links
        place = first.c.seq
        joined: FromClause = first
        for other, _ in others:
            joined = joined.join(
                other, and_(other.c.seq == first.c.seq, other.c.via == first.c.via)
            )
        joined = joined.join(statement, and_(statement.c.seq == place, held))
        matching = (
            select(place)
            .distinct()  # one statement can match through several that it refers to
            .select_from(joined)
            .where(condition, *(it for _, it in others))
        )
    return matching.where(*_bounds(organisation_id, query, place)).order_by(_order(query, place))


def _links(
    organisation_id: UUID, query: StatementQuery
) -> list[tuple[FromClause, ColumnElement[bool]]]:
    """Return the index tables to join, most selective first, each with its condition."""
    verb = None if query.verb is None else key(query.verb)
    found: list[tuple[FromClause, ColumnElement[bool]]] = []
    for table, column, value, related in (
        (statement_agent, "agent", query.agent, query.related_agents),
        (statement_activity, "activity", query.activity, query.related_activities),
    ):
        if value is None:
            continue
        condition = and_(
            table.c.organisation_id == organisation_id,
            table.c[column] == key(value),
            table.c.scope == (RELATED if related else PLAIN),
        )
        found.append((table, condition if verb is None else and_(condition, table.c.verb == verb)))
    if query.registration is not None or (verb is not None and not found):
        condition = reach.c.organisation_id == organisation_id
        if query.registration is not None:
            condition = and_(condition, reach.c.registration == key(str(query.registration)))
        if verb is not None:
            condition = and_(condition, reach.c.verb == verb)
        found.append((reach, condition))
    return found


def _bounds(
    organisation_id: UUID, query: StatementQuery, place: ColumnElement[int]
) -> list[ColumnElement[bool]]:
    """Return the limits on seq; times become places, since `stored` rises along seq."""
    bounds = []
    if query.since is not None:
        bounds.append(place > _place_of(organisation_id, query.since))
    if query.until is not None:
        bounds.append(place <= _place_of(organisation_id, query.until))
    if query.after is not None:
        bounds.append(place > query.after if query.ascending else place < query.after)
    return bounds


def _place_of(organisation_id: UUID, at: datetime) -> ColumnElement[int]:
    """Return the seq of the newest statement stored at or before `at`, or 0."""
    newest = (
        select(statement.c.seq)
        .where(statement.c.organisation_id == organisation_id, statement.c.stored <= at)
        .order_by(statement.c.stored.desc())
        .limit(1)
        .correlate(None)
        .scalar_subquery()
    )
    return func.coalesce(newest, 0)


def _order(query: StatementQuery, place: ColumnElement[int]) -> ColumnElement[int]:
    return place.asc() if query.ascending else place.desc()
