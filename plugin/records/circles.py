"""Who was at a session of a circle, and who led it: a statement each, of those who are recorded."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lrs_bridge import compose
from lrs_bridge.compose import Actor
from plugin.circles.events import SessionHeld
from plugin.circles.model import Circle, CircleAttendance
from plugin.records.groups import Group
from plugin.records.scenes import Scene, Scenes
from plugin.records.service import tell_of


class RecordCircles:
    """Subscribes to what happens in circles."""

    def __init__(self, public_url: str) -> None:
        self._scenes = Scenes(public_url)

    def on_held(self, session: Session, event_id: UUID, event: SessionHeld) -> None:
        """They met. Each statement is named after what it tells of, since the event is one."""
        circle = session.get_one(Circle, event.circle_id)
        scene = self._scenes.of_circle(session, event_id, event.at, circle)
        if scene.mentor is not None:
            _attended(session, scene, event, scene.mentor, event.mentor_id, event_id)
        there = select(CircleAttendance).where(CircleAttendance.session_id == event.subject_id)
        for attendance in session.scalars(there.order_by(CircleAttendance.id)).all():
            learner = self._scenes.learner_of(session, circle, attendance.person_id)
            if learner is not None:
                _attended(session, scene, event, learner, attendance.person_id, attendance.id)


def _attended(
    session: Session, scene: Scene, event: SessionHeld, who: Actor, person_id: UUID, name: UUID
) -> None:
    statement = compose.circle_attended(
        replace(scene.occasion, event_id=name), who, event.subject_id, seconds=event.minutes * 60
    )
    named = replace(scene, called=[*scene.called, (person_id, who)])
    tell_of(session, named, Group.CIRCLES, statement, person_id)
