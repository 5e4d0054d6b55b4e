"""What a platform's list of people says of a course, and what its silence says.

A *reading* goes over the whole list, page by page, and stamps whom it finds with its number
(`Membership.listed_in`). So nothing has to hold the list: whoever has an older number at the end
was left out. That is said only by a reading that came to the end of a list of everybody; and where
it says it of more than a tenth, somebody is asked first (`questions`).

Only whom a list once had can be left out of one: who launches without being enrolled, as
administrators do, was never in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lti.nrps import Member, Status
from plugin.courses import copies, questions
from plugin.courses.model import Course, Membership
from plugin.courses.service import SEEN_AGAIN_AFTER
from plugin.foundation.pouring import is_one_of, looked_over
from plugin.foundation.tenancy import rows_of, streamed, unwalled
from plugin.people import arriving
from plugin.people.model import Person, PersonIdentifier
from plugin.platforms.model import RegistrationRow

WHOLE_AGAIN_AFTER = timedelta(days=7)
"""How long changes are enough: whatever a platform forgot to tell is found by then."""


def changes_url(session: Session, course: Course, *, now: datetime) -> str | None:
    """Return where to ask what has changed; None: the whole list has to be read.

    It has to be while a question is open, which the whole list may answer.
    """
    listed_at = course.roster_listed_at
    if listed_at is None or now - listed_at >= WHOLE_AGAIN_AFTER:
        return None
    return None if questions.open_in(session, course.id) else course.differences_url


def begun(session: Session, course_id: UUID) -> int:
    """Return the number of a reading of the whole list that begins now."""
    course = _locked(session, course_id)
    course.reading += 1
    return course.reading


def kept(
    session: Session,
    course: Course,
    registration: RegistrationRow,
    members: Sequence[Member],
    *,
    reading: int | None = None,
    now: datetime,
) -> int:
    """Keep what some entries of a list say; return how many of them are new in the course.

    Nobody is taken out of it by that.

    Args:
        members: as they came; of several about one person the last counts.
        reading: the number of the reading that found them; None: these are changes.
    """
    number = course.reading if reading is None else reading
    entries = {member.user_id: member for member in members}
    in_order = [entries[id] for id in sorted(entries)]  # two rosters, one order
    known = arriving.known_at(session, registration.issuer, entries, now=now)
    here = _memberships(session, course, known)
    present = [member for member in in_order if member.status is not Status.DELETED]
    found = arriving.all_seen(
        session,
        [arriving.arriving(member, product=registration.product) for member in present],
        known=known,
        issuer=registration.issuer,
        product=registration.product,
        now=now,
    )
    strangers = [member for member in present if member.user_id not in here]
    _arrived(session, course, strangers, found, number, now)
    _kept_as_said(session, present, here)
    _stamped(session, in_order, here, number, now)
    return len(strangers)


def many_came(session: Session) -> None:
    """Let the database look at where many have just come in."""
    tables = (unwalled(each) for each in (Person, PersonIdentifier, Membership))
    looked_over(session.connection(), *tables)


def _kept_as_said(
    session: Session, members: Sequence[Member], here: Mapping[str, _Membership]
) -> None:
    """Keep what is said of memberships that we know."""
    news: list[tuple[UUID, Mapping[str, Any]]] = []
    for member in members:
        membership = here.get(member.user_id)
        if membership is not None:
            tells = _of_membership(member)
            if any(getattr(membership, name) != value for name, value in tells.items()):
                news.append((membership.id, tells))
    rows = rows_of(session, Membership, [id for id, _ in news])
    for id, said in news:
        for name, value in said.items():
            setattr(rows[id], name, value)


def _of_membership(member: Member) -> dict[str, Any]:
    """Return what an entry says of a membership; who is not active is seen to at the end."""
    said: dict[str, Any] = {"roles": sorted(member.roles)}
    if member.status is Status.ACTIVE:
        said |= {"active": True, "left_out": False}
    return said


def _arrived(
    session: Session,
    course: Course,
    members: Sequence[Member],
    people_of: Mapping[str, UUID],
    number: int,
    now: datetime,
) -> None:
    """Let those into the course who were not in it."""
    in_order: dict[frozenset[str], list[str]] = {}  # most are those of a learner
    rows = [
        {
            "person_id": people_of[member.user_id],
            "roles": in_order.setdefault(member.roles, sorted(member.roles)),
            "active": member.status is Status.ACTIVE,
            "listed_in": number if member.status is Status.ACTIVE else None,
        }
        for member in members
    ]
    same = {"course_id": course.id, "left_out": False, "groups": [], "mentors": [], "seen_at": now}
    streamed(session, Membership, rows, same=same)
    active = [people_of[each.user_id] for each in members if each.status is Status.ACTIVE]
    copies.members_arrived(session, course.id, active, now=now)


def _stamped(
    session: Session,
    members: Sequence[Member],
    known: Mapping[str, _Membership],
    number: int,
    now: datetime,
) -> None:
    """Write down who is in the list, and of whom it says itself that they are not."""
    here: dict[UUID, _Membership] = {}
    gone: set[UUID] = set()
    for member in members:
        membership = known.get(member.user_id)
        if membership is not None and member.status is Status.ACTIVE:
            here[membership.id] = membership
        elif membership is not None:
            gone.add(membership.id)
    session.flush()
    long_ago = now - SEEN_AGAIN_AFTER
    listed = {id for id, it in here.items() if it.listed_in is None or it.listed_in < number}
    seen = {id for id, it in here.items() if id not in listed and it.seen_at <= long_ago}
    stamp = update(Membership).execution_options(synchronize_session=False)
    if listed:
        older = Membership.listed_in.is_(None) | (Membership.listed_in < number)
        theirs = is_one_of(session, Membership.id, listed)
        session.execute(
            stamp.where(theirs, older).values(listed_in=number, left_out=False, seen_at=now)
        )
    if seen:
        theirs = is_one_of(session, Membership.id, seen)
        session.execute(stamp.where(theirs, Membership.seen_at <= long_ago).values(seen_at=now))
    gone -= here.keys()  # two accounts of one person
    if gone:
        theirs = is_one_of(session, Membership.id, gone)
        session.execute(stamp.where(theirs, Membership.active).values(left_out=True))


class _Membership(Protocol):
    """What is known of a membership before an entry is kept."""

    id: UUID
    person_id: UUID
    roles: list[str]
    active: bool
    left_out: bool
    listed_in: int | None
    seen_at: datetime


def _memberships(
    session: Session, course: Course, known: arriving.Known
) -> Mapping[str, _Membership]:
    """Return the memberships of those whom we know, of those who are in the course."""
    if not known:
        return {}
    held = Membership
    rows = session.execute(
        select(
            held.id,
            held.person_id,
            held.roles,
            held.active,
            held.left_out,
            held.listed_in,
            held.seen_at,
        ).where(
            held.course_id == course.id,
            is_one_of(session, held.person_id, [each.person_id for each in known.values()]),
        )
    )
    theirs: dict[UUID, Any] = {row.person_id: row for row in rows}
    return {
        subject: theirs[account.person_id]
        for subject, account in known.items()
        if account.person_id in theirs
    }


def changes_ended(
    session: Session, course_id: UUID, *, differences_url: str | None, now: datetime
) -> None:
    """Act upon changes that were read to their end."""
    course = _locked(session, course_id)
    course.differences_url = differences_url
    course.roster_synced_at = now
    questions.acted_upon(session, course, news=True, now=now)


def ended(
    session: Session,
    course_id: UUID,
    *,
    reading: int,
    began_at: datetime,
    is_of_everybody: bool,
    differences_url: str | None,
    now: datetime,
) -> None:
    """Act upon a list that was read to its end.

    Args:
        is_of_everybody: whether whoever is not in it is left out; else its silence says nothing.
    """
    course = _locked(session, course_id)
    course.roster_synced_at = now
    if course.reading != reading:
        return  # another has begun since, and its stamps are on some
    news = False
    if is_of_everybody:
        course.roster_listed_at, course.differences_url = now, differences_url
        left_out = session.execute(
            update(Membership)
            .where(
                Membership.course_id == course.id,
                Membership.active,
                Membership.left_out.is_(False),
                Membership.listed_in < reading,
                Membership.seen_at < began_at,  # who came in while it was read is here
            )
            .values(left_out=True)
            .execution_options(synchronize_session=False)
        )
        news = left_out.rowcount > 0  # type: ignore[attr-defined]
    questions.acted_upon(session, course, news=news, now=now)


def _locked(session: Session, course_id: UUID) -> Course:
    return session.get_one(Course, course_id, with_for_update={"key_share": True})
