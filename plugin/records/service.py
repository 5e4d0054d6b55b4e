"""From events to statements and scores: composed, frozen and owed in the event's transaction.

A statement is owed only for people who chose to be recorded, from the moment of their choice. It
carries ids, times and types: never what was written, never a rating, never a name.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from lrs_bridge import compose
from lrs_bridge.compose import Account, Occasion, Role
from plugin.checkins import events as checkins
from plugin.checkins.model import CheckIn
from plugin.foundation.outbox import drop, owe, waiting
from plugin.pairings.events import PairingClosed, PairingMade
from plugin.people.service import accounts_of
from plugin.programmes import events as programmes
from plugin.programmes.model import Checkpoint
from plugin.records.scenes import Scenes
from plugin.records.scores import owe_score

STATEMENT = "statement"

Json = dict[str, Any]


class Records:
    """Subscribes to events and owes what they are to be remembered by."""

    def __init__(self, public_url: str) -> None:
        self._scenes = Scenes(public_url)

    def on_joined(self, session: Session, event_id: UUID, event: programmes.Joined) -> None:
        """Somebody takes part."""
        self._taking_part(session, event_id, event, compose.joined)

    def on_left(self, session: Session, event_id: UUID, event: programmes.Left) -> None:
        """Somebody takes part no longer."""
        self._taking_part(session, event_id, event, compose.left)

    def on_recording_stopped(
        self, session: Session, _event_id: UUID, event: programmes.RecordingStopped
    ) -> None:
        """Drop what still waits to be told about somebody, and their name in what waits of others.

        What a worker holds at this moment may just have been told, and is left as it is.
        """
        drop(session, STATEMENT, key_part=f"{event.person_id}:", now=event.at)
        accounts = accounts_of(session, event.person_id)
        for debt in waiting(session, STATEMENT, now=event.at):
            instructor = debt.payload.get("context", {}).get("instructor", {}).get("account", {})
            if (instructor.get("homePage"), instructor.get("name")) in accounts:
                context = {**debt.payload["context"]}
                del context["instructor"]
                debt.payload = {**debt.payload, "context": context}

    def on_mentor_attached(
        self, session: Session, event_id: UUID, event: programmes.MentorAttached
    ) -> None:
        """A mentor is there for a course."""
        scene = self._scenes.of_participation(session, event_id, event.at, event.subject_id)
        if scene.mentor is not None and scene.occasion.course is not None:
            statement = compose.mentor_attached(scene.occasion, scene.mentor, scene.occasion.course)
            _owe(session, statement, scene.mentor_id, event.at)

    def on_pairing_made(self, session: Session, event_id: UUID, event: PairingMade) -> None:
        """The matching brought two together: it proposes, and joining was the mentee's yes."""
        scene = self._scenes.of_pairing(session, event_id, event.at, event.subject_id)
        if scene.mentee is not None:
            proposed = compose.pairing_proposed(scene.occasion, scene.mentee)
            _owe(session, proposed, scene.mentee_id, event.at)
            accepted = compose.pairing_accepted(scene.occasion, scene.mentee)
            _owe(session, accepted, scene.mentee_id, event.at)

    def on_pairing_closed(self, session: Session, event_id: UUID, event: PairingClosed) -> None:
        """A pairing is over."""
        scene = self._scenes.of_pairing(session, event_id, event.at, event.subject_id)
        by = scene.voice(event.actor_id)
        if scene.mentee is not None:
            statement = compose.pairing_ended(
                scene.occasion, compose.EndReason(event.end_reason), by=by
            )
            _owe(session, statement, scene.mentee_id, event.at)

    def on_opened(self, session: Session, event_id: UUID, event: checkins.Opened) -> None:
        """A completion opened a check-in."""
        scene, checkin = self._scenes.of_checkin(session, event_id, event.at, event.subject_id)
        if scene.mentee is None:
            return
        checkpoint = session.get_one(Checkpoint, checkin.checkpoint_id)
        trigger = compose.Trigger(
            rule=checkpoint.id,
            source=event.source,
            activity=checkpoint.iri,
            at=checkin.completed_at,
            statement_id=event.reference,
        )
        module = compose.Module(iri=checkpoint.iri, title=checkpoint.name)
        statement = compose.check_in_assigned(
            scene.occasion,
            scene.mentee,
            checkin.id,
            trigger,
            module=module if checkpoint.kind == "module" else None,
        )
        _owe(session, statement, scene.mentee_id, event.at)

    def on_booked(self, session: Session, event_id: UUID, event: checkins.Booked) -> None:
        """A time is set."""
        self._by_actor(
            session,
            event_id,
            event,
            lambda occasion, by, checkin: compose.scheduled(
                occasion, by, checkin.id, start=event.starts_at, seconds=checkin.minutes * 60
            ),
        )

    def on_rebooked(self, session: Session, event_id: UUID, event: checkins.Rebooked) -> None:
        """Another time is set."""
        self._by_actor(
            session,
            event_id,
            event,
            lambda occasion, by, checkin: compose.rescheduled(
                occasion,
                by,
                checkin.id,
                start=event.starts_at,
                seconds=checkin.minutes * 60,
                previous_start=event.previous,
            ),
        )

    def on_cancelled(self, session: Session, event_id: UUID, event: checkins.Cancelled) -> None:
        """A booking was called off."""
        self._by_actor(
            session,
            event_id,
            event,
            lambda occasion, by, checkin: compose.cancelled(occasion, by, checkin.id),
        )

    def on_missed(self, session: Session, event_id: UUID, event: checkins.Missed) -> None:
        """Somebody did not come."""
        scene, checkin = self._scenes.of_checkin(session, event_id, event.at, event.subject_id)
        absent = scene.voice(event.absent_id)
        if absent is not None:
            statement = compose.missed(scene.occasion, absent, checkin.id)
            _owe(session, statement, event.absent_id, event.at)

    def on_held(self, session: Session, event_id: UUID, event: checkins.Held) -> None:
        """They spoke: both sides of it, and the gradebook."""
        scene, checkin = self._scenes.of_checkin(session, event_id, event.at, event.subject_id)
        seconds = event.minutes * 60
        if scene.mentee is not None:
            attended = compose.attended(scene.occasion, scene.mentee, checkin.id, seconds=seconds)
            _owe(session, attended, scene.mentee_id, event.at)
        if scene.mentor is not None and scene.mentee is not None:
            mentored = compose.mentored(
                scene.occasion, scene.mentor, scene.mentee, checkin.id, seconds=seconds
            )
            _owe(session, mentored, scene.mentor_id, event.at, and_about=scene.mentee_id)
        owe_score(session, event_id, checkin, at=event.at)

    def on_reflected(self, session: Session, event_id: UUID, event: checkins.Reflected) -> None:
        """Somebody looked back; how they rated it stays here."""
        self._by_actor(
            session,
            event_id,
            event,
            lambda occasion, by, checkin: compose.rated(occasion, by, Role(event.part), checkin.id),
        )

    def _by_actor(
        self,
        session: Session,
        event_id: UUID,
        event: checkins.Booked | checkins.Rebooked | checkins.Cancelled | checkins.Reflected,
        told: Callable[[Occasion, Account, CheckIn], Json],
    ) -> None:
        scene, checkin = self._scenes.of_checkin(session, event_id, event.at, event.subject_id)
        by = scene.voice(event.actor_id)
        if by is not None:
            _owe(session, told(scene.occasion, by, checkin), event.actor_id, event.at)

    def _taking_part(
        self,
        session: Session,
        event_id: UUID,
        event: programmes.Joined | programmes.Left,
        told: Callable[[Occasion, Account, Role], Json],
    ) -> None:
        scene = self._scenes.of_participation(session, event_id, event.at, event.subject_id)
        if scene.mentee is not None:
            statement = told(scene.occasion, scene.mentee, Role.MENTEE)
            _owe(session, statement, event.person_id, event.at)


def _owe(
    session: Session,
    statement: Json,
    about: UUID | None,
    now: datetime,
    *,
    and_about: UUID | None = None,
) -> None:
    # The key names whom it is about, so that what waits can be dropped when they say stop.
    people = "".join(f"{person}:" for person in (about, and_about) if person is not None)
    owe(session, STATEMENT, key=f"{people}{statement['id']}", payload=statement, now=now)
