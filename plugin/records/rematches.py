"""What a new pairing follows: the statement that told of the end of the mentee's last one."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugin.foundation.events import EventRow
from plugin.pairings.events import PairingClosed
from plugin.pairings.model import Pairing
from plugin.programmes.model import Part, Participation
from plugin.records.model import Told


def closing(session: Session, *, programme_id: UUID, mentee_id: UUID) -> UUID | None:
    """Return the id of the statement that closed the mentee's last pairing of a programme.

    None: it is their first, nothing was told of its end, or they have said "stop" since. What was
    told before that is let go of, and must not be joined to what they are called by now.
    """
    return session.scalar(
        select(Told.statement_id)
        .join(EventRow, EventRow.id == Told.event_id)
        .join(Pairing, Pairing.id == EventRow.subject_id)
        .join(
            Participation,
            (Participation.programme_id == Pairing.programme_id)
            & (Participation.person_id == Pairing.mentee_id)
            & (Participation.part == Part.MENTEE),
        )
        .where(
            Pairing.programme_id == programme_id,
            Pairing.mentee_id == mentee_id,
            EventRow.kind == PairingClosed.kind,
            EventRow.at >= Participation.recorded_since,
            Told.voided_at.is_(None),
        )
        .order_by(EventRow.at.desc(), Told.revision.desc(), Told.at.desc(), Told.id)
        .limit(1)
    )
