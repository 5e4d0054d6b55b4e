"""Keeping courses, resource links, rosters and what learning records call them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lrs_bridge.identity import same_place
from lti.message import LaunchMessage
from lti.nrps import Member, Status
from plugin.courses import said
from plugin.courses.events import CourseKnown
from plugin.courses.model import Course, CourseActivity, Membership, ResourceLink
from plugin.foundation.events import happened
from plugin.foundation.tenancy import found_or_inserted, inserted_once
from plugin.people import service as people
from plugin.people.model import Person, PersonIdentifier
from plugin.platforms.model import RegistrationRow

SEEN_AGAIN_AFTER = timedelta(hours=1)
"""How coarse `seen_at` is: a launch every minute need not write every minute."""


def arrived(
    session: Session, registration: RegistrationRow, message: LaunchMessage, *, now: datetime
) -> Course:
    """Return the course that a launch came from, kept up to date with what the launch says."""
    context_id, title, _ = said.called(message)
    course = found_or_inserted(
        session,
        select(Course).where(
            Course.registration_id == registration.id, Course.context_id == context_id
        ),
        Course,
        registration_id=registration.id,
        deployment_id=message.deployment_id,
        context_id=context_id,
        title=title,
        service_scopes=[],
        created_at=now,
    )
    _keep(course, said.of_course(message))
    iri = said.course_iri(
        issuer=registration.issuer, product=registration.product, context_id=context_id
    )
    if iri is not None:
        seen_activity(session, course.id, iri=iri, kind="course", name=title, now=now)
    return course


def arrived_at(
    session: Session, course: Course, message: LaunchMessage, *, now: datetime
) -> ResourceLink | None:
    """Return the item that was opened, or None for launches that are not of an item."""
    if message.resource_link is None:
        return None
    link_id = message.resource_link.id
    link = found_or_inserted(
        session,
        select(ResourceLink).where(
            ResourceLink.course_id == course.id, ResourceLink.link_id == link_id
        ),
        ResourceLink,
        course_id=course.id,
        link_id=link_id,
        created_at=now,
    )
    _keep(link, said.of_link(message))
    return link


def _keep(row: Course | ResourceLink | Membership, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)


def belongs(
    session: Session, course: Course, person: Person, said: Mapping[str, Any], *, now: datetime
) -> Membership:
    """Keep what is said of a person's membership in a course (`said.of_membership`)."""
    membership = found_or_inserted(
        session,
        select(Membership).where(
            Membership.course_id == course.id, Membership.person_id == person.id
        ),
        Membership,
        course_id=course.id,
        person_id=person.id,
        roles=[],
        active=True,
        groups=[],
        mentors=[],
        seen_at=now,
    )
    _seen_as(membership, said, now=now)
    return membership


def _seen_as(membership: Membership, said: Mapping[str, Any], *, now: datetime) -> None:
    news = any(getattr(membership, name) != value for name, value in said.items())
    if news or not seen_lately(membership.seen_at, now):
        _keep(membership, said)
        membership.seen_at = now


def seen_lately(seen_at: datetime, now: datetime) -> bool:
    """Tell whether a membership was seen so lately that seeing it again need not be kept."""
    return now - seen_at < SEEN_AGAIN_AFTER


def roster_read(
    session: Session,
    course: Course,
    registration: RegistrationRow,
    members: Sequence[Member],
    *,
    now: datetime,
) -> None:
    """Keep what the platform's roster says. Nobody is taken out by a roster they are not in."""
    known = _known(session, course, registration, [member.user_id for member in members])
    for member in members:
        described = people.Described(name=member.person.name, email=member.person.email)
        said = {"roles": sorted(member.roles), "active": member.status is Status.ACTIVE}
        if member.user_id in known:
            membership, person = known[member.user_id]
            people.described(person, described)
            _seen_as(membership, said, now=now)
            continue
        person = people.seen(
            session,
            issuer=registration.issuer,
            subject=member.user_id,
            said=described,
            evidence="roster",
            now=now,
        )
        inserted_once(
            session,
            Membership,
            course_id=course.id,
            person_id=person.id,
            groups=[],
            mentors=[],
            seen_at=now,
            **said,
        )
    course.roster_synced_at = now


def _known(
    session: Session, course: Course, registration: RegistrationRow, subjects: Sequence[str]
) -> dict[str, tuple[Membership, Person]]:
    """Return whom of `subjects` we know in a course, by what the platform calls them."""
    rows = session.execute(
        select(PersonIdentifier.value, Membership, Person)
        .join(Person, Person.id == PersonIdentifier.person_id)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.course_id == course.id,
            PersonIdentifier.scheme == people.ACCOUNT,
            PersonIdentifier.home == same_place(registration.issuer),
            PersonIdentifier.value.in_(subjects),
        )
    )
    return {subject: (membership, person) for subject, membership, person in rows}


def roster(session: Session, course_id: UUID) -> Sequence[tuple[Membership, Person]]:
    """Return who is in a course now, by name; people without one last."""
    rows = session.execute(
        select(Membership, Person)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.course_id == course_id, Membership.active)
        .order_by(Person.name.is_(None), Person.name, Person.id)
    )
    return [(membership, person) for membership, person in rows]


def seen_activity(
    session: Session, course_id: UUID, *, iri: str, kind: str, name: str | None, now: datetime
) -> None:
    """Keep an IRI by which learning records call a course or a module of it, and its name.

    What a launch says of its own course's IRI stands; that somebody named it as a module does not.
    """
    place = same_place(iri)
    activity = activity_at(session, iri)
    if activity is not None and kind == "course" and activity.kind != "course":
        activity.course_id, activity.kind, activity.name = course_id, kind, name
        activity.seen_at = now
        happened(session, CourseKnown(at=now, subject_id=course_id, place=place))
        return
    if activity is not None:
        if name and activity.course_id == course_id and activity.name != name:
            activity.name = name
            activity.seen_at = now
        return
    new = inserted_once(
        session,
        CourseActivity,
        course_id=course_id,
        place=place,
        iri=iri,
        kind=kind,
        name=name,
        seen_at=now,
    )
    if new and kind == "course":
        happened(session, CourseKnown(at=now, subject_id=course_id, place=place))


def activities(session: Session, course_id: UUID) -> Sequence[CourseActivity]:
    """Return what we have seen of a course: the course itself first, then modules by name."""
    return session.scalars(
        select(CourseActivity)
        .where(CourseActivity.course_id == course_id)
        .order_by(CourseActivity.kind, CourseActivity.name, CourseActivity.place)
    ).all()


def activity_at(session: Session, iri: str) -> CourseActivity | None:
    """Return what `iri` means to us, or None when we have not seen it."""
    return session.scalar(select(CourseActivity).where(CourseActivity.place == same_place(iri)))
