"""Reading: one statement, or one page of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Table, and_, exists, false, func, select, true, union
from sqlalchemy.orm import Session

from lrs_bridge.errors import StatementNotFound
from lrs_bridge.lrs.index import (
    Key,
    activity_keys,
    agent_keys,
    registration_key,
    verb_key,
)
from lrs_bridge.lrs.order import moment, place
from lrs_bridge.lrs.query import StatementQuery
from lrs_bridge.lrs.tables import reached_key, statement, statement_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A stored statement, ready to be shown.

    Attributes:
        text: the statement as received (with what the standard makes an LRS change).
        assigned: JSON object of what the store added.
        voided: whether another statement has voided it.
    """

    seq: int
    stored: datetime
    text: str
    assigned: str
    voided: bool


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


def either(session: Session, organisation_id: UUID, id: UUID) -> Found:
    """Return the statement with this id, voided or not.

    Raises:
        StatementNotFound: if there is none.
    """
    query = _shown().where(statement.c.organisation_id == organisation_id, statement.c.id == id)
    row = session.execute(query).first()
    if row is None:
        raise StatementNotFound(f"There is no statement with the id {id}.")
    return _found(row)


def referring(
    session: Session, organisation_id: UUID, id: UUID, *, most: int, voiding: bool = False
) -> list[Found]:
    """Return the oldest statements whose object is the one with this id.

    Args:
        voiding: whether only those are wanted that void it.
    """
    query = _shown().where(statement.c.organisation_id == organisation_id, statement.c.target == id)
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

    Args:
        authority: index key; only statements of this authority exist.
        voided: whether voided ones exist as well, which no reader of the standard is shown.
        also: further identifiers of the agent that is asked for.
    """
    places = _matching(session, organisation_id, query, authority, voided, also).subquery()
    rows = session.execute(
        _shown()
        .join(places, statement.c.seq == places.c.seq)
        .where(statement.c.organisation_id == organisation_id)
        .order_by(_order(query, statement.c.seq))
    ).all()
    found = [_found(row) for row in rows[: query.limit]]
    return Page(found=found, after=found[-1].seq if len(rows) > query.limit else None)


def _shown() -> Select[Any]:
    text = func.coalesce(statement.c.served, statement.c.payload).label("text")
    return select(statement.c.seq, text, statement.c.assigned, statement.c.voided)


def _found(row: Any) -> Found:
    return Found(
        seq=row.seq,
        stored=moment(row.seq),
        text=row.text,
        assigned=row.assigned,
        voided=row.voided,
    )


def _matching(
    session: Session,
    organisation_id: UUID,
    query: StatementQuery,
    authority: int | None,
    voided: bool,
    also: Sequence[str],
) -> Select[Any]:
    """Select the seqs of a page and of one more, in order.

    Each branch reads one range of one index, in its order, and only as far as the page needs: a
    range for each key of the first condition, among what statements are found by themselves and
    among what they are found by through references. One statement can be in two of them.
    """
    held = statement.c.organisation_id == organisation_id
    if not voided:
        held = and_(held, statement.c.voided == false())
    if authority is not None:
        held = and_(held, statement.c.authority == authority)
    first, *others = _conditions(session, organisation_id, query, also) or [[]]
    if not first:
        everything = select(statement.c.seq).where(held)
        return _page_of(everything, statement.c.seq, query)
    verb = None if query.verb is None else verb_key(organisation_id, query.verb)
    branches = [
        _branch(links, key, verb, others, held, query)
        for links in (statement_key, reached_key)
        for key in first
    ]
    found = union(*(select(branch.subquery()) for branch in branches)).subquery()
    return select(found.c.seq).order_by(_order(query, found.c.seq)).limit(query.limit + 1)


def _conditions(
    session: Session, organisation_id: UUID, query: StatementQuery, also: Sequence[str]
) -> list[list[Key]]:
    """Return the keys that meet each condition, those to be followed first.

    A registration is the narrowest. A verb is checked in every row; it is followed if there is
    nothing else, or if so few statements have it that what else is asked for may have far more.
    """
    found = []
    if query.registration is not None:
        found.append([registration_key(organisation_id, query.registration)])
    if query.agent is not None:
        related = query.related_agents
        ifis = (query.agent, *also)
        found.append(
            [key for ifi in ifis for key in agent_keys(organisation_id, ifi, related=related)]
        )
    if query.activity is not None:
        related = query.related_activities
        found.append(activity_keys(organisation_id, query.activity, related=related))
    if query.verb is not None:
        verb = verb_key(organisation_id, query.verb)
        may_be_wide = query.registration is None and (query.activity or query.related_agents)
        if not found or (may_be_wide and _is_rare(session, verb)):
            found.insert(0, [verb])
    return found


def _is_rare(session: Session, key: Key) -> bool:
    some = select(statement_key.c.seq).where(statement_key.c.key == key).limit(_RARE).subquery()
    return (session.scalar(select(func.count()).select_from(some)) or 0) < _RARE


_RARE = 500  # statements; quicker looked at one by one than any range that may hold millions


def _branch(
    links: Table,
    key: Key,
    verb: Key | None,
    others: Sequence[Sequence[Key]],
    held: ColumnElement[bool],
    query: StatementQuery,
) -> Select[Any]:
    """Select the seqs, in order, that `links` holds for a key and for one of each of `others`."""
    it = links.alias()
    found = (
        select(it.c.seq)
        .join(statement, and_(statement.c.seq == it.c.seq, held))
        .where(it.c.key == key)
    )
    if verb is not None:
        found = found.where(it.c.verb == verb)
    for keys in others:
        other = links.alias()
        same = [other.c[each.name] == it.c[each.name] for each in it.c if each.name != "key"]
        found = found.where(exists().where(other.c.key.in_(keys), *same))
    if links is reached_key:
        found = found.distinct()  # reached in several ways
    return _page_of(found, it.c.seq, query)


def _page_of(found: Select[Any], seq: ColumnElement[int], query: StatementQuery) -> Select[Any]:
    """Return `found` within the bounds of `query`, in its order, no further than one page needs.

    One more than the page is wanted, so that a last page that is full is known to be the last.
    """
    if query.since is not None:
        found = found.where(seq > place(query.since))
    if query.until is not None:
        found = found.where(seq <= place(query.until))
    if query.after is not None:
        found = found.where(seq > query.after if query.ascending else seq < query.after)
    return found.order_by(_order(query, seq)).limit(query.limit + 1)


def _order(query: StatementQuery, seq: ColumnElement[int]) -> ColumnElement[int]:
    return seq.asc() if query.ascending else seq.desc()
