"""Keeping courses, resource links, memberships and what learning records call them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from lrs_bridge.identity import same_place
from lrs_bridge.vocabulary import NAMED
from lti.message import LaunchMessage
from plugin.courses import copies, places, said
from plugin.courses.events import CourseKnown, CourseNamed
from plugin.courses.model import Course, CourseActivity, Membership, ResourceLink
from plugin.foundation.events import happened
from plugin.foundation.tenancy import found_or_inserted, inserted_once
from plugin.people import identifiers
from plugin.people.model import Person
from plugin.platforms.model import RegistrationRow

SEEN_AGAIN_AFTER = timedelta(hours=1)
"""How coarse `seen_at` is: a launch every minute need not write every minute."""


def arrived(
    session: Session, registration: RegistrationRow, message: LaunchMessage, *, now: datetime
) -> Course:
    """Return the course that a launch came from, kept up to date with what the launch says."""
    context_id, title, _ = said.called(message)
    course = places.found_or_made(
        session, registration, message.deployment_id, context_id, title=title, created_at=now
    )
    _keep(course, said.of_course(message))
    iri = said.course_iri(message, issuer=registration.issuer, product=registration.product)
    if iri is not None:
        seen_activity(session, course.id, iri=iri, kind="course", name=title, now=now)
    if message.context is not None:
        _named(session, course, now=now)
    return course


def _named(session: Session, course: Course, *, now: datetime) -> None:
    """Keep what a course is called where there are no IRIs; what two are called means neither."""
    names = said.course_names(
        context_id=course.context_id, label=course.label, sourced_id=course.sourced_id
    )
    places = {same_place(name): name for name in names}
    for activity in _at(session, places):
        del places[activity.place]
        if activity.bound:
            continue
        if activity.course_id != course.id:
            activity.contested = True
        activity.brought_by = None
    new = [
        place
        for place, iri in places.items()
        if inserted_once(
            session,
            CourseActivity,
            course_id=course.id,
            place=place,
            digest=identifiers.place_digest(place),
            iri=iri,
            kind="course",
            name=course.title,
            seen_at=now,
        )
    ]
    if new:
        happened(session, CourseNamed(at=now, subject_id=course.id, places=tuple(new)))


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
    theirs = select(Membership).where(
        Membership.course_id == course.id, Membership.person_id == person.id
    )
    before = session.scalar(theirs)
    was_here = before is not None and before.active
    membership = before or found_or_inserted(
        session,
        theirs,
        Membership,
        course_id=course.id,
        person_id=person.id,
        roles=[],
        active=True,
        left_out=False,
        groups=[],
        mentors=[],
        seen_at=now,
    )
    _seen_as(membership, said, now=now)
    if membership.active and not was_here:
        session.flush()
        copies.members_arrived(session, course.id, [person.id], now=now)
    return membership


def _seen_as(membership: Membership, said: Mapping[str, Any], *, now: datetime) -> None:
    """Keep what is said of a membership that there is, and that it was seen."""
    news = any(getattr(membership, name) != value for name, value in said.items())
    if news or not seen_lately(membership.seen_at, now):
        _keep(membership, said)
        membership.seen_at = now


def seen_lately(seen_at: datetime, now: datetime) -> bool:
    """Tell whether a membership was seen so lately that seeing it again need not be kept."""
    return now - seen_at < SEEN_AGAIN_AFTER


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
    session: Session,
    course_id: UUID,
    *,
    iri: str,
    kind: str,
    name: str | None,
    now: datetime,
    brought_by: UUID | None = None,
) -> None:
    """Keep an IRI by which learning records call a course or a module of it, and its name.

    What a launch says of its own course's IRI stands; that somebody named it as a module does not.

    Args:
        brought_by: the assignment by hand without which nobody would know it.
    """
    place = same_place(iri)
    activity = next(_at(session, [place]), None)
    if activity is None:
        id = uuid4()
        new = inserted_once(
            session,
            CourseActivity,
            id=id,
            course_id=course_id,
            place=place,
            digest=identifiers.place_digest(place),
            iri=iri,
            kind=kind,
            name=name,
            seen_at=now,
            brought_by=brought_by,
        )
        if new and kind == "course":
            happened(session, CourseKnown(at=now, subject_id=course_id, place=place))
        if new:
            copies.activity_seen(session, course_id, id, now=now)
        activity = None if new else next(_at(session, [place]), None)  # of who was quicker
    if activity is None:
        return
    if kind == "course" and activity.kind != "course":
        activity.course_id, activity.kind, activity.name = course_id, kind, name
        activity.seen_at, activity.brought_by = now, brought_by
        happened(session, CourseKnown(at=now, subject_id=course_id, place=place))
        return
    if activity.course_id != course_id:
        return
    if activity.brought_by != brought_by and not activity.bound:  # it is known besides
        activity.brought_by = None
    if name and activity.name != name:
        activity.name = name
        activity.seen_at = now
        session.flush()
        copies.activity_seen(session, course_id, activity.id, now=now)


def module_seen(
    session: Session, course_iri: str, iri: str, *, name: str | None, now: datetime
) -> None:
    """Keep a module that a source named in a course that we know, so that it can be picked."""
    course = activity_at(session, course_iri)
    if course is not None:
        seen_activity(
            session,
            course.course_id,
            iri=iri,
            kind="module",
            name=name,
            now=now,
            brought_by=course.brought_by,
        )


def activities(session: Session, course_id: UUID) -> Sequence[CourseActivity]:
    """Return what we have seen of a course: the course itself first, once, then modules by name."""
    seen = session.scalars(
        select(CourseActivity)
        .where(CourseActivity.course_id == course_id, CourseActivity.contested.is_(False))
        .order_by(CourseActivity.kind, CourseActivity.name, CourseActivity.place)
    ).all()
    # An address that leads somewhere says more than a name that was made one.
    calls = sorted(
        (each for each in seen if each.kind == "course"),
        key=lambda each: (each.place.startswith(NAMED), each.place),
    )
    return [*calls[:1], *(each for each in seen if each.kind != "course")]


def activity_at(session: Session, iri: str) -> CourseActivity | None:
    """Return what `iri` means to us, or None when we have not seen it."""
    return activities_at(session, [iri]).get(iri)


def activities_at(session: Session, iris: Collection[str]) -> dict[str, CourseActivity]:
    """Return what IRIs mean to us, those that we have seen: one question."""
    places = {iri: same_place(iri) for iri in iris}
    found = _at(session, set(places.values()))
    seen = {activity.place: activity for activity in found if not activity.contested}
    return {iri: seen[place] for iri, place in places.items() if place in seen}


def _at(session: Session, places: Collection[str]) -> Iterator[CourseActivity]:
    """Yield what places mean, as compared, and those that are contested, too."""
    digests = [identifiers.place_digest(place) for place in places]
    found = session.scalars(select(CourseActivity).where(CourseActivity.digest.in_(digests)))
    yield from found.all()
