"""Organisations, and the wall between them.

A session is opened *for one organisation* and sees and writes that one's rows alone: the criterion
is added to every ORM statement and every new row is checked, so that no query has to remember it.
Work that serves all organisations (the worker's queue, finding a registration at login) says so by
opening its session with `EVERYWHERE`. A session with neither refuses to read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import ClauseElement, Executable, ForeignKey, Select, Table, event, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError, NoResultFound
from sqlalchemy.orm import (
    Mapped,
    ORMExecuteState,
    Session,
    mapped_column,
    with_loader_criteria,
)
from sqlalchemy.orm.util import identity_key
from sqlalchemy.sql.visitors import iterate

from lrs_bridge.lrs.types import UTCDateTime
from plugin.foundation.db import Base
from plugin.foundation.errors import TenancyError
from plugin.foundation.pouring import can_stream, poured


class Everywhere:
    """The scope of work that serves all organisations."""

    def __repr__(self) -> str:
        return "EVERYWHERE"


EVERYWHERE: Final = Everywhere()
Scope = UUID | Everywhere


class Organisation(Base):
    """A tenant: owns registrations, people, courses, programmes, credentials, statements."""

    __tablename__ = "organisation"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    name: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Owned(Base):
    """A row that belongs to one organisation."""

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    """Has no index of its own: SQLite would take it before the index that fits the query."""


def organisation_of(session: Session) -> UUID:
    """Return the organisation that `session` works for.

    Raises:
        TenancyError: the session serves all, or none was given.
    """
    scope = session.info.get("scope")
    if not isinstance(scope, UUID):
        raise TenancyError("This work needs a session for one organisation.")
    return scope


def unwalled(entity: type[Base]) -> Table:
    """Return the table of `entity`, for the few statements that every launch makes.

    Over a session's connection they pass by the wall, which is what makes them cheap: each must
    say itself whose rows it means.
    """
    table = entity.__table__
    assert isinstance(table, Table)  # noqa: S101 # each of ours is one
    return table


@contextmanager
def narrowed(session: Session, organisation_id: UUID) -> Iterator[None]:
    """Let a session that serves all organisations serve one for a while."""
    before = session.info["scope"]
    session.info["scope"] = organisation_id
    try:
        yield
        session.flush()
    finally:
        session.info["scope"] = before


@event.listens_for(Session, "do_orm_execute")
def _only_own_rows(state: ORMExecuteState) -> None:
    scope = state.session.info.get("scope")
    if isinstance(scope, Everywhere) or state.is_insert or state.is_column_load:
        return
    if not state.is_orm_statement:
        _refuse_hidden_rows(state.statement)
        return
    if scope is None:
        raise TenancyError("A session without a scope asked for an organisation's rows.")
    state.statement = state.statement.options(
        with_loader_criteria(Owned, _owned_by(scope), include_aliases=True)
    )


def _refuse_hidden_rows(statement: Executable) -> None:
    """Refuse `select(exists()…)` and its like, in which SQLAlchemy finds no entity to scope."""
    mappers = Base.registry.mappers
    owned = {each.local_table for each in mappers if issubclass(each.class_, Owned)}
    if isinstance(statement, ClauseElement) and any(
        getattr(element, "table", element) in owned for element in iterate(statement)
    ):
        raise TenancyError("Ask for rows with a select of their entity; this cannot be scoped.")


def _owned_by(organisation_id: UUID) -> Any:
    return lambda cls: cls.organisation_id == organisation_id


@event.listens_for(Session, "before_flush")
def _only_own_writes(session: Session, _context: Any, _instances: Any) -> None:
    scope = session.info.get("scope")
    for row in session.new:
        if not isinstance(row, Owned):
            continue
        if row.organisation_id is None and isinstance(scope, UUID):
            row.organisation_id = scope
        if row.organisation_id is None:
            raise TenancyError(f"A {type(row).__name__} was added without an organisation.")
        if isinstance(scope, UUID) and row.organisation_id != scope:
            raise TenancyError(f"A {type(row).__name__} of another organisation was added.")


def inserted_once(session: Session, table: type[Owned], **values: Any) -> bool:
    """Insert a row unless a unique constraint already holds its like; True when it was new.

    The constraint decides, not a look beforehand: two at once have one winner.
    """
    dialect = session.get_bind().dialect.name
    statement = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(table)
    scope = session.info.get("scope")
    owner = values.setdefault("organisation_id", scope)
    if not isinstance(owner, UUID):
        raise TenancyError(f"A {table.__name__} was added without an organisation.")
    if isinstance(scope, UUID) and owner != scope:
        raise TenancyError(f"A {table.__name__} of another organisation was added.")
    once = statement.values(**values).on_conflict_do_nothing().returning(table.id)
    return session.execute(once).first() is not None  # (rowcount is -1 on PostgreSQL)


def inserted_each(
    session: Session, table: type[Owned], rows: Sequence[Mapping[str, Any]]
) -> set[UUID]:
    """Insert rows of the session's organisation as `inserted_once` does; return ids of new ones.

    Each row names the same columns; an `id` may be among them.
    """
    if not rows:
        return set()
    own = _own(session, table, rows)
    dialect = session.get_bind().dialect.name
    statement = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(unwalled(table))
    once = statement.on_conflict_do_nothing().returning(unwalled(table).c.id)
    return set(session.connection().execute(once, own).scalars())


def streamed(
    session: Session,
    table: type[Owned],
    rows: Sequence[Mapping[str, Any]],
    *,
    same: Mapping[str, Any] | None = None,
) -> list[Mapping[str, Any]]:
    """Insert rows as `inserted_each` does, of which nearly all are new; return those that are not.

    They are tried all together; only where one is there already, each is asked about.

    Args:
        same: what all of them have in common.
    """
    connection = session.connection()
    if can_stream(connection, rows):
        common = _common(session, table, rows, same)
        try:
            with connection.begin_nested():
                poured(connection, unwalled(table), rows, same=common)
        except IntegrityError:
            pass
        else:
            return []
    several = [{"id": uuid4(), **(same or {}), **row} for row in rows]
    new = inserted_each(session, table, several)
    return [row for row in several if row["id"] not in new]


def inserted(
    session: Session,
    table: type[Owned],
    rows: Sequence[Mapping[str, Any]],
    *,
    same: Mapping[str, Any] | None = None,
) -> None:
    """Insert rows of the session's organisation, past the session's memory.

    Args:
        same: what all of them have in common.
    """
    if rows:
        common = _common(session, table, rows, same)
        poured(session.connection(), unwalled(table), rows, same=common)


def _own(
    session: Session, table: type[Owned], rows: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    common = _common(session, table, rows, None)
    return [{"id": uuid4(), **common, **row} for row in rows]


def _common(
    session: Session,
    table: type[Owned],
    rows: Sequence[Mapping[str, Any]],
    same: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Return what all of `rows` have in common, their organisation above all."""
    owner = organisation_of(session)
    common = {"organisation_id": owner, **(same or {})}
    named = "organisation_id" in rows[0] and any(row["organisation_id"] != owner for row in rows)
    if named or common["organisation_id"] != owner:
        raise TenancyError(f"A {table.__name__} of another organisation was added.")
    session.flush()  # they may refer to what is not written yet
    return common


Row = TypeVar("Row", bound=Owned)


def rows_of(session: Session, table: type[Row], ids: Collection[UUID]) -> dict[UUID, Row]:
    """Return rows by their ids: those at hand, and what is missing with one question.

    Raises:
        NoResultFound: there is no such row.
    """
    at_hand = {id: session.identity_map.get(identity_key(table, id)) for id in ids}
    found = {id: row for id, row in at_hand.items() if row is not None}
    if missing := at_hand.keys() - found.keys():
        asked = session.scalars(select(table).where(table.id.in_(missing)))
        found |= {row.id: row for row in asked}
    if found.keys() != at_hand.keys():
        raise NoResultFound
    return found


def found_or_inserted(session: Session, query: Select[Row], table: type[Row], **values: Any) -> Row:
    """Return the row that `query` finds, inserted first if there is none.

    It is there nearly always, so it is looked for before it is inserted; the constraint decides
    all the same.
    """
    found = session.scalar(query)
    if found is None:
        inserted_once(session, table, **values)
        found = session.scalars(query).one()
    return found
