"""Where an item leads: values read in one go, so that templates ask nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugin.checkins.model import CheckIn
from plugin.checkins.rules import State
from plugin.circles import service as circles
from plugin.circles.model import Circle
from plugin.courses.model import Course, ResourceLink
from plugin.courses.openers import KIND as OPENERS
from plugin.courses.openers import shut_out
from plugin.foundation.outbox import Asked, asked
from plugin.items.model import PlacedItem
from plugin.items.service import found
from plugin.launches.items import Kind, Said
from plugin.pairings.service import open_pairing
from plugin.people.model import Person
from plugin.programmes import service as programmes
from plugin.programmes.model import Checkpoint, Part


class Where(StrEnum):
    """What somebody finds who opens an item."""

    HOME = "home"
    """The mentoring home: the item says nothing else, or nothing that we know."""
    COPIED = "copied"
    """It was copied from another course, where it opened something of that course."""
    NOT_YET_OPEN = "not-yet-open"
    CLOSED = "closed"
    CHECK_IN = "check-in"
    JOIN = "join"
    NO_MENTOR = "no-mentor"
    NOT_COMPLETED = "not-completed"
    """The check-in opens when what it follows is completed."""
    ON_ITS_WAY = "on-its-way"
    """What it follows is completed by opening this; the worker is about to open the check-in."""
    NO_RULE = "no-rule"
    """The instructor took the rule back."""
    CIRCLE = "circle"
    NOT_IN_IT = "not-in-it"
    GOALS = "goals"
    OVERVIEW = "overview"
    """The instructor's look at what the item is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where an item leads this person now."""

    where: Where
    title: str | None = None
    id: UUID | None = None
    """Of the check-in or the circle that it leads to."""
    about: str | None = None
    opens_at: datetime | None = None
    closed_at: datetime | None = None
    kind: str | None = None


def destination(
    session: Session,
    said: Said,
    *,
    course_id: UUID,
    person_id: UUID,
    is_instructor: bool,
    now: datetime,
) -> Destination:
    """Return where the item that `said` describes leads a person."""
    item = found(session, said)
    if item is None:
        return Destination(where=Where.HOME)
    if item.course_id != course_id:
        return Destination(where=Where.COPIED, title=item.title, kind=item.kind)
    there = _there(session, item, person_id=person_id, gate=said.after is not None)
    if is_instructor:
        return _overview(item, there, now=now)
    if item.available_from is not None and now < item.available_from:
        return Destination(
            where=Where.NOT_YET_OPEN, title=item.title, opens_at=item.available_from, kind=item.kind
        )
    if item.available_until is not None and now >= item.available_until:
        return Destination(
            where=Where.CLOSED, title=item.title, closed_at=item.available_until, kind=item.kind
        )
    return there


def _overview(item: PlacedItem, there: Destination, *, now: datetime) -> Destination:
    if there.where is Where.GOALS:
        return there
    upcoming = item.available_from if item.available_from and item.available_from > now else None
    return Destination(
        where=Where.OVERVIEW,
        title=item.title,
        id=item.circle_id,
        about=there.about,
        opens_at=upcoming,
        closed_at=item.available_until,
        kind=item.kind,
    )


def _there(session: Session, item: PlacedItem, *, person_id: UUID, gate: bool) -> Destination:
    if item.kind == Kind.CHECK_IN:
        return _check_in(session, item, person_id, gate=gate)
    if item.kind == Kind.CIRCLE:
        return _circle(session, item, person_id)
    where = Where.GOALS if item.kind == Kind.GOAL_REVIEW else Where.HOME
    return Destination(where=where, title=item.title, kind=item.kind)


def _check_in(session: Session, item: PlacedItem, person_id: UUID, *, gate: bool) -> Destination:
    checkpoint = session.get(Checkpoint, item.checkpoint_id) if item.checkpoint_id else None
    about = checkpoint.name if checkpoint else None

    def to(where: Where, id: UUID | None = None) -> Destination:
        return Destination(where=where, title=item.title, id=id, about=about, kind=item.kind)

    if checkpoint is None:
        return to(Where.NO_RULE)
    checkin = session.scalar(
        select(CheckIn).where(
            CheckIn.checkpoint_id == checkpoint.id,
            CheckIn.mentee_id == person_id,
            CheckIn.state != State.WITHDRAWN,
        )
    )
    if checkin is not None:
        return to(Where.CHECK_IN, checkin.id)
    if checkpoint.retired_at is not None:
        return to(Where.NO_RULE)
    if programmes.takes_part(session, checkpoint.programme_id, person_id, Part.MENTOR):
        return Destination(where=Where.HOME)
    if not programmes.takes_part(session, checkpoint.programme_id, person_id, Part.MENTEE):
        return to(Where.JOIN)
    if open_pairing(session, checkpoint.programme_id, person_id) is None:
        return to(Where.NO_MENTOR)
    return to(Where.ON_ITS_WAY if gate else Where.NOT_COMPLETED)


def _circle(session: Session, item: PlacedItem, person_id: UUID) -> Destination:
    circle = session.get(Circle, item.circle_id) if item.circle_id else None
    if circle is not None and circles.is_in(session, circle, person_id):
        return Destination(where=Where.CIRCLE, title=item.title, id=circle.id, kind=item.kind)
    return Destination(
        where=Where.NOT_IN_IT,
        title=item.title,
        about=circle.topic if circle else None,
        kind=item.kind,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Openers:
    """Who of those who take part cannot open an item, as far as the platform was asked."""

    asked: Asked
    read_at: datetime | None
    shut_out: Sequence[Person]


def openers(session: Session, link_id: UUID | None) -> Openers | None:
    """Return who cannot open the item that was opened; None where nobody can be asked."""
    link = session.get(ResourceLink, link_id) if link_id is not None else None
    if link is None or session.get_one(Course, link.course_id).memberships_url is None:
        return None
    programme = programmes.found_of_course(session, link.course_id)
    taking_part = {
        each.person_id
        for part in Part
        for each in (programmes.participants(session, programme.id, part) if programme else ())
    }
    return Openers(
        asked=asked(session, OPENERS, str(link.id)),
        read_at=link.openers_read_at,
        shut_out=session.scalars(
            select(Person)
            .where(Person.id.in_(shut_out(session, link, taking_part)))
            .order_by(Person.name.is_(None), Person.name, Person.id)
        ).all(),
    )
