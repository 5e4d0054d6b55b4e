"""Finding the visit that a page is asked in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugin.courses.model import Course
from plugin.foundation.db import Database
from plugin.foundation.errors import SignInNeeded
from plugin.foundation.i18n import spoken
from plugin.foundation.tenancy import EVERYWHERE
from plugin.foundation.web.visit import Role, Visit
from plugin.launches.model import BrowserSession, Launch
from plugin.launches.service import digest
from plugin.people.model import Person
from plugin.platforms import deployments


def visits(database: Database, *, lasts: int) -> Callable[[UUID, str | None, datetime], Visit]:
    """Return the function that finds the visit of a launch id and a session's key.

    A visit ends `lasts` seconds after its launch, also if the browser's session goes on: what
    somebody was allowed at an old launch must not outlive it. Who administers ends at once when it
    is taken away: or they could give it back to themselves.
    """

    def find_visit(launch_id: UUID, key: str | None, now: datetime) -> Visit:
        if not key:
            raise SignInNeeded("Your browser did not bring your visit along.")
        with database.reading(EVERYWHERE) as session:
            row = session.execute(
                select(Launch, Person, Course)
                .join(BrowserSession, BrowserSession.id == Launch.session_id)
                .join(Person, Person.id == Launch.person_id)
                .join(Course, Course.id == Launch.course_id)
                .where(
                    Launch.id == launch_id,
                    Launch.created_at > now - timedelta(seconds=lasts),
                    BrowserSession.digest == digest(key),
                    BrowserSession.expires_at > now,
                )
            ).first()
            if row is None:
                raise SignInNeeded("This visit has ended.")
            launch, person, course = row
            roles = _roles_still(session, launch)
        return Visit(
            launch_id=launch.id,
            organisation_id=launch.organisation_id,
            person_id=person.id,
            person_name=person.name,
            course_id=course.id,
            course_title=course.title,
            roles=roles,
            language=spoken(launch.language),
            zone=person.zone or "UTC",
            return_url=launch.return_url,
            frame_origins=tuple(launch.frame_origins),
        )

    return find_visit


def _roles_still(session: Session, launch: Launch) -> frozenset[Role]:
    roles = frozenset(Role(role) for role in launch.roles)
    if Role.ADMIN in roles and not deployments.is_entrusted(
        session, launch.registration_id, launch.deployment_id
    ):
        return roles - {Role.ADMIN}
    return roles
