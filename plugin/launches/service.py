"""From a verified message to a visit: one transaction, then pages need no platform any more."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import bindparam, delete, insert, update
from sqlalchemy.orm import Session

from lrs_bridge.lrs.direct import Over, Prepared
from lti.message import LaunchMessage
from lti.registration import Registration
from plugin.courses import copies, said
from plugin.courses import service as courses
from plugin.courses.deliveries import owe_roster
from plugin.courses.group_deliveries import owe_groups, owe_groups_of
from plugin.foundation.events import happened
from plugin.foundation.tenancy import unwalled
from plugin.foundation.web.security import origins
from plugin.foundation.web.visit import Role
from plugin.launches.choices import kept_settings
from plugin.launches.events import ItemKnown, ItemReached
from plugin.launches.items import CUSTOM_ID, Said
from plugin.launches.model import BrowserSession, Launch
from plugin.launches.recognition import Arrival, for_news, recognised
from plugin.people import service as people
from plugin.platforms import notices
from plugin.platforms.model import RegistrationRow
from plugin.platforms.stores import Registered


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """A launch that was let in; `key` is what the browser has to bring to its pages."""

    launch_id: UUID
    course_id: UUID
    roles: frozenset[Role]
    message_type: str
    key: str = field(repr=False)


def enter(
    over: Over,
    registered: Registered,
    message: LaunchMessage,
    *,
    key: str | None,
    lasts: int,
    now: datetime,
) -> Entered:
    """Keep what a launch says and open a visit of `lasts` seconds for it.

    `key` is of the session that this browser has with us already, if it has one.

    Raises:
        BringsNews: the launch brings something that only a session can keep, and this is none.
    """
    described = _described(message)
    arrival = recognised(over, registered, message, described, now=now) or _made_known(
        for_news(over), registered, message, described, now=now
    )
    roles = roles_of(message, registered)
    session_id, kept = _session(
        over, registered.organisation_id, arrival.person_id, key, lasts, now
    )
    item = Said.of(message.custom) if message.is_resource_link else None
    launch_id = uuid4()
    _LAUNCHED.changed(
        over,
        id=launch_id,
        organisation_id=registered.organisation_id,
        session_id=session_id,
        person_id=arrival.person_id,
        registration_id=UUID(registered.registration.id),
        deployment_id=message.deployment_id,
        course_id=arrival.course_id,
        resource_link_id=arrival.link_id,
        roles=sorted(roles),
        language=message.presentation.locale or arrival.language,
        return_url=message.presentation.return_url,
        frame_origins=_frame_origins(registered.registration, message),
        deep_linking=kept_settings(message),
        item=item.as_kept() if item else None,
        for_subject=message.for_user.user_id if message.for_user else None,
        created_at=now,
    )
    if item is not None and item.after is not None and message.is_learner:
        _reached(for_news(over), arrival, item.after, launch_id, now=now)
    if Role.INSTRUCTOR in roles:
        owe_roster(for_news(over), arrival.course_id, now=now)
        owe_groups(for_news(over), arrival.course_id, now=now)
    return Entered(
        launch_id=launch_id,
        course_id=arrival.course_id,
        roles=roles,
        message_type=message.message_type,
        key=kept,
    )


def _made_known(
    session: Session,
    registered: Registered,
    message: LaunchMessage,
    described: people.Described,
    *,
    now: datetime,
) -> Arrival:
    """Keep what is new in a launch."""
    registration = session.get_one(RegistrationRow, UUID(registered.registration.id))
    course = courses.arrived(session, registration, message, now=now)
    link = courses.arrived_at(session, course, message, now=now)
    copies.told_by_launch(session, course, message, now=now)
    item_id = message.custom.get(CUSTOM_ID)
    if item_id and link is not None and link.created_at == now:  # it was made two lines above
        happened(session, ItemKnown(at=now, subject_id=course.id, item_id=item_id))
    if message.notifications is not None:
        notices.advertised(
            session, registration.id, message.deployment_id, message.notifications, now=now
        )
    person = people.seen(
        session,
        issuer=registration.issuer,
        # An anonymous launch is a person of its own: we cannot know that it was here before.
        subject=message.subject or f"anonymous:{secrets.token_hex(16)}",
        said=described,
        evidence="launch",
        now=now,
        product=registration.product,
        message=message,
    )
    membership = courses.belongs(session, course, person, said.of_membership(message), now=now)
    session.flush()
    if message.groups is not None and not membership.groups:
        owe_groups_of(session, course, [person.id], now=now)
    return Arrival(
        course_id=course.id,
        link_id=link.id if link else None,
        person_id=person.id,
        language=person.language,
    )


def _reached(
    session: Session, arrival: Arrival, activity: str, launch_id: UUID, *, now: datetime
) -> None:
    """Say that a learner came past a restriction of the LMS; a copied item says nothing here."""
    known = courses.activity_at(session, activity)
    if known is None or known.course_id != arrival.course_id:
        return
    happened(
        session,
        ItemReached(
            at=now,
            subject_id=arrival.course_id,
            actor_id=arrival.person_id,
            activity=known.iri,
            launch_id=launch_id,
        ),
    )


def roles_of(message: LaunchMessage, registered: Registered) -> frozenset[Role]:
    """Return what a launch makes of a person: by the context's roles.

    The institution's administrators read its reports only if their registration says so, and
    administer Mentes only if their deployment does. They get no course by either.

    An ADMIN sees statements of everybody in the organisation, so only those count who administer
    the institution (institution/person#Administrator, which is all that Canvas sends of its account
    admins) or its system (system/person#Administrator, which is what Moodle sends of site
    administrators, and #SysAdmin). Who administers a course (membership#Administrator, the short
    name "Administrator") or one account of a system (system/person#AccountAdmin) does not: other
    courses are none of their business.
    """
    roles = {Role.MEMBER}
    if message.is_instructor or message.is_administrator:
        roles.add(Role.INSTRUCTOR)
    analysts = registered.administrators_are_analysts
    if analysts and (message.is_administrator or message.is_institution_administrator):
        roles.add(Role.ANALYST)
    entrusted = message.deployment_id in registered.administering
    is_known = message.subject is not None  # whoever looks at others' statements is noted by name
    if entrusted and is_known and message.is_institution_administrator:
        roles.add(Role.ADMIN)
    return frozenset(roles)


def _described(message: LaunchMessage) -> people.Described:
    said = message.person
    full = " ".join(part for part in (said.given_name, said.family_name) if part)
    return people.Described(
        name=said.name or full or None,
        email=said.email,
        language=message.presentation.locale,
        zone=message.custom.get("zone"),
    )


def _session(
    over: Over,
    organisation_id: UUID,
    person_id: UUID,
    key: str | None,
    lasts: int,
    now: datetime,
) -> tuple[UUID, str]:
    """Return this person's session in this browser; somebody else's is left behind."""
    expires_at = now + timedelta(seconds=lasts)
    if key:
        known = _GONE_ON.first(
            over,
            organisation=organisation_id,
            key_digest=digest(key),
            person=person_id,
            now=now,
            until=expires_at,
        )
        if known is not None:
            return known.id, key
    fresh = secrets.token_urlsafe(32)
    session_id = uuid4()
    _BEGUN.changed(
        over,
        id=session_id,
        organisation_id=organisation_id,
        digest=digest(fresh),
        person_id=person_id,
        created_at=now,
        expires_at=expires_at,
    )
    return session_id, fresh


_SESSION = unwalled(BrowserSession)
_GONE_ON = Prepared(
    update(_SESSION)
    .where(
        _SESSION.c.organisation_id == bindparam("organisation"),
        _SESSION.c.digest == bindparam("key_digest"),
        _SESSION.c.person_id == bindparam("person"),
        _SESSION.c.expires_at > bindparam("now"),
    )
    .values(expires_at=bindparam("until"))
    .returning(_SESSION.c.id)
)
_BEGUN = Prepared(insert(_SESSION))
_LAUNCHED = Prepared(insert(unwalled(Launch)))


def digest(key: str) -> str:
    """Return what we keep of a session's key."""
    return hashlib.sha256(key.encode()).hexdigest()


def _frame_origins(registration: Registration, message: LaunchMessage) -> list[str]:
    """Return the sites that may show us: the platform's own, and where this launch says it is."""
    urls = [registration.issuer, registration.authorization_endpoint]
    urls.append(message.presentation.return_url or "")
    if message.deep_linking is not None:
        urls.append(message.deep_linking.return_url)
    return origins(*urls)


def forget_ended(session: Session, now: datetime) -> int:
    """Delete sessions that have ended, and their launches; return how many."""
    result = session.execute(delete(BrowserSession).where(BrowserSession.expires_at < now))
    return int(result.rowcount)  # type: ignore[attr-defined]
