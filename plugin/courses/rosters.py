"""Keeping rosters, as platforms tell them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lrs_bridge.identity import same_place
from lti.nrps import Member, Status
from plugin.courses.model import Course, Membership
from plugin.courses.service import seen_as
from plugin.foundation.tenancy import inserted_once
from plugin.people import identifiers, telling
from plugin.people import service as people
from plugin.people.identifiers import Evidence
from plugin.people.model import Person, PersonIdentifier
from plugin.people.rules import ACCOUNT
from plugin.platforms.model import RegistrationRow


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
    people_known = [person.id for _, person, _ in known.values()]
    identifiers.verified(session, same_place(registration.issuer), people_known, now=now)
    for member in sorted(members, key=lambda member: member.user_id):  # two rosters, one order
        described = people.Described(name=member.person.name, email=member.person.email)
        said = {"roles": sorted(member.roles), "active": member.status is Status.ACTIVE}
        if member.user_id in known:
            membership, person, told = known[member.user_id]
            seen_as(membership, said, now=now)
            names = people.told_by(member, described, registration.product)
            if telling.tells_nothing_new(names, told):
                people.described(person, described)
                continue
        person = people.seen(
            session,
            issuer=registration.issuer,
            subject=member.user_id,
            said=described,
            evidence=Evidence.ROSTER,
            now=now,
            product=registration.product,
            message=member,
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
) -> dict[str, tuple[Membership, Person, dict[str, str]]]:
    """Return whom of `subjects` we know in a course, by what the platform calls them."""
    rows = session.execute(
        select(PersonIdentifier.value, PersonIdentifier.told, Membership, Person)
        .join(Person, Person.id == PersonIdentifier.person_id)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.course_id == course.id,
            PersonIdentifier.scheme == ACCOUNT,
            PersonIdentifier.home == same_place(registration.issuer),
            PersonIdentifier.value.in_(subjects),
            PersonIdentifier.signs_in,
        )
    )
    return {subject: (membership, person, told) for subject, told, membership, person in rows}
