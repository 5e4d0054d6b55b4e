"""Whom a learning platform calls whose mentor, for an instructor to take up or leave.

A mentor's launch may name the people whom they mentor (`role_scope_mentor`). It is believed only of
those with the role of a mentor, in a product where that means mentoring (docs/lti.md); and it makes
nobody a pair: people decide.

https://www.imsglobal.org/spec/lti/v1p3/#role-scope-mentor-claims
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lrs_bridge.identity import same_place
from lti.roles import MENTOR, has
from plugin.courses.model import Course, Membership
from plugin.foundation.errors import NotFound
from plugin.foundation.events import happened
from plugin.pairings.model import Pairing
from plugin.pairings.service import open_pairing, pair
from plugin.people.model import Person, PersonIdentifier
from plugin.people.rules import ACCOUNT
from plugin.platforms.model import RegistrationRow
from plugin.programmes import service as programmes
from plugin.programmes.events import MentorAttached
from plugin.programmes.model import Part, Programme

REASON = {"kind": "said-by-the-platform"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidPair:
    """Two people of a course, of whom the platform says that one mentors the other."""

    mentor_id: UUID
    mentor_name: str | None
    mentee_id: UUID
    mentee_name: str | None
    has_joined: bool
    """Whether the mentee takes part; before that there is nobody to pair."""


def said_pairs(session: Session, course: Course) -> list[SaidPair]:
    """Return the pairs that a platform names and that are none yet, in the order of names."""
    programme = programmes.found_of_course(session, course.id)
    found = []
    for membership, mentor in _mentors(session, course.id):
        for mentee in _people(session, course, membership.mentors):
            if programme is not None and open_pairing(session, programme.id, mentee.id):
                continue
            found.append(
                SaidPair(
                    mentor_id=mentor.id,
                    mentor_name=mentor.name,
                    mentee_id=mentee.id,
                    mentee_name=mentee.name,
                    has_joined=programme is not None
                    and programmes.takes_part(session, programme.id, mentee.id, Part.MENTEE),
                )
            )
    return found


def take_up(
    session: Session,
    course: Course,
    programme: Programme,
    *,
    mentor_id: UUID,
    mentee_id: UUID,
    by: UUID,
    now: datetime,
) -> Pairing | None:
    """Make a pair that the platform names; its mentor is attached, with a place for this mentee.

    None when the mentee has got somebody meanwhile.

    Raises:
        NotFound: the platform says nothing of the kind, or the mentee takes no part yet.
    """
    named = {(each.mentor_id, each.mentee_id): each for each in said_pairs(session, course)}
    said = named.get((mentor_id, mentee_id))
    if said is None or not said.has_joined:
        raise NotFound("Your learning platform does not name this pair, or not any more.")
    programmes.taken(session, programme.id)
    new = programmes.took_part(session, programme, mentor_id, Part.MENTOR, now)
    mentor = programmes.kept(session, programme, mentor_id, Part.MENTOR)
    came_back, before = mentor.left_at is not None, mentor.capacity
    mentor.left_at = None
    mentor.capacity = max(before, _mentees_of(session, programme.id, mentor_id) + 1)
    session.flush()
    made = pair(  # before others are told of the place, so that nobody else is given it
        session,
        programme.id,
        mentor_id=mentor_id,
        mentee_id=mentee_id,
        reasons=[REASON],
        now=now,
    )
    if new or came_back:
        happened(
            session,
            MentorAttached(
                at=now,
                subject_id=mentor.id,
                actor_id=by,
                programme_id=programme.id,
                person_id=mentor_id,
            ),
        )
    elif mentor.capacity != before:
        programmes.places_changed(session, mentor, by=by, now=now)
    return made


def _mentees_of(session: Session, programme_id: UUID, mentor_id: UUID) -> int:
    rows = session.scalars(
        select(Pairing.id).where(
            Pairing.programme_id == programme_id,
            Pairing.mentor_id == mentor_id,
            Pairing.closed_at.is_(None),
        )
    )
    return len(rows.all())


def _mentors(session: Session, course_id: UUID) -> list[tuple[Membership, Person]]:
    rows = session.execute(
        select(Membership, Person)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.course_id == course_id, Membership.active)
        .order_by(Person.name.is_(None), Person.name, Person.id)
    )
    return [
        (membership, person)
        for membership, person in rows
        if membership.mentors and has(frozenset(membership.roles), MENTOR)
    ]


def _people(session: Session, course: Course, subjects: Sequence[str]) -> Sequence[Person]:
    issuer = session.get_one(RegistrationRow, course.registration_id).issuer
    return session.scalars(
        select(Person)
        .join(PersonIdentifier, PersonIdentifier.person_id == Person.id)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.course_id == course.id,
            Membership.active,
            PersonIdentifier.scheme == ACCOUNT,
            PersonIdentifier.signs_in,
            PersonIdentifier.home == same_place(issuer),
            PersonIdentifier.value.in_(subjects),
        )
        .order_by(Person.name.is_(None), Person.name, Person.id)
    ).all()
