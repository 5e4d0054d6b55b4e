"""Making and closing pairings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from plugin.foundation.errors import NoPlaceLeft
from plugin.foundation.events import happened
from plugin.foundation.tenancy import inserted_once
from plugin.pairings.events import PairingClosed, PairingMade
from plugin.pairings.model import EndReason, Pairing
from plugin.programmes.events import Left
from plugin.programmes.model import Part, Participation
from plugin.programmes.service import participation


def open_pairing(session: Session, programme_id: UUID, mentee_id: UUID) -> Pairing | None:
    """Return the pairing that a mentee has now, or None."""
    return session.scalar(
        select(Pairing).where(
            Pairing.programme_id == programme_id,
            Pairing.mentee_id == mentee_id,
            Pairing.closed_at.is_(None),
        )
    )


def of_mentor(session: Session, programme_id: UUID, mentor_id: UUID) -> Sequence[Pairing]:
    """Return the open pairings of a mentor, oldest first."""
    return session.scalars(
        select(Pairing)
        .where(
            Pairing.programme_id == programme_id,
            Pairing.mentor_id == mentor_id,
            Pairing.closed_at.is_(None),
        )
        .order_by(Pairing.made_at, Pairing.id)
    ).all()


def pair(
    session: Session,
    programme_id: UUID,
    *,
    mentor_id: UUID,
    mentee_id: UUID,
    reasons: Sequence[Mapping[str, Any]],
    now: datetime,
) -> Pairing | None:
    """Pair two people; None when the mentee already has somebody.

    Raises:
        NoPlaceLeft: the mentor has no place, or does not take part. The mentor's participation is
            locked while we count, so that two mentees cannot take the last place at once.
    """
    mentor = participation(session, programme_id, mentor_id, Part.MENTOR, locked=True)
    if mentor is None or mentor.left_at is not None:
        raise NoPlaceLeft("This mentor takes no mentees now.")
    if _mentees_of(session, programme_id, mentor_id) >= mentor.capacity:
        raise NoPlaceLeft("This mentor has as many mentees as they take.")
    new = inserted_once(
        session,
        Pairing,
        programme_id=programme_id,
        mentor_id=mentor_id,
        mentee_id=mentee_id,
        reasons=[dict(each) for each in reasons],
        made_at=now,
    )
    if not new:
        return None
    made = open_pairing(session, programme_id, mentee_id)
    assert made is not None  # noqa: S101 # inserted above, in this transaction
    happened(
        session,
        PairingMade(
            at=now,
            subject_id=made.id,
            programme_id=programme_id,
            mentor_id=mentor_id,
            mentee_id=mentee_id,
        ),
    )
    return made


def close(session: Session, pairing: Pairing, *, why: EndReason, by: UUID, now: datetime) -> None:
    """Close a pairing; its place is free again. Closing twice is closing once."""
    if pairing.closed_at is not None:
        return
    pairing.closed_at = now
    pairing.end_reason = why
    session.flush()
    happened(
        session,
        PairingClosed(
            at=now,
            subject_id=pairing.id,
            actor_id=by,
            programme_id=pairing.programme_id,
            mentor_id=pairing.mentor_id,
            mentee_id=pairing.mentee_id,
            end_reason=why,
        ),
    )


def waiting(session: Session, programme_id: UUID) -> Sequence[Participation]:
    """Return the mentees without a mentor, who waited longest first."""
    taken = select(Pairing.mentee_id).where(
        Pairing.programme_id == programme_id, Pairing.closed_at.is_(None)
    )
    return session.scalars(
        select(Participation)
        .where(
            Participation.programme_id == programme_id,
            Participation.part == Part.MENTEE,
            Participation.left_at.is_(None),
            Participation.person_id.not_in(taken),
        )
        .order_by(Participation.joined_at, Participation.id)
    ).all()


def on_left(session: Session, _event_id: UUID, event: Left) -> None:
    """Close the pairing of a mentee who left."""
    pairing = open_pairing(session, event.programme_id, event.person_id)
    if pairing is not None:
        close(session, pairing, why=EndReason.WITHDRAWN, by=event.person_id, now=event.at)


def mentees_by_mentor(session: Session, programme_id: UUID) -> dict[UUID, int]:
    """Return how many mentees each mentor of a programme has now; who has none is left out."""
    counted = session.execute(
        select(Pairing.mentor_id, func.count())
        .where(Pairing.programme_id == programme_id, Pairing.closed_at.is_(None))
        .group_by(Pairing.mentor_id)
    )
    return {row[0]: row[1] for row in counted}


def _mentees_of(session: Session, programme_id: UUID, mentor_id: UUID) -> int:
    counted = select(func.count(Pairing.id)).where(
        Pairing.mentor_id == mentor_id,
        Pairing.programme_id == programme_id,
        Pairing.closed_at.is_(None),
    )
    return session.scalars(counted).one()
