"""The query for one page of statements.

Making a query takes longer than a database needs to answer it. So one is made for each shape that
is asked for, with places for the values, and kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    Table,
    Uuid,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    select,
    union,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from lrs_bridge.lrs.index import (
    Key,
    activity_keys,
    agent_keys,
    registration_key,
    verb_key,
)
from lrs_bridge.lrs.order import place
from lrs_bridge.lrs.query import LARGEST_LIMIT, StatementQuery
from lrs_bridge.lrs.tables import reached_key, statement, statement_key

LARGEST_PAGE = 8 * 1024 * 1024
"""Bytes of the statements of a page, which ends sooner rather than be larger."""
LONG = LARGEST_PAGE // LARGEST_LIMIT
"""Bytes of a statement that is read only once it is known to belong to the page."""


def page(
    session: Session,
    organisation_id: UUID,
    query: StatementQuery,
    *,
    authority: int | None,
    voided: bool,
    also: Sequence[str],
) -> tuple[Select[Any], dict[str, Any]]:
    """Return the query for the statements of a page and one more, in order, and its values.

    Args: as in `select.page`.
    """
    conditions = _conditions(session, organisation_id, query, also)
    shape = _shape(query, conditions, of_authority=authority is not None, voided=voided)
    return _page(shape), _values(organisation_id, query, conditions, authority)


def shown() -> Select[Any]:
    """Select what of a statement is shown."""
    return select(statement.c.seq, _TEXT.label("text"), statement.c.assigned, statement.c.voided)


def _listed() -> Select[Any]:
    """Select the same of one among many, its text only if it is short; and how long that is."""
    text = case((_LENGTH <= LONG, _TEXT)).label("text")
    return select(
        statement.c.seq, text, statement.c.assigned, statement.c.voided, _LENGTH.label("length")
    )


class _Bytes(FunctionElement[int]):
    """How many bytes a text takes up, which databases know without reading all of it."""

    type = Integer()
    inherit_cache = True


@compiles(_Bytes, "postgresql")
def _bytes_on_postgresql(element: _Bytes, compiler: SQLCompiler, **options: Any) -> str:
    return f"octet_length({compiler.process(element.clauses, **options)})"


@compiles(_Bytes, "sqlite")
def _bytes_on_sqlite(element: _Bytes, compiler: SQLCompiler, **options: Any) -> str:
    return f"length(CAST({compiler.process(element.clauses, **options)} AS BLOB))"


_TEXT = func.coalesce(statement.c.served, statement.c.payload)
_LENGTH = _Bytes(_TEXT)

ORGANISATION = bindparam("organisation_id", type_=Uuid)
_MOST = bindparam("most", type_=Integer)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """What makes the query for one page another than that for a second page, apart from values.

    Attributes:
        keys: how many keys meet each condition, those to be followed first.
        of_authority: whether only the statements of one authority exist.
        voided: whether voided statements exist.
        verb, since, until, after: whether they are given.
    """

    keys: tuple[int, ...]
    of_authority: bool
    voided: bool
    verb: bool
    since: bool
    until: bool
    after: bool
    ascending: bool


def _shape(
    query: StatementQuery, conditions: Sequence[Sequence[Key]], *, of_authority: bool, voided: bool
) -> _Shape:
    return _Shape(
        keys=tuple(map(len, conditions)),
        of_authority=of_authority,
        voided=voided,
        verb=query.verb is not None,
        since=query.since is not None,
        until=query.until is not None,
        after=query.after is not None,
        ascending=query.ascending,
    )


def _values(
    organisation_id: UUID,
    query: StatementQuery,
    conditions: Sequence[Sequence[Key]],
    authority: int | None,
) -> dict[str, Any]:
    """Return the values for the places of a query; those of places that it has not do no harm."""
    values: dict[str, Any] = {
        f"key_{condition}_{number}": key
        for condition, keys in enumerate(conditions)
        for number, key in enumerate(keys)
    }
    return values | {
        "organisation_id": organisation_id,
        "authority": authority,
        "verb": None if query.verb is None else verb_key(organisation_id, query.verb),
        "since": None if query.since is None else place(query.since),
        "until": None if query.until is None else place(query.until),
        "after": query.after,
        "most": query.limit + 1,
    }


@lru_cache(maxsize=500)
def _page(shape: _Shape) -> Select[Any]:
    """Return the query for pages of a shape, with places for the values."""
    places = _matching(shape).subquery()
    return (
        _listed()
        .join(places, statement.c.seq == places.c.seq)
        .where(statement.c.organisation_id == ORGANISATION)
        .order_by(_order(shape, statement.c.seq))
    )


def _matching(shape: _Shape) -> Select[Any]:
    """Select the seqs of a page and of one more, in order.

    Each branch reads one range of one index, in its order, and only as far as the page needs: a
    range for each key of the first condition, among what statements are found by themselves and
    among what they are found by through references. One statement can be in two of them.
    """
    if not shape.keys:
        return _page_of(select(statement.c.seq).where(_held(shape)), statement.c.seq, shape)
    branches = [
        _branch(links, number, shape)
        for links in (statement_key, reached_key)
        for number in range(shape.keys[0])
    ]
    found = union(*(select(branch.subquery()) for branch in branches)).subquery()
    return select(found.c.seq).order_by(_order(shape, found.c.seq)).limit(_MOST)


def _held(shape: _Shape) -> ColumnElement[bool]:
    """Return the condition for those statements that the reader may be shown."""
    held = statement.c.organisation_id == ORGANISATION
    if not shape.voided:
        held = and_(held, statement.c.voided == false())
    if shape.of_authority:
        held = and_(held, statement.c.authority == bindparam("authority"))
    return held


def _branch(links: Table, number: int, shape: _Shape) -> Select[Any]:
    """Select the seqs, in order, that `links` holds for a key and for one of each other condition.

    Args:
        number: of the key among those of the first condition.
    """
    it = links.alias()
    found = (
        select(it.c.seq)
        .join(statement, and_(statement.c.seq == it.c.seq, _held(shape)))
        .where(it.c.key == _key(0, number))
    )
    if shape.verb:
        found = found.where(it.c.verb == bindparam("verb"))
    for condition, many in enumerate(shape.keys[1:], start=1):
        other = links.alias()
        keys = [_key(condition, each) for each in range(many)]
        same = [other.c[each.name] == it.c[each.name] for each in it.c if each.name != "key"]
        found = found.where(exists().where(other.c.key.in_(keys), *same))
    if links is reached_key:
        found = found.distinct()  # reached in several ways
        if shape.of_authority:  # what somebody else's statement says is not told by a reference
            via = statement.alias()
            found = found.where(
                exists().where(
                    via.c.organisation_id == ORGANISATION,
                    via.c.seq == it.c.via,
                    via.c.authority == bindparam("authority"),
                )
            )
    return _page_of(found, it.c.seq, shape)


def _key(condition: int, number: int) -> BindParameter[int]:
    return bindparam(f"key_{condition}_{number}", type_=BigInteger)


def _page_of(found: Select[Any], seq: ColumnElement[int], shape: _Shape) -> Select[Any]:
    """Return `found` within the bounds of a page, in its order, no further than the page needs.

    One more than the page is wanted, so that a last page that is full is known to be the last.
    """
    if shape.since:
        found = found.where(seq > bindparam("since"))
    if shape.until:
        found = found.where(seq <= bindparam("until"))
    if shape.after:
        after = bindparam("after", type_=BigInteger)
        found = found.where(seq > after if shape.ascending else seq < after)
    return found.order_by(_order(shape, seq)).limit(_MOST)


def _order(shape: _Shape, seq: ColumnElement[int]) -> ColumnElement[int]:
    return seq.asc() if shape.ascending else seq.desc()


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
