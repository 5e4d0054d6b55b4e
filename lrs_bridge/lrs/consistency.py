"""Who writes when, and up to which `stored` a reader has seen everything.

https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Communication.md#213-get-statements
(`X-Experience-API-Consistent-Through`)
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import BigInteger, bindparam, case, func, select
from sqlalchemy.orm import Session

from lrs_bridge.lrs.index import key
from lrs_bridge.lrs.order import moment
from lrs_bridge.lrs.tables import statement, tombstone

# SQLite tells a reader nothing about a writer under way. What was stored at least this long ago is
# taken to be committed: a writing transaction here takes milliseconds.
LAG = timedelta(seconds=1)


def take_turn(session: Session, organisation_id: UUID) -> None:
    """Wait until no other transaction stores statements of the organisation; lasts to the end."""
    if _is_postgresql(session):
        session.execute(_TURN, {"lock": _lock(organisation_id)})


def consistent_through(session: Session, organisation_id: UUID, now: datetime) -> datetime:
    """Return a time up to which every statement of the organisation can be read.

    Ask before reading the statements, and in a transaction of its own: what commits in between is
    then at worst seen before it was promised. Statements are stored in turn with rising times, so
    the newest one visible is always a bound; `now` is a better one when nobody is writing.
    """
    if _is_postgresql(session):
        if session.scalar(_IS_FREE, {"lock": _lock(organisation_id)}):
            return now
        return moment(newest(session, organisation_id))
    return max(moment(newest(session, organisation_id)), now - LAG)


def newest(session: Session, organisation_id: UUID) -> int:
    """Return the seq of the newest statement that there ever was, or 0 before the first."""
    stored, erased = session.execute(_NEWEST, {"organisation_id": organisation_id}).one()
    return max(stored or 0, erased or 0)


_LOCK = bindparam("lock", type_=BigInteger)
_TURN = select(func.pg_advisory_xact_lock(_LOCK))
_IS_FREE = select(
    case(
        (func.pg_try_advisory_lock_shared(_LOCK), func.pg_advisory_unlock_shared(_LOCK)),
        else_=False,
    )
)
_NEWEST = select(
    *(
        select(table.c.seq)
        .where(table.c.organisation_id == bindparam("organisation_id"))
        .order_by(table.c.seq.desc())
        .limit(1)
        .scalar_subquery()
        for table in (statement, tombstone)
    )
)


def _lock(organisation_id: UUID) -> int:
    return key(f"statements of {organisation_id}")


def _is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"
