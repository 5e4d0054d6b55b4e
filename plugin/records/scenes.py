"""What the statements of one event need to know: who, in which programme, and who is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lrs_bridge import compose
from lrs_bridge.compose import Account, Occasion
from plugin.checkins.model import CheckIn
from plugin.courses.model import Course, CourseActivity
from plugin.pairings.model import Pairing
from plugin.people.service import account_of
from plugin.platforms.model import RegistrationRow
from plugin.programmes.model import Part, Participation, Programme
from plugin.programmes.service import participation


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


class Scenes:
    """Sets scenes; `tool` is our public URL, under which our activities are named."""

    def __init__(self, tool: str) -> None:
        self._tool = tool

    def of_checkin(
        self, session: Session, event_id: UUID, at: datetime, checkin_id: UUID
    ) -> tuple[Scene, CheckIn]:
        """Return the scene of something that happened to a check-in, and the check-in."""
        checkin = session.get_one(CheckIn, checkin_id)
        return self.of_pairing(session, event_id, at, checkin.pairing_id), checkin

    def of_pairing(self, session: Session, event_id: UUID, at: datetime, pairing_id: UUID) -> Scene:
        """Return the scene of something that happened to a pairing."""
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

    def of_participation(
        self, session: Session, event_id: UUID, at: datetime, participation_id: UUID
    ) -> Scene:
        """Return the scene of something that happened to somebody's part in a programme."""
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
