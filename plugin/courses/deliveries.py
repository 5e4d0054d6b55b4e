"""Reading a course's roster from its platform: owed in a request, done by the worker."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from lti.errors import ServiceRefused, ServiceUnavailable
from lti.nrps import Memberships, Roster
from plugin.courses import rosters
from plugin.courses.model import Course
from plugin.foundation.clock import Clock
from plugin.foundation.db import Database
from plugin.foundation.outbox import LeasedDebt, Outcome, Postponed, Settled, owe
from plugin.platforms.service import not_taken, registration

KIND = "roster"
AT_ONCE = 100  # members a transaction; each that is new costs some milliseconds


def owe_roster(session: Session, course_id: UUID, *, now: datetime) -> None:
    """Ask for a fresh roster, at most once a minute; courses without one are left alone."""
    course = session.get(Course, course_id)
    if course is None or course.memberships_url is None:
        return
    minute = now.replace(second=0, microsecond=0).isoformat()
    owe(
        session,
        KIND,
        target=str(course.registration_id),
        key=f"{course_id}:{minute}",
        lane=str(course_id),
        payload={"course_id": str(course_id)},
        now=now,
    )


class RosterDelivery:
    """Pays roster debts: reads outside any transaction, keeps in short ones."""

    def __init__(self, database: Database, memberships: Memberships, clock: Clock) -> None:
        self._database = database
        self._memberships = memberships
        self._clock = clock

    def __call__(self, debt: LeasedDebt) -> Settled | Postponed:
        """Read the roster that `debt` asks for and keep it."""
        course_id = UUID(debt.payload["course_id"])
        with self._database.reading(debt.organisation_id) as session:
            course = session.get_one(Course, course_id)
            platform = registration(session, course.registration_id).as_value()
            memberships_url = course.memberships_url
        if memberships_url is None:
            return Settled(outcome=Outcome.SUPERSEDED, problem="no-memberships-url")
        try:
            roster = self._memberships.members(platform, memberships_url)
        except (ServiceRefused, ServiceUnavailable) as error:
            return not_taken(error)
        self._keep(debt.organisation_id, course_id, roster)
        return Settled()

    def _keep(self, organisation_id: UUID, course_id: UUID, roster: Roster) -> None:
        # By the hundred, so that launches need not wait until thousands are kept.
        for first in range(0, len(roster.members) or 1, AT_ONCE):
            with self._database.transaction(organisation_id) as session:
                course = session.get_one(Course, course_id)
                rosters.roster_read(
                    session,
                    course,
                    registration(session, course.registration_id),
                    roster.members[first : first + AT_ONCE],
                    now=self._clock(),
                )
