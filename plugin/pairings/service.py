"""Making and closing pairings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from plugin.foundation.errors import NoPlaceLeft
from plugin.foundation.events import happened
from plugin.foundation.tenancy import inserted_once
from plugin.matching import rules
from plugin.pairings.events import PairingClosed, PairingMade
from plugin.pairings.model import EndReason, Pairing
from plugin.programmes.events import Joined, Left, MentorAttached, PlacesChanged
from plugin.programmes.model import Part, Participation
from plugin.programmes.service import participants, participation, taken


def open_pairing(session: Session, programme_id: UUID, mentee_id: UUID) -> Pairing | None:
    """Return the pairing that a mentee has now, or None."""
    return session.scalar(
        select(Pairing).where(
            Pairing.programme_id == programme_id,
            Pairing.mentee_id == mentee_id,
            Pairing.closed_at.is_(None),
        )
    )


def of_mentor(session: Session, programme_id: UUID, mentor_id: UUID) -> Sequence[Pairing]:
    """Return the open pairings of a mentor, oldest first."""
    return session.scalars(
        select(Pairing)
        .where(
            Pairing.programme_id == programme_id,
            Pairing.mentor_id == mentor_id,
            Pairing.closed_at.is_(None),
        )
        .order_by(Pairing.made_at, Pairing.id)
    ).all()


def pair(
    session: Session,
    programme_id: UUID,
    *,
    mentor_id: UUID,
    mentee_id: UUID,
    reasons: Sequence[str],
    now: datetime,
) -> Pairing | None:
    """Pair two people; None when the mentee already has somebody.

    Raises:
        NoPlaceLeft: the mentor has no place, or does not take part. The mentor's participation is
            locked while we count, so that two mentees cannot take the last place at once.
    """
    mentor = participation(session, programme_id, mentor_id, Part.MENTOR, locked=True)
    if mentor is None or mentor.left_at is not None:
        raise NoPlaceLeft("This mentor takes no mentees now.")
    if _mentees(session, programme_id).get(mentor_id, 0) >= mentor.capacity:
        raise NoPlaceLeft("This mentor has as many mentees as they take.")
    new = inserted_once(
        session,
        Pairing,
        programme_id=programme_id,
        mentor_id=mentor_id,
        mentee_id=mentee_id,
        reasons=list(reasons),
        made_at=now,
    )
    if not new:
        return None
    made = open_pairing(session, programme_id, mentee_id)
    assert made is not None  # noqa: S101 # inserted above, in this transaction
    happened(
        session,
        PairingMade(
            at=now,
            subject_id=made.id,
            programme_id=programme_id,
            mentor_id=mentor_id,
            mentee_id=mentee_id,
        ),
    )
    return made


def close(session: Session, pairing: Pairing, *, why: EndReason, by: UUID, now: datetime) -> None:
    """Close a pairing and offer its place to whoever has waited longest."""
    if pairing.closed_at is not None:
        return
    pairing.closed_at = now
    pairing.end_reason = why
    session.flush()
    happened(
        session,
        PairingClosed(
            at=now,
            subject_id=pairing.id,
            actor_id=by,
            programme_id=pairing.programme_id,
            mentor_id=pairing.mentor_id,
            mentee_id=pairing.mentee_id,
            end_reason=why,
        ),
    )
    pair_waiting(session, pairing.programme_id, now=now)


def waiting(session: Session, programme_id: UUID) -> Sequence[Participation]:
    """Return the mentees without a mentor, who waited longest first."""
    taken = select(Pairing.mentee_id).where(
        Pairing.programme_id == programme_id, Pairing.closed_at.is_(None)
    )
    return session.scalars(
        select(Participation)
        .where(
            Participation.programme_id == programme_id,
            Participation.part == Part.MENTEE,
            Participation.left_at.is_(None),
            Participation.person_id.not_in(taken),
        )
        .order_by(Participation.joined_at, Participation.id)
    ).all()


def pair_waiting(session: Session, programme_id: UUID, *, now: datetime) -> int:
    """Give mentors to those who wait, as far as there are places; return how many were paired.

    The programme is taken: of a join and a new place at the same moment, the later one sees both.
    """
    taken(session, programme_id)
    mentors = _mentors(session, programme_id)
    paired = 0
    for mentee in waiting(session, programme_id) if any(each.places for each in mentors) else ():
        choice = rules.chosen_mentor(
            rules.Mentee(person_id=mentee.person_id, talk=frozenset(mentee.talk)), mentors
        )
        if choice is None:
            continue
        made = pair(
            session,
            programme_id,
            mentor_id=choice.mentor.person_id,
            mentee_id=mentee.person_id,
            reasons=choice.reasons,
            now=now,
        )
        paired += made is not None
        mentors = [
            replace(each, mentees=each.mentees + 1) if each == choice.mentor else each
            for each in mentors
        ]
    return paired


def on_places(
    session: Session, _event_id: UUID, event: Joined | MentorAttached | PlacesChanged
) -> None:
    """Pair whoever waits: somebody joined, or there are new places."""
    pair_waiting(session, event.programme_id, now=event.at)


def on_left(session: Session, _event_id: UUID, event: Left) -> None:
    """Close the pairing of a mentee who left."""
    pairing = open_pairing(session, event.programme_id, event.person_id)
    if pairing is not None:
        close(session, pairing, why=EndReason.WITHDRAWN, by=event.person_id, now=event.at)


def _mentors(session: Session, programme_id: UUID) -> list[rules.Mentor]:
    mentees = _mentees(session, programme_id)
    return [
        rules.Mentor(
            person_id=each.person_id,
            talk=frozenset(each.talk),
            capacity=each.capacity,
            mentees=mentees.get(each.person_id, 0),
            joined_at=each.joined_at,
        )
        for each in participants(session, programme_id, Part.MENTOR)
    ]


def _mentees(session: Session, programme_id: UUID) -> dict[UUID, int]:
    counted = session.execute(
        select(Pairing.mentor_id, func.count())
        .where(Pairing.programme_id == programme_id, Pairing.closed_at.is_(None))
        .group_by(Pairing.mentor_id)
    )
    return {row[0]: row[1] for row in counted}
