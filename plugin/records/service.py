"""From events to statements and scores: composed, frozen and owed in the event's transaction.

A statement is owed only for people who chose to be recorded, from the moment of their choice. It
carries ids, times and types: never what was written, never a rating, never a name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lrs_bridge import compose
from lrs_bridge.compose import Account, Occasion, Role
from plugin.checkins import events as checkins
from plugin.checkins.model import CheckIn
from plugin.courses.model import Course, CourseActivity
from plugin.foundation.outbox import drop, owe
from plugin.pairings.events import PairingClosed, PairingMade
from plugin.pairings.model import Pairing
from plugin.people.service import account_of
from plugin.platforms.model import RegistrationRow
from plugin.programmes import events as programmes
from plugin.programmes.model import Checkpoint, Part, Participation, Programme
from plugin.programmes.service import participation
from plugin.records.scores import owe_score

STATEMENT = "statement"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """An event with what its statements need to know. A voice is None when it is not recorded."""

    occasion: Occasion
    mentee: Account | None
    mentee_id: UUID | None
    mentor: Account | None
    mentor_id: UUID | None

    def voice(self, person_id: UUID | None) -> Account | None:
        """Return the account of one of the two, if they are recorded."""
        if person_id is not None and person_id == self.mentee_id:
            return self.mentee
        return self.mentor if person_id == self.mentor_id else None


class Records:
    """Subscribes to events and owes what they are to be remembered by."""

    def __init__(self, public_url: str) -> None:
        self._tool = public_url

    def on_joined(self, session: Session, event_id: UUID, event: programmes.Joined) -> None:
        """Somebody takes part."""
        self._taking_part(session, event_id, event, compose.joined)

    def on_left(self, session: Session, event_id: UUID, event: programmes.Left) -> None:
        """Somebody takes part no longer."""
        self._taking_part(session, event_id, event, compose.left)

    def on_recording_stopped(
        self, session: Session, _event_id: UUID, event: programmes.RecordingStopped
    ) -> None:
        """Drop what is still waiting to be told about somebody who no longer wants it."""
        drop(session, STATEMENT, key_prefix=f"{event.person_id}:", now=event.at)

    def on_mentor_attached(
        self, session: Session, event_id: UUID, event: programmes.MentorAttached
    ) -> None:
        """A mentor is there for a course."""
        scene = self._of_participation(session, event_id, event.at, event.subject_id)
        if scene.mentor is not None and scene.occasion.course is not None:
            statement = compose.mentor_attached(scene.occasion, scene.mentor, scene.occasion.course)
            _owe(session, statement, scene.mentor_id, event.at)

    def on_pairing_made(self, session: Session, event_id: UUID, event: PairingMade) -> None:
        """The matching brought two together: it proposes, and joining was the mentee's yes."""
        scene = self._of_pairing(session, event_id, event.at, event.subject_id)
        if scene.mentee is not None:
            proposed = compose.pairing_proposed(scene.occasion, scene.mentee)
            _owe(session, proposed, scene.mentee_id, event.at)
            accepted = compose.pairing_accepted(scene.occasion, scene.mentee)
            _owe(session, accepted, scene.mentee_id, event.at)

    def on_pairing_closed(self, session: Session, event_id: UUID, event: PairingClosed) -> None:
        """A pairing is over."""
        scene = self._of_pairing(session, event_id, event.at, event.subject_id)
        by = scene.voice(event.actor_id)
        if scene.mentee is not None:
            statement = compose.pairing_ended(
                scene.occasion, compose.EndReason(event.end_reason), by=by
            )
            _owe(session, statement, scene.mentee_id, event.at)

    def on_opened(self, session: Session, event_id: UUID, event: checkins.Opened) -> None:
        """A completion opened a check-in."""
        scene, checkin = self._of_checkin(session, event_id, event.at, event.subject_id)
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
        scene, checkin = self._of_checkin(session, event_id, event.at, event.subject_id)
        absent = scene.voice(event.absent_id)
        if absent is not None:
            statement = compose.missed(scene.occasion, absent, checkin.id)
            _owe(session, statement, event.absent_id, event.at)

    def on_held(self, session: Session, event_id: UUID, event: checkins.Held) -> None:
        """They spoke: both sides of it, and the gradebook."""
        scene, checkin = self._of_checkin(session, event_id, event.at, event.subject_id)
        seconds = event.minutes * 60
        if scene.mentee is not None:
            attended = compose.attended(scene.occasion, scene.mentee, checkin.id, seconds=seconds)
            _owe(session, attended, scene.mentee_id, event.at)
        if scene.mentor is not None and scene.mentee is not None:
            mentored = compose.mentored(
                scene.occasion, scene.mentor, scene.mentee, checkin.id, seconds=seconds
            )
            _owe(session, mentored, scene.mentor_id, event.at)
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
        scene, checkin = self._of_checkin(session, event_id, event.at, event.subject_id)
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
        scene = self._of_participation(session, event_id, event.at, event.subject_id)
        if scene.mentee is not None:
            statement = told(scene.occasion, scene.mentee, Role.MENTEE)
            _owe(session, statement, event.person_id, event.at)

    def _of_checkin(
        self, session: Session, event_id: UUID, at: datetime, checkin_id: UUID
    ) -> tuple[Scene, CheckIn]:
        checkin = session.get_one(CheckIn, checkin_id)
        return self._of_pairing(session, event_id, at, checkin.pairing_id), checkin

    def _of_pairing(
        self, session: Session, event_id: UUID, at: datetime, pairing_id: UUID
    ) -> Scene:
        pairing = session.get_one(Pairing, pairing_id)
        programme = session.get_one(Programme, pairing.programme_id)
        mentor = _recorded(session, programme, pairing.mentor_id, Part.MENTOR)
        return Scene(
            occasion=self._occasion(
                session, event_id, at, programme, pairing_id=pairing.id, mentor=mentor
            ),
            mentee=_recorded(session, programme, pairing.mentee_id, Part.MENTEE),
            mentee_id=pairing.mentee_id,
            mentor=mentor,
            mentor_id=pairing.mentor_id,
        )

    def _of_participation(
        self, session: Session, event_id: UUID, at: datetime, participation_id: UUID
    ) -> Scene:
        part = session.get_one(Participation, participation_id)
        programme = session.get_one(Programme, part.programme_id)
        who = _recorded(session, programme, part.person_id, Part(part.part))
        is_mentor = part.part == Part.MENTOR
        return Scene(
            occasion=self._occasion(session, event_id, at, programme, participation_id=part.id),
            mentee=None if is_mentor else who,
            mentee_id=None if is_mentor else part.person_id,
            mentor=who if is_mentor else None,
            mentor_id=part.person_id if is_mentor else None,
        )

    def _occasion(
        self,
        session: Session,
        event_id: UUID,
        at: datetime,
        programme: Programme,
        *,
        pairing_id: UUID | None = None,
        participation_id: UUID | None = None,
        mentor: Account | None = None,
    ) -> Occasion:
        return Occasion(
            event_id=event_id,
            organisation_id=programme.organisation_id,
            at=at,
            tool=self._tool,
            language="en",
            programme=compose.Programme(id=programme.id, title=programme.name),
            pairing_id=pairing_id,
            participation_id=participation_id,
            mentor=mentor,
            course=_course(session, programme.course_id),
        )


def _recorded(
    session: Session, programme: Programme, person_id: UUID, part: Part
) -> Account | None:
    """Return the account of somebody who chose to be recorded, as the course's platform has it."""
    taking = participation(session, programme.id, person_id, part)
    if taking is None or not taking.recorded:
        return None
    course = session.get_one(Course, programme.course_id)
    issuer = session.get_one(RegistrationRow, course.registration_id).issuer
    account = account_of(session, person_id, home=issuer)
    return Account(home_page=account[0], name=account[1]) if account else None


def _course(session: Session, course_id: UUID) -> compose.Course | None:
    activity = session.scalar(
        select(CourseActivity)
        .where(CourseActivity.course_id == course_id, CourseActivity.kind == "course")
        .order_by(CourseActivity.seen_at)
        .limit(1)
    )
    return compose.Course(iri=activity.iri, title=activity.name) if activity else None


def _owe(session: Session, statement: Json, about: UUID | None, now: datetime) -> None:
    # The person comes first in the key, so that what waits can be dropped when they say stop.
    owe(session, STATEMENT, key=f"{about}:{statement['id']}", payload=statement, now=now)
