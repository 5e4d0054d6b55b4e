"""How much a credential may do.

Limits by time count in minutes and days of the clock (UTC), over all processes. To know what the
others did, a process would have to ask the database on each request; instead it draws on the
minute's allowance in advance, in small portions that it writes down, and then counts for itself.
What is promised:

- Never is more let through in a minute or a day than its limit, however many processes serve.
- One process alone lets the whole limit through. Of several, each may keep a portion that the
  others do not get, at most a sixteenth of what was left when it drew; so with four of them and all
  requests at one, that one is refused when 82 of 100 were let through.
- A process that dies takes its portion along, at most 500 requests or statements.
- Portions get smaller as the limit comes near; a limit of 6000 a minute costs about a hundred
  writes in that minute. A credential without a limit by time costs none.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import lru_cache
from threading import Lock
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from lrs_bridge.errors import TooLarge, TooManyRequests
from lrs_bridge.lrs import tables
from lrs_bridge.lrs.tables import allowance

_SHARE = 16
_LARGEST_PORTION = 500
_SECONDS = {"minute": 60, "day": 86_400}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a credential may do at most; None where there is no limit.

    Attributes:
        largest_batch: statements of one request.
        largest_body: bytes of one request.
    """

    requests_per_minute: int | None = None
    statements_per_minute: int | None = None
    statements_per_day: int | None = None
    largest_batch: int | None = None
    largest_body: int | None = None

    def __post_init__(self) -> None:
        for limit in fields(self):
            value = getattr(self, limit.name)
            if value is not None and not 0 < value < 2**31:
                raise ValueError(f"{limit.name} must be from 1 to {2**31 - 1}.")

    def check_body(self, length: int) -> None:
        """Raise `TooLarge` if a body of `length` bytes is more than may be sent."""
        if self.largest_body is not None and length > self.largest_body:
            raise TooLarge(f"The credential may send {self.largest_body} bytes at once.")

    def check_batch(self, many: int) -> None:
        """Raise `TooLarge` if so many statements can never be sent at once."""
        if self.largest_batch is not None and many > self.largest_batch:
            raise TooLarge(f"The credential may send {self.largest_batch} statements at once.")


COLUMNS = tuple(tables.credential.c[limit.name] for limit in fields(Limits))


@lru_cache(maxsize=1000)
def limits_of(*values: int | None) -> Limits | None:
    """Return the limits that `COLUMNS` of a credential hold; None if it has none."""
    if not any(values):
        return None
    return Limits(**dict(zip((column.name for column in COLUMNS), values, strict=True)))


@dataclass(slots=True, eq=False)
class _Portion:
    """What a process has drawn and not used.

    Attributes:
        since: the beginning of the minute or day that it is for.
        limit: the limit that it was drawn under.
    """

    since: int = 0
    limit: int = 0
    left: int = 0
    lock: Lock = field(default_factory=Lock)


class Allowances:
    """What the credentials that one process serves may still do."""

    def __init__(self, transaction: Callable[[], AbstractContextManager[Session]]) -> None:
        """`transaction` opens a writing transaction, as in `xapi_blueprint`."""
        self._transaction = transaction
        self._portions: dict[tuple[UUID, str], _Portion] = {}

    def take_request(self, credential_id: UUID, limits: Limits, now: datetime) -> None:
        """Count one request.

        Raises:
            TooManyRequests: if it is one too many.
        """
        self._take(credential_id, "requests", "minute", limits.requests_per_minute, 1, now)

    def take_statements(
        self, credential_id: UUID, limits: Limits, many: int, now: datetime
    ) -> None:
        """Count statements that are to be stored.

        Raises:
            TooLarge: if there will never be room for so many at once.
            TooManyRequests: if there is none now.
        """
        limits.check_batch(many)
        by_minute, by_day = limits.statements_per_minute, limits.statements_per_day
        self._take(credential_id, "statements", "minute", by_minute, many, now)
        self._take(credential_id, "statements", "day", by_day, many, now)

    def _take(
        self, credential_id: UUID, of: str, each: str, limit: int | None, many: int, now: datetime
    ) -> None:
        if limit is None:
            return
        if many > limit:
            raise TooLarge(f"The credential may send {limit} {of} a {each}: send fewer at once.")
        what, seconds = f"{of} a {each}", _SECONDS[each]
        since = int(now.timestamp()) // seconds * seconds
        portion = self._portions.setdefault((credential_id, what), _Portion())
        with portion.lock:
            if (portion.since, portion.limit) != (since, limit):
                portion.since, portion.limit, portion.left = since, limit, 0
            if portion.left < many:
                portion.left += self._drawn(credential_id, what, portion, many - portion.left)
            if portion.left < many:
                wait = max(1, since + seconds - int(now.timestamp()))
                raise TooManyRequests(
                    f"The credential may send {limit} {what}. Send this again in {wait} s.", wait
                )
            portion.left -= many

    def _drawn(self, credential_id: UUID, what: str, portion: _Portion, at_least: int) -> int:
        """Return how much was drawn: `at_least` so much, or nothing if that is not left."""
        with self._transaction() as session:
            session.execute(  # in turn; the row of a first time could not be locked
                select(tables.credential.c.id)
                .where(tables.credential.c.id == credential_id)
                .with_for_update()
            )
            mine = (allowance.c.credential_id == credential_id, allowance.c.what == what)
            row = session.execute(select(allowance).where(*mine)).first()
            # Another process, whose clock is ahead, may have begun the next minute.
            since = portion.since if row is None else max(portion.since, row.since)
            before = row.drawn if row is not None and row.since == since else 0
            remaining = portion.limit - before
            if remaining < at_least:
                return 0
            drawn = max(at_least, min(remaining // _SHARE, _LARGEST_PORTION))
            values = {"since": since, "drawn": before + drawn}
            if row is None:
                own = {"credential_id": credential_id, "what": what}
                session.execute(insert(allowance).values(**own, **values))
            else:
                session.execute(update(allowance).where(*mine).values(**values))
            return drawn
