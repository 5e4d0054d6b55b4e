"""What people choose: whether they are recorded, and by what they are called then."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from plugin.foundation.events import happened
from plugin.platforms.model import ActorForm
from plugin.programmes import events
from plugin.programmes.model import Participation


def choose_recording(
    session: Session,
    participation: Participation,
    recorded: bool,
    *,
    known_as: ActorForm = ActorForm.ACCOUNT,
    now: datetime,
) -> None:
    """Keep the person's choice: records are written from now on, never for what was before.

    Args:
        known_as: the least private way of being called in them that they agree to.
    """
    participation.recorded_as = known_as
    stopped = participation.recorded and not recorded
    if recorded and not participation.recorded:
        participation.recorded_since = now
    participation.recorded = recorded
    if stopped:
        participation.recorded_since = None
        session.flush()
        happened(
            session,
            events.RecordingStopped(
                at=now,
                subject_id=participation.id,
                actor_id=participation.person_id,
                person_id=participation.person_id,
            ),
        )
