"""What is held about a person, and their requests, until an administrator has done them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from plugin.checkins.model import CheckIn, Feedback
from plugin.circles.model import Circle, CircleMember
from plugin.completions.model import CompletionRow
from plugin.courses.model import Membership
from plugin.foundation.errors import NotFound
from plugin.foundation.events import happened
from plugin.foundation.tenancy import inserted_once
from plugin.goals.model import Commitment
from plugin.pairings.model import Pairing
from plugin.people.model import Person, PersonIdentifier, PrivacyRequest
from plugin.privacy import events
from plugin.programmes.model import Participation


class Kind(StrEnum):
    """What somebody asks for."""

    EXPORT = "export"
    ERASE = "erase"


class Category(StrEnum):
    """What is held, in the order in which people think of it."""

    IDENTIFIERS = "identifiers"
    COURSES = "courses"
    ANSWERS = "answers"
    PAIRS = "pairs"
    CHECK_INS = "check-ins"
    LOOK_BACKS = "look-backs"
    STEPS = "steps"
    CIRCLES = "circles"
    COMPLETIONS = "completions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What is held about a person, in the whole organisation; counts, never contents."""

    has_name: bool
    has_email: bool
    counts: dict[Category, int]
    recorded: bool
    """Whether learning records are written about them anywhere."""


def held(session: Session, person_id: UUID) -> Held:
    """Return what is held about a person, counted at this moment."""
    person = session.get_one(Person, person_id)
    parts = session.scalars(select(Participation).where(Participation.person_id == person_id)).all()
    return Held(
        has_name=bool(person.name),
        has_email=bool(person.email),
        counts={category: _count(session, query) for category, query in _of(person_id).items()},
        recorded=any(part.recorded for part in parts),
    )


def looked_at(session: Session, person_id: UUID, *, by: UUID, now: datetime) -> Held:
    """Return what is held about somebody to an administrator, and note that they looked."""
    happened(session, events.DataLookedAt(at=now, subject_id=person_id, actor_id=by))
    return held(session, person_id)


def _of(person_id: UUID) -> dict[Category, Select[Any]]:
    """Return the rows of each category, as selects of their ids."""
    pair = or_(Pairing.mentor_id == person_id, Pairing.mentee_id == person_id)
    seated = select(CircleMember.circle_id).where(CircleMember.person_id == person_id)
    return {
        Category.IDENTIFIERS: select(PersonIdentifier.id).where(
            PersonIdentifier.person_id == person_id
        ),
        Category.COURSES: select(Membership.id).where(Membership.person_id == person_id),
        Category.ANSWERS: select(Participation.id).where(Participation.person_id == person_id),
        Category.PAIRS: select(Pairing.id).where(pair),
        Category.CHECK_INS: select(CheckIn.id)
        .join(Pairing, Pairing.id == CheckIn.pairing_id)
        .where(pair),
        Category.LOOK_BACKS: select(Feedback.id).where(Feedback.person_id == person_id),
        Category.STEPS: select(Commitment.id).where(Commitment.mentee_id == person_id),
        Category.CIRCLES: select(Circle.id).where(
            or_(Circle.mentor_id == person_id, Circle.id.in_(seated))
        ),
        Category.COMPLETIONS: select(CompletionRow.id).where(CompletionRow.person_id == person_id),
    }


def _count(session: Session, rows: Select[Any]) -> int:
    (id,) = rows.selected_columns
    return session.scalars(rows.with_only_columns(func.count(id))).one()


def ask(session: Session, person_id: UUID, kind: Kind, *, now: datetime) -> bool:
    """Keep what somebody asks for; asking again while it waits is asking once. True: it is new."""
    new = inserted_once(session, PrivacyRequest, person_id=person_id, kind=kind, asked_at=now)
    if new:
        (asked,) = (each for each in open_of(session, person_id) if each.kind == kind)
        happened(
            session,
            events.DataAskedFor(at=now, subject_id=asked.id, actor_id=person_id, what=kind),
        )
    return new


def open_of(session: Session, person_id: UUID) -> Sequence[PrivacyRequest]:
    """Return what somebody has asked for and not got yet."""
    return session.scalars(
        select(PrivacyRequest).where(
            PrivacyRequest.person_id == person_id, PrivacyRequest.settled_at.is_(None)
        )
    ).all()


def requests(session: Session) -> list[tuple[PrivacyRequest, Person]]:
    """Return what waits for an administrator, the oldest first, and whose it is."""
    rows = session.execute(
        select(PrivacyRequest, Person)
        .join(Person, Person.id == PrivacyRequest.person_id)
        .where(PrivacyRequest.settled_at.is_(None))
        .order_by(PrivacyRequest.asked_at, PrivacyRequest.id)
    ).all()
    return [(asked, person) for asked, person in rows]


def waiting(session: Session) -> int:
    """Return how many requests wait for an administrator."""
    return session.scalars(
        select(func.count(PrivacyRequest.id)).where(PrivacyRequest.settled_at.is_(None))
    ).one()


def settle(session: Session, request_id: UUID, *, by: UUID, now: datetime) -> None:
    """Note that an administrator has done what was asked. Saying it twice is saying it once.

    Raises:
        NotFound: there is no such request.
    """
    asked = session.get(PrivacyRequest, request_id, with_for_update=True)
    if asked is None:
        raise NotFound("There is no such request.")
    if asked.settled_at is not None:
        return
    asked.settled_at, asked.settled_by = now, by
    session.flush()
    happened(session, events.DataDealtWith(at=now, subject_id=asked.id, actor_id=by))
