"""Reading a course's groups from its platform: owed with the roster, and for who is new.

The service says which groups there are, and which of them one person is in; it never lists a
group's members. So there is one call for the groups, and one a person; people are asked about by
the score, so that no lease runs out and a platform that fails is asked again for few.

https://www.imsglobal.org/spec/lti-gs/v1p0/
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti.errors import ServiceRefused, ServiceUnavailable
from lti.groups import CourseGroups
from lti.registration import Registration
from plugin.courses import groups
from plugin.courses.model import Course, Membership
from plugin.foundation.clock import Clock, minute_of
from plugin.foundation.db import Database
from plugin.foundation.outbox import LeasedDebt, Outcome, Postponed, Settled, owe
from plugin.people.service import account_of
from plugin.platforms.service import not_taken, open_platform

KIND = "groups"
AT_ONCE = 20  # people a debt: one call each


def owe_groups(session: Session, course_id: UUID, *, now: datetime) -> None:
    """Ask which groups a course has and who is in them, at most once a minute."""
    course = session.get(Course, course_id)
    if course is not None and course.groups_url is not None:
        minute = minute_of(now)
        owe(
            session,
            KIND,
            target=str(course.registration_id),
            key=f"{course_id}:{minute}",
            lane=str(course_id),
            payload={"course_id": str(course_id)},
            now=now,
        )


def owe_groups_of(
    session: Session, course: Course, people: Sequence[UUID], *, now: datetime
) -> None:
    """Ask which groups of a course some people are in; nothing where there is nobody to ask."""
    if course.groups_url is None or not people:
        return
    minute = minute_of(now)
    owe(
        session,
        KIND,
        target=str(course.registration_id),
        key=f"{course.id}:{people[0]}:{minute}",
        payload={"course_id": str(course.id), "people": [str(each) for each in people]},
        now=now,
    )


class GroupsDelivery:
    """Pays debts of groups: asks outside any transaction, keeps in short ones."""

    def __init__(self, database: Database, service: CourseGroups, clock: Clock) -> None:
        self._database = database
        self._service = service
        self._clock = clock

    def __call__(self, debt: LeasedDebt) -> Settled | Postponed:
        """Ask what `debt` wants to know, and keep it."""
        with self._database.reading(debt.organisation_id) as session:
            course = session.get_one(Course, UUID(debt.payload["course_id"]))
            platform = open_platform(session, course.registration_id)
            people = [UUID(each) for each in debt.payload.get("people", ())]
            subjects = _subjects(session, people, home=platform.issuer)
        if course.groups_url is None:
            return Settled(outcome=Outcome.SUPERSEDED, problem="no-groups-url")
        try:
            if people:
                self._read_of(debt.organisation_id, course, platform, subjects)
            else:
                self._read(debt.organisation_id, course, platform)
        except (ServiceRefused, ServiceUnavailable) as error:
            return not_taken(error)
        return Settled()

    def _read(self, organisation_id: UUID, course: Course, platform: Registration) -> None:
        found = self._service.groups(
            platform, course.groups_url or "", deployment_id=course.deployment_id
        )
        sets = (
            self._service.sets(platform, course.group_sets_url, deployment_id=course.deployment_id)
            if course.group_sets_url
            else ()
        )
        now = self._clock()
        with self._database.transaction(organisation_id) as session:
            kept = session.get_one(Course, course.id)
            groups.read(session, kept, found, sets, now=now)
            everybody = session.scalars(
                select(Membership.person_id)
                .where(Membership.course_id == course.id, Membership.active)
                .order_by(Membership.person_id)
            ).all()
            for first in range(0, len(everybody), AT_ONCE):
                owe_groups_of(session, kept, everybody[first : first + AT_ONCE], now=now)

    def _read_of(
        self,
        organisation_id: UUID,
        course: Course,
        platform: Registration,
        subjects: dict[UUID, str],
    ) -> None:
        found = {
            person_id: self._service.groups(
                platform,
                course.groups_url or "",
                user_id=subject,
                deployment_id=course.deployment_id,
            )
            for person_id, subject in subjects.items()
        }
        with self._database.transaction(organisation_id) as session:
            for person_id, theirs in found.items():
                groups.joined(session, course.id, person_id, [group.id for group in theirs])


def _subjects(session: Session, people: Sequence[UUID], *, home: str) -> dict[UUID, str]:
    accounts = {person_id: account_of(session, person_id, home=home) for person_id in people}
    return {person_id: account[1] for person_id, account in accounts.items() if account}
