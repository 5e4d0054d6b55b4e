"""Looking at sources that do not come to us: a worker leases one, asks outside any transaction,
and keeps what it got together with where it came to.

One worker at a time looks at a source. A lease that ran out (the worker was killed, or the other
side was slow) is taken by another; whoever held it before then records nothing, for each lease has
a number. What was received twice all the same is one by the inbox's constraint.
"""

from __future__ import annotations

import random
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import structlog
from sqlalchemy import ScalarSelect, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from lrs_bridge.completion import Completion
from plugin.completions import inbox, sources
from plugin.completions.model import Reason, SourceKind, SourceRow
from plugin.foundation.clock import Clock
from plugin.foundation.db import AWAY, Database
from plugin.foundation.outbox import delay
from plugin.foundation.tenancy import EVERYWHERE

log = structlog.get_logger()

PAGES = 20
"""Pages of one source in a turn, at most; then others get theirs."""
TURN = 30.0  # s; whoever's pages drip makes others wait for so long and a page more


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased:
    """A source that this worker alone looks at, until its lease runs out."""

    id: UUID
    organisation_id: UUID
    kind: SourceKind
    lease: int
    configuration: Mapping[str, Any]
    secret: str | None = field(repr=False)
    """Sealed."""
    cursor: Mapping[str, Any]
    created_at: datetime
    failures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What one look brought, and where it came to.

    Attributes:
        known_as: given, the completions only count, for this reason.
        passed_over: events that are about something else.
        cursor: where the next look begins.
        read_to: everything that the other side had then has been read.
        more: whether there is more to be read at once.
    """

    completions: tuple[Completion, ...]
    cursor: Mapping[str, Any]
    read_to: datetime | None
    more: bool
    passed_over: int = 0
    known_as: Reason | None = None


class LookFailed(Exception):
    """The other side gave nothing. `slug` says why; `retry_after` (s) what it asked for."""

    def __init__(self, slug: str, retry_after: float | None = None) -> None:
        super().__init__(slug)
        self.slug = slug
        self.retry_after = retry_after


class Look(Protocol):
    """Asks one kind of source for the next page; outside any transaction."""

    every: timedelta
    """How long to wait when there is no more."""

    def __call__(self, source: Leased, *, now: datetime) -> Iterable[Page]:
        """Yield pages, each to be kept before the next is asked for.

        Raises:
            LookFailed: the other side gave nothing.
        """


def claim(
    session: Session,
    *,
    kinds: Collection[SourceKind],
    now: datetime,
    lease: int,
    only: UUID | None = None,
) -> Leased | None:
    """Lease a source that is due for `lease` seconds, or None.

    It is one of the organisation that was looked at least lately, and of those the one that has
    been due for longest: however many sources one has, another's are looked at in between.

    Args:
        only: this source, due or not, and no other.
    """
    due = (
        select(SourceRow.id)
        .where(
            SourceRow.due_at <= now if only is None else SourceRow.id == only,
            SourceRow.enabled,
            SourceRow.kind.in_(list(kinds)),
            or_(SourceRow.leased_until.is_(None), SourceRow.leased_until < now),
        )
        .order_by(_last_look(kinds).nulls_first(), SourceRow.due_at, SourceRow.id)
        .limit(1)
    )
    if session.get_bind().dialect.name == "postgresql":
        due = due.with_for_update(skip_locked=True)  # SQLite has one writer
    chosen = session.scalar(due)
    if chosen is None:
        return None
    row = session.scalars(
        update(SourceRow)
        .where(SourceRow.id == chosen)
        .values(leased_until=now + timedelta(seconds=lease), lease=SourceRow.lease + 1)
        .returning(SourceRow)
        .execution_options(synchronize_session=False)
    ).one()
    return Leased(
        id=row.id,
        organisation_id=row.organisation_id,
        kind=SourceKind(row.kind),
        lease=row.lease,
        configuration=row.configuration,
        secret=row.secret,
        cursor=row.cursor,
        created_at=row.created_at,
        failures=row.failures,
    )


def _last_look(kinds: Collection[SourceKind]) -> ScalarSelect[datetime]:
    """Return when a source's organisation was looked at last: each look leaves a time."""
    other = aliased(SourceRow)
    return (
        select(func.max(func.coalesce(other.problem_at, other.last_seen_at)))
        .where(other.organisation_id == SourceRow.organisation_id, other.kind.in_(list(kinds)))
        .correlate(SourceRow)
        .scalar_subquery()
    )


def keep(
    session: Session,
    source: Leased,
    page: Page,
    *,
    now: datetime,
    every: timedelta,
    hold: int = 0,
) -> bool:
    """Keep a page and where it came to, together; False if another worker has the source now.

    Args:
        hold: seconds for which the lease goes on: there is more, and this worker reads it.
    """
    values: dict[str, Any] = {
        "cursor": dict(page.cursor),
        "due_at": now if page.more else now + every,
        "leased_until": now + timedelta(seconds=hold) if hold else None,
        "failures": 0,
    }
    if page.read_to is not None:
        values["read_to"] = page.read_to
    if not _recorded(session, source, values):
        return False
    received = inbox.receive(
        session, page.completions, came_by=source.kind, now=now, known_as=page.known_as
    )
    sources.brought(session, source.id, received, passed_over=page.passed_over, now=now)
    return True


def failed(
    session: Session, source: Leased, error: LookFailed, *, now: datetime, spread: float
) -> None:
    """Write down that a look failed, and wait: longer each time, as long as we were asked to.

    Args:
        spread: a random share 0–1, so that many do not come back at the same moment.
    """
    wait = delay(source.failures + 1, spread=spread, retry_after=error.retry_after)
    _recorded(
        session,
        source,
        {
            "due_at": now + timedelta(seconds=wait),
            "leased_until": None,
            "failures": SourceRow.failures + 1,
            "problem": error.slug,
            "problem_at": now,
        },
    )


def _recorded(session: Session, source: Leased, values: Mapping[str, Any]) -> bool:
    held = session.scalars(
        update(SourceRow)
        .where(SourceRow.id == source.id, SourceRow.lease == source.lease)
        .values(**values)
        .returning(SourceRow.id)
        .execution_options(synchronize_session=False)
    )
    return held.first() is not None


class Looking:
    """Looks at what is due, one source a turn."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        looks: Mapping[SourceKind, Look],
        *,
        lease: int,
        turn: float = TURN,
    ) -> None:
        self._database = database
        self._clock = clock
        self._looks = looks
        self._lease = lease
        self._turn = turn

    def __call__(self) -> int:
        """Look at the source that is due for longest; return how many pages were kept."""
        with self._database.transaction(EVERYWHERE) as session:
            source = claim(session, kinds=self._looks, now=self._clock(), lease=self._lease)
        return 0 if source is None else self.look_at(source)

    def look_at(self, source: Leased) -> int:
        """Look at a source that was leased, and keep what it gives; return how many pages."""
        look, kept = self._looks[source.kind], 0
        end = time.monotonic() + self._turn
        try:
            for page in look(source, now=self._clock()):
                goes_on = page.more and kept + 1 < PAGES and time.monotonic() < end
                with self._database.transaction(source.organisation_id) as session:
                    if not keep(
                        session,
                        source,
                        page,
                        now=self._clock(),
                        every=look.every,
                        hold=self._lease if goes_on else 0,
                    ):
                        return kept
                kept += 1
                if not goes_on:
                    return kept
        except LookFailed as error:
            self._failed(source, error)
        except AWAY:
            raise  # the lease runs out, and the source is looked at again
        except Exception as error:  # a fault of ours: shown, and tried again later
            log.error("look.failed", kind=source.kind, exc_info=True)
            self._failed(source, LookFailed(f"internal-{type(error).__name__.lower()}"))
        return kept

    def _failed(self, source: Leased, error: LookFailed) -> None:
        log.info("look", kind=source.kind, source_id=str(source.id), reason=error.slug)
        with self._database.transaction(source.organisation_id) as session:
            failed(
                session,
                source,
                error,
                now=self._clock(),
                spread=random.random(),  # noqa: S311 # jitter, not a secret
            )
