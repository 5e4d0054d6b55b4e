"""From a verified message to a visit: one transaction, then pages need no platform any more."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lti.message import DeepLinkingSettings, LaunchMessage
from plugin.courses import service as courses
from plugin.courses.model import Course
from plugin.foundation.db import Database
from plugin.foundation.errors import NotFound, SignInNeeded
from plugin.foundation.i18n import spoken
from plugin.foundation.tenancy import EVERYWHERE
from plugin.foundation.web.security import origin
from plugin.foundation.web.visit import Role, Visit
from plugin.launches.model import BrowserSession, Launch
from plugin.people import service as people
from plugin.people.model import Person
from plugin.platforms.model import RegistrationRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """A launch that was let in; `cookie` is new when this browser has to be told."""

    launch: Launch
    roles: frozenset[Role]
    cookie: str | None


def enter(
    session: Session,
    registration: RegistrationRow,
    message: LaunchMessage,
    *,
    cookie: str | None,
    lasts: int,
    now: datetime,
) -> Entered:
    """Keep what a launch says and open a visit of `lasts` seconds for it."""
    course = courses.arrived(session, registration, message, now=now)
    link = courses.arrived_at(session, course, message, now=now)
    person = _person(session, registration, message, now)
    courses.belongs(session, course, person, sorted(message.roles), now=now)
    roles = roles_of(message, administrators=registration.administrators_are_analysts)
    browser, fresh = _session(session, person, cookie, lasts, now)
    launch = Launch(
        session_id=browser.id,
        person_id=person.id,
        registration_id=registration.id,
        course_id=course.id,
        resource_link_id=link.id if link else None,
        roles=sorted(roles),
        language=message.presentation.locale or person.language,
        return_url=message.presentation.return_url,
        frame_origins=_frame_origins(registration, message),
        deep_linking=_kept(message.deep_linking),
        created_at=now,
    )
    session.add(launch)
    session.flush()
    return Entered(launch=launch, roles=roles, cookie=fresh)


def roles_of(message: LaunchMessage, *, administrators: bool) -> frozenset[Role]:
    """Return what a launch makes of a person: by the context's roles.

    The institution's administrators read its reports only if their registration says so; they
    get no course by it.
    """
    roles = {Role.MEMBER}
    if message.is_instructor or message.is_administrator:
        roles.add(Role.INSTRUCTOR)
    if administrators and (message.is_administrator or message.is_institution_administrator):
        roles.add(Role.ANALYST)
    return frozenset(roles)


def _person(
    session: Session, registration: RegistrationRow, message: LaunchMessage, now: datetime
) -> Person:
    said = message.person
    full = " ".join(part for part in (said.given_name, said.family_name) if part)
    return people.seen(
        session,
        issuer=registration.issuer,
        # An anonymous launch is a person of its own: we cannot know that it was here before.
        subject=message.subject or f"anonymous:{secrets.token_hex(16)}",
        said=people.Described(
            name=said.name or full or None,
            email=said.email,
            language=message.presentation.locale,
            zone=message.custom.get("zone"),
        ),
        evidence="launch",
        now=now,
    )


def _session(
    session: Session, person: Person, cookie: str | None, lasts: int, now: datetime
) -> tuple[BrowserSession, str | None]:
    """Return this person's session in this browser; somebody else's is left behind."""
    expires_at = now + timedelta(seconds=lasts)
    if cookie:
        known = session.scalar(
            select(BrowserSession).where(BrowserSession.digest == digest(cookie))
        )
        if known is not None and known.person_id == person.id and known.expires_at > now:
            known.expires_at = expires_at
            return known, cookie
    token = secrets.token_urlsafe(32)
    fresh = BrowserSession(
        digest=digest(token), person_id=person.id, created_at=now, expires_at=expires_at
    )
    session.add(fresh)
    session.flush()
    return fresh, token


def digest(token: str) -> str:
    """Return what we keep of a cookie's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _frame_origins(registration: RegistrationRow, message: LaunchMessage) -> list[str]:
    """Return the sites that may show us: the platform's own, and where this launch says it is."""
    urls = [registration.issuer, registration.authorization_endpoint]
    urls.append(message.presentation.return_url or "")
    if message.deep_linking is not None:
        urls.append(message.deep_linking.return_url)
    return sorted({found for url in urls if (found := origin(url))})


def visits(database: Database, *, lasts: int) -> Callable[[UUID, str | None, datetime], Visit]:
    """Return the function that finds the visit of a launch id and a cookie.

    A visit ends `lasts` seconds after its launch, also if the browser's session goes on: what
    somebody was allowed at an old launch must not outlive it.
    """

    def find_visit(launch_id: UUID, cookie: str | None, now: datetime) -> Visit:
        if not cookie:
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
                    BrowserSession.digest == digest(cookie),
                    BrowserSession.expires_at > now,
                )
            ).first()
        if row is None:
            raise SignInNeeded("This visit has ended.")
        launch, person, course = row
        return Visit(
            launch_id=launch.id,
            organisation_id=launch.organisation_id,
            person_id=person.id,
            person_name=person.name,
            course_id=course.id,
            course_title=course.title,
            roles=frozenset(Role(role) for role in launch.roles),
            language=spoken(launch.language),
            zone=person.zone or "UTC",
            return_url=launch.return_url,
            frame_origins=tuple(launch.frame_origins),
        )

    return find_visit


def deep_linking_launch(session: Session, launch_id: UUID, *, locked: bool = False) -> Launch:
    """Return a deep linking launch that waits for its answer; locked against others if asked.

    Raises:
        NotFound: this visit is not one, or it was answered.
    """
    launch = session.get(Launch, launch_id, with_for_update=locked)
    if launch is None or launch.deep_linking is None:
        raise NotFound("This visit has nothing to choose, or the choice has been made.")
    return launch


def forget_ended(session: Session, now: datetime) -> int:
    """Delete sessions that have ended, and their launches; return how many."""
    result = session.execute(delete(BrowserSession).where(BrowserSession.expires_at < now))
    return int(result.rowcount)  # type: ignore[attr-defined]


def _kept(settings: DeepLinkingSettings | None) -> dict[str, Any] | None:
    if settings is None:
        return None
    return {
        "return_url": settings.return_url,
        "accept_types": sorted(settings.accept_types),
        "accept_presentation_document_targets": sorted(
            settings.accept_presentation_document_targets
        ),
        "accept_multiple": settings.accept_multiple,
        "accept_lineitem": settings.accept_lineitem,
        "auto_create": settings.auto_create,
        "title": settings.title,
        "text": settings.text,
        "data": settings.data,
    }


def settings_of(kept: Mapping[str, Any]) -> DeepLinkingSettings:
    """Return the deep linking settings that a launch kept."""
    return DeepLinkingSettings(
        **{
            **kept,
            "accept_types": frozenset(kept["accept_types"]),
            "accept_presentation_document_targets": frozenset(
                kept["accept_presentation_document_targets"]
            ),
        }
    )


def is_deep_linking(session: Session, launch_id: UUID) -> bool:
    """Tell whether a visit has a choice of items to answer."""
    launch = session.get(Launch, launch_id)
    return launch is not None and launch.deep_linking is not None


def deployment_of(session: Session, launch: Launch) -> str:
    """Return the deployment that a launch came from."""
    return session.get_one(Course, launch.course_id).deployment_id
