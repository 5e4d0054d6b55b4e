"""A course of the campus with a rule, and items that were put into it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from lti import claims
from plugin.app import Mentes
from plugin.checkins.opening import open_once
from plugin.circles import service as circles
from plugin.courses.model import Course
from plugin.foundation.tenancy import EVERYWHERE
from plugin.items.model import PlacedItem
from plugin.launches.items import Kind, Said
from plugin.pairings.service import open_pairing
from plugin.people.model import Person
from plugin.programmes import service as programmes
from plugin.programmes.model import Checkpoint
from tests.conftest import MovableClock
from tests.plugin.factories import (
    a_checkpoint,
    a_mentor,
    a_programme,
    an_activity,
    every,
)
from tests.plugin.launching import ADA, BEN, TEACHER, Campus


class Class:
    """A course of the campus with a rule, and items that were put into it."""

    def __init__(self, mentes: Mentes, campus: Campus, clock: MovableClock) -> None:
        self.mentes, self.campus, self.clock = mentes, campus, clock
        for user in (TEACHER, ADA, BEN):
            campus.launched(user)
        with mentes.database.reading(EVERYWHERE) as session:
            self.course_id = every(session, Course)[0].id
            self.organisation_id = every(session, Course)[0].organisation_id
            self.people = {person.email: person.id for person in every(session, Person)}
        with mentes.database.transaction(self.organisation_id) as session:
            course = session.get_one(Course, self.course_id)
            programme = a_programme(session, course)
            self.programme_id = programme.id
            activity = an_activity(session, course)
            self.checkpoint_id = a_checkpoint(session, programme, activity, now=clock()).id

    def id_of(self, user: Any) -> UUID:
        return self.people[user.email]

    def placed(self, kind: Kind, *, after: str | None = None, **values: Any) -> dict[str, Any]:
        """Return the claims that launches of a placed item bring."""
        with self.mentes.database.transaction(self.organisation_id) as session:
            item = PlacedItem(
                **{
                    "course_id": self.course_id,
                    "kind": kind,
                    "title": "An item",
                    "placed_by": self.id_of(TEACHER),
                    "placed_at": self.clock(),
                    **values,
                }
            )
            session.add(item)
            session.flush()
            said = Said(kind=kind, id=str(item.id), after=after)
        return {claims.CUSTOM: said.custom()}

    def check_in(self, **values: Any) -> dict[str, Any]:
        return self.placed(Kind.CHECK_IN, **{"checkpoint_id": self.checkpoint_id, **values})

    def mentored(self) -> None:
        """Give Ada a mentor."""
        with self.mentes.database.transaction(self.organisation_id) as session:
            programme = a_programme(session, session.get_one(Course, self.course_id))
            a_mentor(session, programme, now=self.clock())
        self.joined()

    def joined(self) -> None:
        """Let Ada take part."""
        with self.mentes.database.transaction(self.organisation_id) as session:
            programme = a_programme(session, session.get_one(Course, self.course_id))
            programmes.join(
                session,
                programme,
                self.id_of(ADA),
                first_use="the budget talk",
                talk=["call"],
                recorded=False,
                now=self.clock(),
            )

    def opened(self) -> UUID:
        """Open Ada's check-in."""
        with self.mentes.database.transaction(self.organisation_id) as session:
            pairing = open_pairing(session, self.programme_id, self.id_of(ADA))
            assert pairing is not None
            opened = open_once(
                session,
                pairing,
                session.get_one(Checkpoint, self.checkpoint_id),
                completed_at=self.clock(),
                source="moodle",
                reference=None,
                now=self.clock(),
            )
            assert opened is not None
            return opened.id

    def circle(self, *members: Any) -> UUID:
        with self.mentes.database.transaction(self.organisation_id) as session:
            programme = a_programme(session, session.get_one(Course, self.course_id))
            mentor = a_mentor(session, programme, now=self.clock())
            return circles.make(
                session,
                programme,
                topic="Difficult talks",
                mentor_id=mentor.id,
                members={self.id_of(each) for each in members},
                group_id=None,
                by=mentor.id,
                now=self.clock(),
            ).id
