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
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lrs_bridge.identity import same_place
from lti.nrps import Member, Status
from plugin.courses import copies, questions
from plugin.courses.model import Course, Membership
from plugin.courses.service import SEEN_AGAIN_AFTER
from plugin.foundation.pouring import is_one_of, looked_over
from plugin.foundation.tenancy import streamed, unwalled
from plugin.people import arriving, identifiers, telling
from plugin.people import service as people
from plugin.people.arriving import Arriving
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
    known = arriving.known_at(session, registration.issuer, entries)
    here = _memberships(session, course, known)
    if here:
        verified = [membership.person_id for membership in here.values()]
        identifiers.verified(session, same_place(registration.issuer), verified, now=now)
    told_anew = [
        each for member in in_order if (each := _as_told(member, registration, known, here))
    ]
    found = arriving.all_seen(
        session,
        told_anew,
        known=known,
        issuer=registration.issuer,
        product=registration.product,
        now=now,
    )
    strangers = [each.member for each in told_anew if each.member.user_id not in here]
    _arrived(session, course, strangers, found, number, now)
    _stamped(session, in_order, here, number, now)
    return len(strangers)


def many_came(session: Session) -> None:
    """Let the database look at where many have just come in."""
    tables = (unwalled(each) for each in (Person, PersonIdentifier, Membership))
    looked_over(session.connection(), *tables)


def _as_told(
    member: Member,
    registration: RegistrationRow,
    known: arriving.Known,
    here: Mapping[str, Membership],
) -> Arriving | None:
    """Keep what is said of a membership that we know; return what is new about the person."""
    if member.status is Status.DELETED:
        return None
    said = people.Described(name=member.person.name, email=member.person.email)
    names = people.told_by(member, said, registration.product)
    membership = here.get(member.user_id)
    if membership is not None:
        account, person = known[member.user_id]
        _keep(membership, _of_membership(member))
        if telling.tells_nothing_new(names, account.told):
            people.described(person, said)
            return None
    return Arriving(member=member, said=said, told=names)


def _keep(membership: Membership, said: Mapping[str, Any]) -> None:
    for name, value in said.items():
        if getattr(membership, name) != value:
            setattr(membership, name, value)


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
    rows = [
        {
            "course_id": course.id,
            "person_id": people_of[member.user_id],
            "roles": sorted(member.roles),
            "active": member.status is Status.ACTIVE,
            "left_out": False,
            "listed_in": number if member.status is Status.ACTIVE else None,
            "groups": [],
            "mentors": [],
            "seen_at": now,
        }
        for member in members
    ]
    streamed(session, Membership, rows)
    active = [people_of[each.user_id] for each in members if each.status is Status.ACTIVE]
    copies.members_arrived(session, course.id, active, now=now)


def _stamped(
    session: Session,
    members: Sequence[Member],
    known: Mapping[str, Membership],
    number: int,
    now: datetime,
) -> None:
    """Write down who is in the list, and of whom it says itself that they are not."""
    here: set[UUID] = set()
    gone: set[UUID] = set()
    for member in members:
        if member.user_id in known:
            ids = here if member.status is Status.ACTIVE else gone
            ids.add(known[member.user_id].id)
    session.flush()
    stamp = update(Membership).execution_options(synchronize_session=False)
    if here:
        theirs = is_one_of(session, Membership.id, here)
        older = Membership.listed_in.is_(None) | (Membership.listed_in < number)
        session.execute(
            stamp.where(theirs, older).values(listed_in=number, left_out=False, seen_at=now)
        )
        long_ago = Membership.seen_at <= now - SEEN_AGAIN_AFTER
        session.execute(stamp.where(theirs, long_ago).values(seen_at=now))
    gone -= here  # two accounts of one person
    if gone:
        theirs = is_one_of(session, Membership.id, gone)
        session.execute(stamp.where(theirs, Membership.active).values(left_out=True))


def _memberships(session: Session, course: Course, known: arriving.Known) -> dict[str, Membership]:
    """Return the memberships of those whom we know, of those who are in the course."""
    people_known = [person.id for _, person in known.values()]
    rows = session.scalars(
        select(Membership).where(
            Membership.course_id == course.id,
            is_one_of(session, Membership.person_id, people_known),
        )
    )
    theirs = {membership.person_id: membership for membership in rows} if known else {}
    return {
        subject: theirs[person.id] for subject, (_, person) in known.items() if person.id in theirs
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
