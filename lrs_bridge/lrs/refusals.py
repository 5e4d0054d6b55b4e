"""Why writes were refused: kept for whoever looks after their senders.

What was sent is not kept, not even a part of it. It was never stored, so nobody who erases a person
would look for it here; and where it broke which requirement, what kind of value stands there, and
the statement's id say enough to find it where it came from.

The same refusal of the same sender is counted on one row: within a minute, or within an hour if the
sender did not know the secret, so that a stranger who knows a key pushes nobody else's out. A
process writes a few at once, then one transaction a second, however many there are; what comes
between is counted and written with the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from threading import Lock
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lrs_bridge.lrs.tables import credential, refusal

KEPT = 200
"""Rows of an organisation: the newest."""
TOGETHER = timedelta(minutes=1)
TOGETHER_UNPROVED = timedelta(hours=1)
AT_ONCE = 20  # writes, before there is one a second
_SECOND = timedelta(seconds=1)
_LONGEST = 500  # characters of a pointer or a reason; both quote names that the sender made up


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Whose request it was.

    Attributes:
        credential: its id.
        proved: whether the secret came with it; otherwise anybody may have sent it.
    """

    organisation_id: UUID
    credential: UUID
    proved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A write that was refused.

    Attributes:
        resource: the name of its endpoint, such as "statements".
        slug: of the error (`lrs_bridge.errors`).
        pointer: where in what was sent: a JSON pointer, or the name of a parameter, or empty.
        reason: in words, as the sender got it.
        found: kind and size of the value at `pointer`, such as "string 14"; None if unknown.
        statement_id: of the statement that is meant, if it gives one.
        size: bytes of the body, as the sender says.
        user_agent: how the sender calls itself, cut short.
    """

    sender: Sender
    at: datetime
    method: str
    resource: str
    status: int
    slug: str
    pointer: str
    reason: str
    found: str | None
    statement_id: UUID | None
    size: int | None
    user_agent: str

    @property
    def id(self) -> UUID:
        """What it is counted under; the same in every process."""
        sender = self.sender
        span = TOGETHER if sender.proved else TOGETHER_UNPROVED
        pointer = self.pointer if sender.proved else ""  # names that a stranger made up
        parts = (
            sender.organisation_id,
            sender.credential,
            sender.proved,
            self.method,
            self.resource,
            self.slug,
            pointer,
            int(self.at.timestamp() // span.total_seconds()),
        )
        text = "\n".join(str(part) for part in parts)
        return UUID(bytes=blake2b(text.encode(), digest_size=16).digest())


OnRefused = Callable[[Refusal], None]


def ignored(_refusal: Refusal) -> None:
    """Do nothing about a refusal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A refusal as it is kept: the last of its kind, and how often that came."""

    id: UUID
    refusal: Refusal
    first_at: datetime
    times: int


class Refusals:
    """Keeps the refusals that one process makes."""

    def __init__(self, transaction: Callable[[], AbstractContextManager[Session]]) -> None:
        """See `xapi_blueprint` for the argument."""
        self._transaction = transaction
        self._waiting: dict[UUID, _Waiting] = {}
        self._lock = Lock()

    def note(self, refusal: Refusal) -> None:
        """Count a refusal, and write it with all that wait unless there were many just now."""
        organisation_id = refusal.sender.organisation_id
        with self._lock:
            waiting = self._waiting.setdefault(organisation_id, _Waiting(refusal.at))
            waiting.add(refusal)
            counted = waiting.taken(refusal.at)
        if counted:
            with self._transaction() as session:
                keep(session, organisation_id, counted)


@dataclass(slots=True)
class _Waiting:
    """Refusals of an organisation that are not written yet, and how many writes are left."""

    refilled_at: datetime
    writes: float = AT_ONCE
    counted: dict[UUID, Counted] = field(default_factory=dict)

    def add(self, refusal: Refusal) -> None:
        """Count a refusal; of more kinds than are kept, the first are enough."""
        before = self.counted.get(refusal.id)
        if before is None and len(self.counted) >= KEPT:
            return
        self.counted[refusal.id] = Counted(
            id=refusal.id,
            refusal=refusal,
            first_at=before.first_at if before else refusal.at,
            times=before.times + 1 if before else 1,
        )

    def taken(self, now: datetime) -> list[Counted]:
        """Take all that wait, or none if it is too early to write again."""
        self.writes = min(self.writes + max((now - self.refilled_at) / _SECOND, 0), AT_ONCE)
        self.refilled_at = now
        if self.writes < 1:
            return []
        self.writes -= 1
        taken, self.counted = list(self.counted.values()), {}
        return taken


def keep(session: Session, organisation_id: UUID, counted: Iterable[Counted]) -> None:
    """Write refusals of an organisation, and let go of those that are no longer among the newest.

    Rows are locked in the order of their ids.
    """
    dialect = session.get_bind().dialect.name
    inserted = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(refusal)
    newer = {name: inserted.excluded[name] for name in _OF_THE_LAST}
    upsert = inserted.on_conflict_do_update(
        index_elements=["organisation_id", "id"],
        set_={**newer, "times": refusal.c.times + inserted.excluded.times},
    )
    for one in sorted(counted, key=lambda one: one.id):
        session.execute(upsert, _row(organisation_id, one))
    _let_go(session, organisation_id)


_OF_THE_LAST = ("last_at", "status", "reason", "found", "statement_id", "size", "user_agent")


def newest(session: Session, organisation_id: UUID) -> list[Counted]:
    """Return what an organisation keeps, the newest first."""
    rows = session.execute(
        select(refusal)
        .where(refusal.c.organisation_id == organisation_id)
        .order_by(refusal.c.last_at.desc(), refusal.c.id.desc())
        .limit(KEPT)
    )
    return [_counted(row) for row in rows]


def one(session: Session, organisation_id: UUID, id: UUID) -> Counted | None:
    """Return one of them, or None if it is not there, or no longer."""
    row = session.execute(
        select(refusal).where(refusal.c.organisation_id == organisation_id, refusal.c.id == id)
    ).first()
    return None if row is None else _counted(row)


def sender_called(session: Session, key: str) -> Sender | None:
    """Return whose key this is, of whoever sent it; None if it is nobody's."""
    if "\x00" in key:  # PostgreSQL has no such strings
        return None
    row = session.execute(
        select(credential.c.id, credential.c.organisation_id).where(credential.c.key == key)
    ).first()
    if row is None:
        return None
    return Sender(organisation_id=row.organisation_id, credential=row.id, proved=False)


def described(value: Any) -> str:
    """Return kind and size of a JSON value, never the value: "string 14", "number", "list 3"."""
    if isinstance(value, str):
        return f"string {len(value)}"
    if isinstance(value, Mapping):
        return f"object {len(value)}"
    if isinstance(value, list):
        return f"list {len(value)}"
    if value is None:
        return "null"
    return "boolean" if isinstance(value, bool) else "number"


def cut(text: str, longest: int = _LONGEST) -> str:
    """Return `text` in one line that any database can hold, no longer than that."""
    line = "".join(character if character.isprintable() else " " for character in text)
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def _row(organisation_id: UUID, one: Counted) -> dict[str, Any]:
    values = {name: getattr(one.refusal, name) for name in _AS_IT_IS}
    return {
        **values,
        "organisation_id": organisation_id,
        "id": one.id,
        "credential": one.refusal.sender.credential,
        "proved": one.refusal.sender.proved,
        "first_at": one.first_at,
        "last_at": one.refusal.at,
        "times": one.times,
    }


_AS_IT_IS = (
    "method",
    "resource",
    "status",
    "slug",
    "pointer",
    "reason",
    "found",
    "statement_id",
    "size",
    "user_agent",
)


def _counted(row: Any) -> Counted:
    sender = Sender(
        organisation_id=row.organisation_id, credential=row.credential, proved=row.proved
    )
    values = {name: getattr(row, name) for name in _AS_IT_IS}
    return Counted(
        id=row.id,
        refusal=Refusal(sender=sender, at=row.last_at, **values),
        first_at=row.first_at,
        times=row.times,
    )


def _let_go(session: Session, organisation_id: UUID) -> None:
    mine = refusal.c.organisation_id == organisation_id
    first_too_many = session.execute(
        select(refusal.c.last_at, refusal.c.id)
        .where(mine)
        .order_by(refusal.c.last_at.desc(), refusal.c.id.desc())
        .offset(KEPT)
        .limit(1)
    ).first()
    if first_too_many is None:
        return
    at, id = first_too_many
    older = or_(refusal.c.last_at < at, and_(refusal.c.last_at == at, refusal.c.id <= id))
    session.execute(delete(refusal).where(mine, older))
