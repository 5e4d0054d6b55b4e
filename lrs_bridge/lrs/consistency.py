"""Who writes when, and up to which `stored` a reader has seen everything.

https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Communication.md#213-get-statements
(`X-Experience-API-Consistent-Through`)
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from uuid import UUID

from sqlalchemy import BigInteger, bindparam, case, func, select

from lrs_bridge.lrs.direct import Driver, Over, Prepared, driver_of
from lrs_bridge.lrs.index import key
from lrs_bridge.lrs.order import moment
from lrs_bridge.lrs.tables import statement, tombstone

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
"""Before every statement: true of any store, whatever is going on in it."""

CLOCKS_APART = timedelta(seconds=2)
"""How far the clocks of hosts that share a store may be apart, or one clock may be set back.

Who stores next may be behind whoever promises by so much. Clocks that are kept right by the network
are apart by milliseconds; more than this breaks promises, until the slower has caught up.
"""

# Finding out whether somebody writes to a file costs a fifth of a millisecond, and a writer who
# comes in these microseconds waits a millisecond more. Ten times a second nobody notices either.
_RENEWED_AFTER = timedelta(milliseconds=100)


def take_turn(over: Over, organisation_id: UUID) -> None:
    """Wait until no other transaction stores statements of the organisation; lasts to the end."""
    driver = driver_of(over)
    if driver.dialect.name == "postgresql":
        _TURN.rows(driver, lock=_lock(organisation_id))


class Freshness:
    """Up to when a reader has seen everything; one for each store in each process.

    Statements are stored in turn with rising times, so the newest one visible is always a bound.
    When nobody is writing the present is a better one, but for what clocks are apart; how long a
    writer may take is not guessed at. What was true once stays true, so it is remembered: for
    readers who come while somebody writes, and for answers that never reached the store.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._asked: datetime | None = None
        self._quiet = BEGINNING  # when last nobody wrote to the file
        self._promised: dict[UUID, datetime] = {}

    def through(self, over: Over, organisation_id: UUID, now: datetime) -> datetime:
        """Return a time up to which every statement of the organisation can be read.

        Ask before reading the statements, and in a transaction of its own: what commits in between
        is then at worst seen before it was promised.

        Args:
            now: read from the clock that statements get their `stored` from, before this.
        """
        driver = driver_of(over)
        if driver.dialect.name == "postgresql":
            ((is_free, *ends),) = _STANDING.rows(
                driver, organisation_id=organisation_id, lock=_lock(organisation_id)
            )
            stored, quiet = _last(ends), now if is_free else BEGINNING
        else:
            quiet = self._quiet_at(driver, now)
            stored = newest(driver, organisation_id)
        return self.promise(organisation_id, max(moment(stored), quiet - CLOCKS_APART))

    def promise(self, organisation_id: UUID, through: datetime) -> datetime:
        """Remember a bound, and return the best that is known."""
        with self._lock:
            known = self._promised.get(organisation_id, BEGINNING)
            self._promised[organisation_id] = best = max(known, through)
        return best

    def promised(self, organisation_id: UUID | None) -> datetime:
        """Return the best bound that is known without a look; of no organisation, the least."""
        if organisation_id is None:
            return BEGINNING
        return self._promised.get(organisation_id, BEGINNING)

    def _quiet_at(self, driver: Driver, now: datetime) -> datetime:
        """Return when last nobody wrote to the file of a SQLite database."""
        with self._lock:
            if self._asked is None or abs(now - self._asked) >= _RENEWED_AFTER:
                self._asked = now
                if _nobody_writes(driver):
                    self._quiet = max(self._quiet, now)
            return self._quiet


def _nobody_writes(driver: Driver) -> bool:
    """Tell whether the write lock of a SQLite file is free, without waiting for it.

    The connection is new each time and gone at once: one that is kept would have to survive forks
    of the process. Of a database in memory nothing can be told.
    """
    ((path,),) = _FILE.rows(driver)
    if not path:
        return False
    uri = f"{Path(path).as_uri()}?mode=rw"  # or a file that is gone would be made anew
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=0, isolation_level=None)) as probe:
            probe.execute("BEGIN IMMEDIATE")
            probe.execute("ROLLBACK")
    except sqlite3.Error:
        return False
    return True


_DATABASES = func.pragma_database_list().table_valued("name", "file")
_FILE = Prepared(select(_DATABASES.c.file).where(_DATABASES.c.name == "main"))


def newest(over: Over, organisation_id: UUID) -> int:
    """Return the seq of the newest statement that there ever was, or 0 before the first."""
    (ends,) = _NEWEST.rows(over, organisation_id=organisation_id)
    return _last(ends)


def _last(ends: Iterable[int | None]) -> int:
    return max(seq or 0 for seq in ends)


_LOCK = bindparam("lock", type_=BigInteger)
_TURN = Prepared(select(func.pg_advisory_xact_lock(_LOCK).label("turn")))
_IS_FREE = case(
    (func.pg_try_advisory_lock_shared(_LOCK), func.pg_advisory_unlock_shared(_LOCK)),
    else_=False,
)
_ENDS = tuple(
    select(table.c.seq)
    .where(table.c.organisation_id == bindparam("organisation_id"))
    .order_by(table.c.seq.desc())
    .limit(1)
    .scalar_subquery()
    .label(table.name)
    for table in (statement, tombstone)
)
_NEWEST = Prepared(select(*_ENDS))
_STANDING = Prepared(select(_IS_FREE.label("is_free"), *_ENDS))


def _lock(organisation_id: UUID) -> int:
    return key(f"statements of {organisation_id}")
