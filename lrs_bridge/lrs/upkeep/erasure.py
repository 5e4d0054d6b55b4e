"""Erasing: statements and documents that the law, or an agreement, wants gone. See ADR 0013.

Voiding says that a statement does not hold; it stays. What is erased is gone: the row, everything
that it was found by, and content that no other statement came with. A tombstone keeps its id and
its place in the order, so that the sender who sends it again brings nothing back, and nothing else
takes its place. Who erased what, why and how much, is written down; whose it was is not.

What other statements say of the one that is erased is their own. They stay, unless they name the
person too; found by it or through it they are no more. What a voiding statement voided stays so;
what it would have voided, had that come, is not.

Canonical definitions of activities stay: they are what many senders said of a thing, not of a
person. Where an activity *is* a person's, erase its statements and overwrite its definition.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from uuid import UUID, uuid4

from sqlalchemy import delete, insert, select, tuple_, update
from sqlalchemy.orm import Session

from lrs_bridge.errors import Unavailable
from lrs_bridge.lrs.attachments import received as attachments
from lrs_bridge.lrs.attachments.contents import Contents
from lrs_bridge.lrs.consistency import take_turn
from lrs_bridge.lrs.index import entry
from lrs_bridge.lrs.store import Clock
from lrs_bridge.lrs.tables import document, erasure, statement, tombstone
from lrs_bridge.lrs.upkeep import unlinking
from lrs_bridge.lrs.upkeep.wanted import TOGETHER, Meant, Wanted, documents, pages

Transaction = Callable[[], AbstractContextManager[Session]]
OnErased = Callable[[Session, UUID, Sequence[UUID]], None]


def ignored(_session: Session, _organisation_id: UUID, _ids: Sequence[UUID]) -> None:
    """Do nothing about statements that were erased."""


def asked_before(
    session: Session, organisation_id: UUID, wanted: Wanted, secret: bytes
) -> list[datetime]:
    """Return when the same was erased, the newest first."""
    same = erasure.c.organisation_id == organisation_id, erasure.c.asked == wanted.digest(secret)
    return list(session.scalars(select(erasure.c.at).where(*same).order_by(erasure.c.at.desc())))


@dataclass(slots=True, kw_only=True)
class Erasure:
    """One erasure in one organisation; broken off, it may simply be begun again.

    Attributes:
        transaction: opens a writing one.
        by, reason: who erases, and why; neither may name the person.
        secret: key of the digest of what was wanted.
        contents: see `xapi_blueprint`.
        on_erased: told in the same transaction of the ids of what was erased.
        statements, documents: how many were, so far.
    """

    organisation_id: UUID
    transaction: Transaction
    clock: Clock
    by: str
    reason: str
    secret: bytes
    contents: Contents | None = None
    on_erased: OnErased = ignored
    id: UUID = field(default_factory=uuid4)
    statements: int = 0
    documents: int = 0
    _is_logged: bool = False

    def erase(self, wanted: Wanted) -> Iterator[None]:
        """Erase what is wanted; yield after each transaction. What is not there is not written."""
        after: int | None = 0
        while after is not None:
            with self.transaction() as session:
                after, names = self._some_statements(session, wanted, after)
            self._delete(names)
            yield
        while True:
            with self.transaction() as session:
                some = self._some_documents(session, wanted)
            yield
            if not some:
                break
        if self._is_logged:
            with self.transaction() as session:
                self._log(session, wanted, finished_at=self.clock())

    def _delete(self, names: Sequence[str]) -> None:
        """Delete content outside of the database; what cannot be is swept away a day later."""
        if self.contents is not None:
            with suppress(Unavailable):
                for name in names:
                    self.contents.delete(name)

    def _some_statements(
        self, session: Session, wanted: Wanted, after: int
    ) -> tuple[int | None, list[str]]:
        """Erase the first statements after a place; return where to go on, and names of content."""
        take_turn(session, self.organisation_id)
        _wipe_what_is_deleted(session)
        page, after_it = next(pages(session, self.organisation_id, wanted, after))
        if not page:
            return after_it, []
        self.statements += len(page)
        self._log(session, wanted)
        return after_it, self._erased(session, page)

    def _erased(self, session: Session, page: Sequence[Meant]) -> list[str]:
        organisation_id = self.organisation_id
        gone = {it.seq: entry(organisation_id, it.payload, it.authority) for it in page}
        ours = statement.c.organisation_id == organisation_id, statement.c.seq.in_(gone)
        columns = statement.c.seq, statement.c.id, statement.c.target, statement.c.voiding
        rows = session.execute(select(*columns).where(*ours)).all()
        voided = _voided(session, organisation_id, [it.target for it in rows if it.voiding])
        unlinking.forget(session, organisation_id, gone)
        names = attachments.forget(session, organisation_id, list(gone))
        session.execute(delete(statement).where(*ours))
        session.execute(
            insert(tombstone),
            [
                {
                    "organisation_id": organisation_id,
                    "seq": row.seq,
                    "id": row.id,
                    "erasure_id": self.id,
                    "at": self.clock(),
                    "voided": row.target if row.voiding and row.target in voided else None,
                }
                for row in rows
            ],
        )
        self.on_erased(session, organisation_id, [row.id for row in rows])
        return names

    def _some_documents(self, session: Session, wanted: Wanted) -> int:
        _wipe_what_is_deleted(session)
        found = documents(session, self.organisation_id, wanted)
        some = list(islice(found, TOGETHER))
        if some:
            self.documents += len(some)
            self._log(session, wanted)
            session.execute(
                delete(document).where(
                    document.c.organisation_id == self.organisation_id,
                    tuple_(document.c.context, document.c.key).in_(some),
                )
            )
        return len(some)

    def _log(self, session: Session, wanted: Wanted, finished_at: datetime | None = None) -> None:
        values = {
            "statements": self.statements,
            "documents": self.documents,
            "finished_at": finished_at,
        }
        if self._is_logged:
            session.execute(update(erasure).where(erasure.c.id == self.id).values(values))
            return
        session.execute(
            insert(erasure).values(
                id=self.id,
                organisation_id=self.organisation_id,
                at=self.clock(),
                by=self.by,
                reason=self.reason,
                asked=wanted.digest(self.secret),
                **values,
            )
        )
        self._is_logged = True


def _voided(session: Session, organisation_id: UUID, ids: Sequence[UUID]) -> set[UUID]:
    """Return those of the statements with `ids` that are there, and voided."""
    return set(
        session.scalars(
            select(statement.c.id).where(
                statement.c.organisation_id == organisation_id,
                statement.c.id.in_(ids),
                statement.c.voided,
            )
        )
    )


def _wipe_what_is_deleted(session: Session) -> None:
    """Let SQLite write zeros over what it deletes; PostgreSQL knows nothing like it."""
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql("PRAGMA secure_delete=ON")
