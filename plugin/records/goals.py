"""Next steps are told of as goals: set, tried, reached, and taken back with what was told of them.

A next step is the mentee's, whoever of the two says what became of it.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lrs_bridge import compose
from plugin.foundation.events import EventRow
from plugin.goals.events import CommitmentMade, CommitmentMoved
from plugin.goals.model import Commitment
from plugin.goals.rules import State
from plugin.records import told
from plugin.records.corrections import TAKEN_BACK
from plugin.records.groups import Group
from plugin.records.scenes import Scene, Scenes
from plugin.records.service import tell_of

TRIED: Final = 50
"""Percent: to have tried is more than nothing, and not yet all; nobody is asked for a number."""


class RecordGoals:
    """Subscribes to what happens to next steps."""

    def __init__(self, public_url: str) -> None:
        self._scenes = Scenes(public_url)

    def on_made(self, session: Session, event_id: UUID, event: CommitmentMade) -> None:
        """A mentee set a goal; what it is stays with the two."""
        scene, goal = self._scene(session, event_id, event)
        if scene.mentee is not None:
            statement = compose.goal_set(scene.occasion, scene.mentee, goal)
            tell_of(session, scene, Group.GOALS, statement, scene.mentee_id)

    def on_moved(self, session: Session, event_id: UUID, event: CommitmentMoved) -> None:
        """It was tried or done, or neither after all. What is dropped is not told."""
        if event.state == State.OPEN:
            self._take_back(session, event)
            return
        scene, goal = self._scene(session, event_id, event)
        if scene.mentee is None:
            return
        if event.state == State.TRIED:
            tried = compose.goal_progressed(scene.occasion, scene.mentee, goal, percent=TRIED)
            tell_of(session, scene, Group.GOALS, tried, scene.mentee_id)
        elif event.state == State.DONE:
            done = compose.goal_achieved(scene.occasion, scene.mentee, goal)
            tell_of(session, scene, Group.GOALS, done, scene.mentee_id)

    def _scene(
        self, session: Session, event_id: UUID, event: CommitmentMade | CommitmentMoved
    ) -> tuple[Scene, compose.Goal]:
        commitment = session.get_one(Commitment, event.subject_id)
        scene = self._scenes.of_pairing(session, event_id, event.at, commitment.pairing_id)
        return scene, compose.Goal(id=commitment.id, due=commitment.by)

    def _take_back(self, session: Session, event: CommitmentMoved) -> None:
        moves = select(EventRow.id).where(
            EventRow.subject_id == event.subject_id, EventRow.kind == CommitmentMoved.kind
        )
        for moved in session.scalars(moves.order_by(EventRow.at)).all():
            standing = told.told_of(session, moved)
            told.take_back(session, standing, tool=self._scenes.tool, why=TAKEN_BACK, now=event.at)
