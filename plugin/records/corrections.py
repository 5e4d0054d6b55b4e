"""What was told is corrected: the old statement is voided, and a new revision says what is so.

How long a talk was is told anew only where it was told before.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from lrs_bridge import compose
from plugin.checkins import corrections, events
from plugin.checkins.model import CheckIn
from plugin.records import told
from plugin.records.groups import Group
from plugin.records.scenes import Scene, Scenes
from plugin.records.scores import owe_score
from plugin.records.service import Telling, both_sides

TAKEN_BACK = "said by mistake"
CORRECTED = "told anew, corrected"
NOT_COMPLETED = "the completion that led to it was taken back"

Json = dict[str, Any]


class RecordCorrections:
    """Subscribes to corrections of what records may have told."""

    def __init__(self, public_url: str) -> None:
        self._scenes = Scenes(public_url)

    def on_taken_back(self, session: Session, event_id: UUID, event: events.TakenBack) -> None:
        """What was said was a mistake; the gradebook counts again."""
        self._void(session, event.said_id, TAKEN_BACK, event.at)
        if event.said == events.Held.kind:
            checkin = session.get_one(CheckIn, event.subject_id)
            owe_score(session, event_id, checkin, at=event.at)

    def on_minutes_corrected(
        self, session: Session, _event_id: UUID, event: events.MinutesCorrected
    ) -> None:
        """They talked for longer or shorter: both sides of it anew."""
        self._told_anew(
            session, event, lambda scene, checkin: both_sides(scene, checkin, event.minutes)
        )

    def on_absence_corrected(
        self, session: Session, _event_id: UUID, event: events.AbsenceCorrected
    ) -> None:
        """It was the other one: told of them, if they are recorded."""
        self._void(session, event.said_id, CORRECTED, event.at)
        scene, checkin, revision = self._scene(session, event)
        absent = scene.voice(event.absent_id)
        if absent is not None and Group.CHECK_INS in scene.groups:
            statement = compose.missed(scene.revised(revision).occasion, absent, checkin.id)
            self._tell(session, event, scene, statement, (event.absent_id,), revision)

    def on_withdrawn(self, session: Session, _event_id: UUID, event: events.Withdrawn) -> None:
        """What led to a check-in was taken back, so it never was due."""
        opened = corrections.last_opening(session, event.subject_id)
        if event.completion_taken_back and opened is not None:
            self._void(session, opened, NOT_COMPLETED, event.at)

    def _told_anew(
        self,
        session: Session,
        event: events.MinutesCorrected,
        telling: Callable[[Scene, CheckIn], Telling],
    ) -> None:
        before = told.told_of(session, event.said_id)
        voided = {str(each.statement_id) for each in before}
        scene, checkin, revision = self._scene(session, event)
        old = telling(scene.revised(revision - 1), checkin)
        new = telling(scene.revised(revision), checkin)
        self._void(session, event.said_id, CORRECTED, event.at)
        if Group.CHECK_INS not in scene.groups:
            return
        for (was, _), (statement, about) in zip(old, new, strict=True):
            if was["id"] in voided:
                self._tell(session, event, scene, statement, about, revision)

    def _scene(
        self, session: Session, event: events.MinutesCorrected | events.AbsenceCorrected
    ) -> tuple[Scene, CheckIn, int]:
        """Return the scene of what was said, its check-in, and the revision that comes next."""
        said_at = corrections.said_at(session, event.said_id)
        scene, checkin = self._scenes.of_checkin(session, event.said_id, said_at, event.subject_id)
        return scene, checkin, told.last_revision(session, event.said_id) + 1

    def _tell(
        self,
        session: Session,
        event: events.MinutesCorrected | events.AbsenceCorrected,
        scene: Scene,
        statement: Json,
        about: tuple[UUID | None, ...],
        revision: int,
    ) -> None:
        told.tell(
            session,
            told.ToTell(
                statement=statement,
                event_id=event.said_id,
                about=[person for person in about if person is not None],
                programme_id=scene.occasion.programme.id,
                called=scene.called,
                revision=revision,
                now=event.at,
            ),
        )

    def _void(self, session: Session, said_id: UUID, why: str, now: datetime) -> None:
        told.take_back(
            session, told.told_of(session, said_id), tool=self._scenes.tool, why=why, now=now
        )
