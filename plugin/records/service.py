"""From events to statements and scores: composed, frozen and owed in the event's transaction.

A statement is owed only for people who chose to be recorded, from the moment of their choice, and
only of the groups that the programme tells. It carries ids, times and types: never what was
written, never a rating, never a name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from lrs_bridge import compose
from lrs_bridge.compose import Actor, Occasion, Role
from plugin.checkins import events as checkins
from plugin.checkins.model import CheckIn
from plugin.foundation.tenancy import rows_of
from plugin.pairings.events import PairingClosed, PairingMade
from plugin.programmes import events as programmes
from plugin.programmes.model import Checkpoint, Participation
from plugin.records.called import called_in, forget
from plugin.records.groups import Group
from plugin.records.rematches import closing
from plugin.records.scenes import Scene, Scenes
from plugin.records.scores import owe_score
from plugin.records.told import ToTell, tell
from plugin.targets.withdrawal import Withdrawals

Json = dict[str, Any]


class Records:
    """Subscribes to events and owes what they are to be remembered by."""

    def __init__(self, public_url: str, withdrawals: Withdrawals) -> None:
        self._scenes = Scenes(public_url)
        self._public_url = public_url
        self._withdrawals = withdrawals

    def on_opened_programme(
        self, session: Session, event_id: UUID, event: programmes.Opened
    ) -> None:
        """There is mentoring in a course; whoever set it up is named only if they chose that."""
        scene = self._scenes.of_programme(
            session, event_id, event.at, event.subject_id, event.actor_id
        )
        about = event.actor_id if scene.by else None
        statement = compose.programme_created(scene.occasion, by=scene.by)
        tell_of(session, scene, Group.TAKING_PART, statement, about)

    def on_joined(self, session: Session, event_id: UUID, event: programmes.Joined) -> None:
        """Somebody takes part."""
        self._taking_part(session, event_id, event, compose.joined)

    def on_left(
        self,
        session: Session,
        event_id: UUID,
        event: programmes.Left | programmes.MentorDetached,
    ) -> None:
        """Somebody takes part no longer."""
        self._taking_part(session, event_id, event, compose.left)

    def on_recording_stopped(
        self, session: Session, _event_id: UUID, event: programmes.RecordingStopped
    ) -> None:
        """Tell nothing more, and take back what was told, as far as each store can."""
        programme_id = session.get_one(Participation, event.subject_id).programme_id
        self._withdrawals.withdraw(
            session,
            person_id=event.person_id,
            programme_id=programme_id,
            people=called_in(session, event.person_id, programme_id),
            programme=f"{self._public_url}/programmes/{programme_id}",
            now=event.at,
        )
        forget(session, event.person_id, programme_id)

    def on_mentor_attached(
        self, session: Session, event_id: UUID, event: programmes.MentorAttached
    ) -> None:
        """A mentor takes part, and is there for a course."""
        self._taking_part(session, event_id, event, compose.joined)
        scene, part = self._scenes.of_participation(session, event_id, event.at, event.subject_id)
        if scene.by is not None and scene.occasion.course is not None:
            statement = compose.mentor_attached(scene.occasion, scene.by, scene.occasion.course)
            tell_of(session, scene, Group.TAKING_PART, statement, part.person_id)

    def on_pairing_made(self, session: Session, event_id: UUID, event: PairingMade) -> None:
        """The matching brought two together: it proposes, and joining was the mentee's yes."""
        scene = self._scenes.of_pairing(session, event_id, event.at, event.subject_id)
        if scene.mentee is not None and Group.PAIRING in scene.groups:
            before = closing(session, programme_id=event.programme_id, mentee_id=event.mentee_id)
            proposed = compose.pairing_proposed(scene.occasion, scene.mentee, closing=before)
            tell_of(session, scene, Group.PAIRING, proposed, scene.mentee_id)
            accepted = compose.pairing_accepted(scene.occasion, scene.mentee)
            tell_of(session, scene, Group.PAIRING, accepted, scene.mentee_id)

    def on_pairing_closed(self, session: Session, event_id: UUID, event: PairingClosed) -> None:
        """A pairing is over."""
        scene = self._scenes.of_pairing(session, event_id, event.at, event.subject_id)
        by = scene.voice(event.actor_id)
        if scene.mentee is not None:
            statement = compose.pairing_ended(
                scene.occasion, compose.EndReason(event.end_reason), by=by
            )
            tell_of(session, scene, Group.PAIRING, statement, scene.mentee_id)

    def on_opened(self, session: Session, opened: Sequence[tuple[UUID, checkins.Opened]]) -> None:
        """Completions opened check-ins: often many at once."""
        moments = [(event_id, event.at, event.subject_id) for event_id, event in opened]
        scenes = self._scenes.of_checkins(session, moments)
        rules = rows_of(session, Checkpoint, {checkin.checkpoint_id for _, checkin in scenes})
        to_tell = []
        for (scene, checkin), (_, event) in zip(scenes, opened, strict=True):
            if scene.mentee is not None and Group.CHECK_INS in scene.groups:
                rule = rules[checkin.checkpoint_id]
                statement = _assigned(scene, scene.mentee, checkin, rule, event)
                to_tell.append(_to_tell(scene, statement, scene.mentee_id))
        tell(session, *to_tell)

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
            tell_of(session, scene, Group.CHECK_INS, statement, event.absent_id)

    def on_held(self, session: Session, event_id: UUID, event: checkins.Held) -> None:
        """They spoke: both sides of it, and the gradebook."""
        scene, checkin = self._scenes.of_checkin(session, event_id, event.at, event.subject_id)
        for statement, about in both_sides(scene, checkin, event.minutes):
            tell_of(session, scene, Group.CHECK_INS, statement, *about)
        owe_score(session, event_id, checkin, at=event.at)

    def on_reflected(self, session: Session, event_id: UUID, event: checkins.Reflected) -> None:
        """Somebody looked back, and may have left the other a note; what they think stays here."""
        note_id = event.note_id
        self._by_actor(
            session,
            event_id,
            event,
            lambda occasion, by, checkin: compose.rated(occasion, by, Role(event.part), checkin.id),
            Group.FEEDBACK,
        )
        if note_id is not None:
            self._by_actor(
                session,
                event_id,
                event,
                lambda occasion, by, checkin: compose.note_shared(
                    occasion, by, checkin.id, note_id
                ),
                Group.NOTES,
            )

    def _by_actor(
        self,
        session: Session,
        event_id: UUID,
        event: checkins.Booked | checkins.Rebooked | checkins.Cancelled | checkins.Reflected,
        told: Callable[[Occasion, Actor, CheckIn], Json],
        group: Group = Group.CHECK_INS,
    ) -> None:
        scene, checkin = self._scenes.of_checkin(session, event_id, event.at, event.subject_id)
        by = scene.voice(event.actor_id)
        if by is not None:
            tell_of(session, scene, group, told(scene.occasion, by, checkin), event.actor_id)

    def _taking_part(
        self,
        session: Session,
        event_id: UUID,
        event: programmes.Joined
        | programmes.Left
        | programmes.MentorAttached
        | programmes.MentorDetached,
        told: Callable[[Occasion, Actor, Role], Json],
    ) -> None:
        scene, part = self._scenes.of_participation(session, event_id, event.at, event.subject_id)
        if scene.by is not None:
            statement = told(scene.occasion, scene.by, Role(part.part))
            tell_of(session, scene, Group.TAKING_PART, statement, event.person_id)


Telling = list[tuple[Json, tuple[UUID | None, ...]]]
"""Statements, and whom each of them is about."""


def both_sides(scene: Scene, checkin: CheckIn, minutes: int) -> Telling:
    """Return what is told of a talk, and whom each statement is about."""
    seconds = minutes * 60
    both: Telling = []
    if scene.mentee is not None:
        attended = compose.attended(scene.occasion, scene.mentee, checkin.id, seconds=seconds)
        both.append((attended, (scene.mentee_id,)))
    if scene.mentor is not None and scene.mentee is not None:
        mentored = compose.mentored(
            scene.occasion, scene.mentor, scene.mentee, checkin.id, seconds=seconds
        )
        both.append((mentored, (scene.mentor_id, scene.mentee_id)))
    return both


def _assigned(
    scene: Scene, mentee: Actor, checkin: CheckIn, rule: Checkpoint, event: checkins.Opened
) -> Json:
    trigger = compose.Trigger(
        rule=rule.id,
        source=event.source,
        activity=rule.iri,
        at=checkin.completed_at,
        statement_id=event.reference,
    )
    module = compose.Module(iri=rule.iri, title=rule.name) if rule.kind == "module" else None
    return compose.check_in_assigned(scene.occasion, mentee, checkin.id, trigger, module=module)


def tell_of(
    session: Session, scene: Scene, group: Group, statement: Json, *about: UUID | None
) -> None:
    """Owe a statement about `about` if the programme tells what it belongs to."""
    if group in scene.groups:
        tell(session, _to_tell(scene, statement, *about))


def _to_tell(scene: Scene, statement: Json, *about: UUID | None) -> ToTell:
    return ToTell(
        statement=statement,
        event_id=scene.occasion.event_id,
        about=[person for person in about if person is not None],
        programme_id=scene.occasion.programme.id,
        called=scene.called,
        now=scene.occasion.at,
    )
