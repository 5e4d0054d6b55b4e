"""Owing statements, and remembering them so that they can be taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lrs_bridge.compose import Correction, voided
from plugin.foundation.tenancy import inserted_each, organisation_of
from plugin.records.called import Called, remember
from plugin.records.model import Told
from plugin.targets.rules import people_in
from plugin.targets.service import Said, owe_statements

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToTell:
    """A statement about an event.

    Attributes:
        now: by our clock; when it is owed, which is not always when it happened.
        about: whom it is about, so that what waits can be dropped when they say stop.
        programme_id: which it belongs to.
        called: people, and by what it may call them: it is still about them when that has changed.
        revision: which of the tellings of this event it belongs to.
    """

    statement: Json
    event_id: UUID
    now: datetime
    programme_id: UUID
    called: Sequence[Called]
    about: Sequence[UUID] = ()
    revision: int = 0


def tell(session: Session, *several: ToTell) -> None:
    """Owe statements about events."""
    inserted_each(
        session,
        Told,
        [
            {
                "statement_id": UUID(each.statement["id"]),
                "event_id": each.event_id,
                "revision": each.revision,
                "at": each.now,
            }
            for each in several
        ],
    )
    remember(
        session,
        [(each.programme_id, people_in(each.statement), each.called) for each in several],
    )
    owe_statements(session, [_said(each.statement, each.about, each.now) for each in several])


def told_of(session: Session, event_id: UUID) -> Sequence[Told]:
    """Return what was told of an event and not taken back."""
    return session.scalars(
        select(Told)
        .where(Told.event_id == event_id, Told.voided_at.is_(None))
        .order_by(Told.revision, Told.id)
        .with_for_update()  # what is told anew at this moment has another id afterwards
    ).all()


def last_revision(session: Session, event_id: UUID) -> int:
    """Return which telling of an event was the last, taken back or not."""
    last = session.scalar(select(func.max(Told.revision)).where(Told.event_id == event_id))
    return last or 0


def take_back(
    session: Session, several: Sequence[Told], *, tool: str, why: str, now: datetime
) -> None:
    """Owe the voiding of statements. It tells nothing about anybody, and so nobody stops it.

    Args:
        tool: our public URL.
        why: in a few fixed words.
    """
    correction = Correction(organisation_id=organisation_of(session), at=now, tool=tool, why=why)
    for told in several:
        told.voided_at = now
    voids = [voided(correction, told.statement_id) for told in several]
    owe_statements(session, [_said(void, (), now) for void in voids])


def told_anew(session: Session, ids: Mapping[UUID, UUID]) -> set[UUID]:
    """Remember under which other ids statements are told, so that they are taken back as well.

    Args:
        ids: from that which a statement was told under to that which it is told under now.

    Returns:
        The old ids of what was taken back meanwhile, and is not to be told anew.
    """
    before = session.scalars(
        select(Told)
        .where(Told.statement_id.in_(list(ids)))
        .order_by(Told.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    inserted_each(
        session,
        Told,
        [
            {
                "statement_id": ids[each.statement_id],
                "event_id": each.event_id,
                "revision": each.revision,
                "at": each.at,
            }
            for each in before
            if each.voided_at is None
        ],
    )
    return {each.statement_id for each in before if each.voided_at is not None}


def _said(statement: Json, about: Sequence[UUID], now: datetime) -> Said:
    people = "".join(f"{person}:" for person in about)
    return Said(statement=statement, key=f"{people}{statement['id']}", now=now)
