"""What the statements of one event need to know: who, in which programme, and who is recorded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lrs_bridge import compose
from lrs_bridge.compose import Actor, Occasion
from plugin.checkins.model import CheckIn
from plugin.circles.model import Circle
from plugin.courses.model import Course, CourseActivity
from plugin.pairings.model import Pairing
from plugin.platforms.model import ActorForm, RegistrationRow
from plugin.programmes.model import Part, Participation, Programme
from plugin.programmes.service import participation
from plugin.records.actors import actor_of, form_for
from plugin.records.groups import Group, told_groups

LANGUAGE = "en"
"""Of the titles in our statements: those that the course has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """An event with what its statements need to know. A voice is None when it is not recorded.

    Attributes:
        groups: what is told in the programme.
        by: who did it, where that need not be one of the two.
    """

    occasion: Occasion
    groups: frozenset[Group]
    mentee: Actor | None = None
    mentee_id: UUID | None = None
    mentor: Actor | None = None
    mentor_id: UUID | None = None
    by: Actor | None = None

    def voice(self, person_id: UUID | None) -> Actor | None:
        """Return one of the two as they are called, if they are recorded."""
        if person_id is not None and person_id == self.mentee_id:
            return self.mentee
        return self.mentor if person_id == self.mentor_id else None

    def revised(self, revision: int) -> Scene:
        """Return the same, told for another time."""
        return replace(self, occasion=replace(self.occasion, revision=revision))


class Scenes:
    """Sets scenes; `tool` is our public URL, under which our activities are named."""

    def __init__(self, tool: str) -> None:
        self.tool = tool

    def of_checkin(
        self, session: Session, event_id: UUID, at: datetime, checkin_id: UUID
    ) -> tuple[Scene, CheckIn]:
        """Return the scene of something that happened to a check-in, and the check-in."""
        checkin = session.get_one(CheckIn, checkin_id)
        return self.of_pairing(session, event_id, at, checkin.pairing_id), checkin

    def of_pairing(self, session: Session, event_id: UUID, at: datetime, pairing_id: UUID) -> Scene:
        """Return the scene of something that happened to a pairing."""
        pairing = session.get_one(Pairing, pairing_id)
        stage = _Stage.of(session, pairing.programme_id)
        mentor = stage.recorded(session, pairing.mentor_id, Part.MENTOR)
        return Scene(
            occasion=replace(
                self._occasion(session, stage, event_id, at), pairing_id=pairing.id, mentor=mentor
            ),
            groups=told_groups(stage.programme),
            mentee=stage.recorded(session, pairing.mentee_id, Part.MENTEE),
            mentee_id=pairing.mentee_id,
            mentor=mentor,
            mentor_id=pairing.mentor_id,
        )

    def of_participation(
        self, session: Session, event_id: UUID, at: datetime, participation_id: UUID
    ) -> tuple[Scene, Participation]:
        """Return the scene of something that happened to somebody's part, and that part."""
        part = session.get_one(Participation, participation_id)
        stage = _Stage.of(session, part.programme_id)
        scene = Scene(
            occasion=replace(
                self._occasion(session, stage, event_id, at), participation_id=part.id
            ),
            groups=told_groups(stage.programme),
            by=stage.called(session, part),
        )
        return scene, part

    def of_circle(self, session: Session, event_id: UUID, at: datetime, circle: Circle) -> Scene:
        """Return the scene of something that happened to a circle, with who leads it as mentor."""
        stage = _Stage.of(session, circle.programme_id)
        mentor = stage.recorded(session, circle.mentor_id, Part.MENTOR)
        return Scene(
            occasion=replace(
                self._occasion(session, stage, event_id, at), circle_id=circle.id, mentor=mentor
            ),
            groups=told_groups(stage.programme),
            mentor=mentor,
            mentor_id=circle.mentor_id,
        )

    def learner_of(self, session: Session, circle: Circle, person_id: UUID) -> Actor | None:
        """Return a learner of a circle as they are called, if they are recorded.

        Who is in a circle without taking part in the mentoring was never asked, so is not told of.
        """
        stage = _Stage.of(session, circle.programme_id)
        return stage.recorded(session, person_id, Part.MENTEE)

    def of_programme(
        self, session: Session, event_id: UUID, at: datetime, programme_id: UUID, by: UUID | None
    ) -> Scene:
        """Return the scene of something that happened to a programme."""
        stage = _Stage.of(session, programme_id)
        voices = [stage.recorded(session, by, part) for part in Part] if by else []
        return Scene(
            occasion=self._occasion(session, stage, event_id, at),
            groups=told_groups(stage.programme),
            by=next((voice for voice in voices if voice is not None), None),
        )

    def _occasion(self, session: Session, stage: _Stage, event_id: UUID, at: datetime) -> Occasion:
        programme = stage.programme
        return Occasion(
            event_id=event_id,
            organisation_id=programme.organisation_id,
            at=at,
            tool=self.tool,
            language=LANGUAGE,
            programme=compose.Programme(id=programme.id, title=programme.name),
            course=course_of(session, programme.course_id),
            mailboxes=ActorForm(stage.registration.actor_form).needs_mail,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stage:
    """A programme, and the registration of the platform that its course is on."""

    programme: Programme
    registration: RegistrationRow

    @classmethod
    def of(cls, session: Session, programme_id: UUID) -> _Stage:
        programme = session.get_one(Programme, programme_id)
        course = session.get_one(Course, programme.course_id)
        return cls(
            programme=programme,
            registration=session.get_one(RegistrationRow, course.registration_id),
        )

    def recorded(self, session: Session, person_id: UUID, part: Part) -> Actor | None:
        """Return somebody as they are called, if they chose to be recorded."""
        taking = participation(session, self.programme.id, person_id, part)
        return None if taking is None else self.called(session, taking)

    def called(self, session: Session, part: Participation) -> Actor | None:
        if not part.recorded:
            return None
        form = form_for(self.registration, part)
        return actor_of(session, part.person_id, self.registration, form)


def is_mentee_recorded(session: Session, checkin_id: UUID) -> bool:
    """Tell whether the mentee of a check-in chose to be recorded."""
    pairing = session.get_one(Pairing, session.get_one(CheckIn, checkin_id).pairing_id)
    taking = participation(session, pairing.programme_id, pairing.mentee_id, Part.MENTEE)
    return taking is not None and taking.recorded


def course_of(session: Session, course_id: UUID) -> compose.Course | None:
    """Return a course under the IRI that the LMS's own statements use, if we know it."""
    activity = session.scalar(
        select(CourseActivity)
        .where(CourseActivity.course_id == course_id, CourseActivity.kind == "course")
        .order_by(CourseActivity.seen_at)
        .limit(1)
    )
    return compose.Course(iri=activity.iri, title=activity.name) if activity else None
