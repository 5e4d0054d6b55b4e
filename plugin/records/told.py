"""Owing statements, and remembering them so that they can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lrs_bridge.compose import Correction, voided
from plugin.foundation.tenancy import inserted_once, organisation_of
from plugin.records.model import Told
from plugin.targets.service import owe_statement

Json = dict[str, Any]


def tell(
    session: Session,
    statement: Json,
    *,
    event_id: UUID,
    about: Sequence[UUID] = (),
    revision: int = 0,
    now: datetime,
) -> None:
    """Owe a statement about an event.

    Args:
        about: whom it is about, so that what waits can be dropped when they say stop.
        revision: which of the tellings of this event it belongs to.
    """
    inserted_once(
        session,
        Told,
        statement_id=UUID(statement["id"]),
        event_id=event_id,
        revision=revision,
        at=now,
    )
    _owe(session, statement, about, now)


def told_of(session: Session, event_id: UUID) -> Sequence[Told]:
    """Return what was told of an event and not taken back."""
    return session.scalars(
        select(Told)
        .where(Told.event_id == event_id, Told.voided_at.is_(None))
        .order_by(Told.revision, Told.id)
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
        _owe(session, voided(correction, told.statement_id), (), now)


def _owe(session: Session, statement: Json, about: Sequence[UUID], now: datetime) -> None:
    people = "".join(f"{person}:" for person in about)
    owe_statement(session, statement, key=f"{people}{statement['id']}", now=now)
