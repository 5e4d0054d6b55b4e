"""The people of a programme as the engine sees them: ids and closed answers, no names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, or_, select
from sqlalchemy.orm import Session

from plugin.foundation.errors import NotFound
from plugin.matching.engine.people import Mentee, Mentor
from plugin.pairings.model import Pairing
from plugin.people.model import Person
from plugin.programmes.model import Part, Participation, Programme
from plugin.programmes.questions import Questionnaire, answers_for_matching

HERE = Participation.left_at.is_(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Everybody who takes part in a programme now."""

    mentees: tuple[Mentee, ...]
    """Those who have a mentor included."""
    mentors: tuple[Mentor, ...]
    """Who has more mentees than places, or takes no new ones, counts as full."""
    accepted: tuple[tuple[str, str], ...]
    """The open pairings: (mentee, mentor)."""


def people_of(session: Session, programme: Programme, now: datetime) -> People:
    """Return who takes part, in two queries however many they are."""
    reading = _Reading(programme, now)
    history = _history(session, programme.id)
    has = Counter(row.mentor_id for row in history.values() if row.closed_at is None)
    parts = _parts(session, programme.id, or_(HERE, Participation.part == Part.MENTOR))
    mentees = tuple(
        _waiting(reading.mentee(*row), row[0].joined_at, history.get(row[0].person_id), now)
        for row in parts
        if row[0].part == Part.MENTEE
    )
    mentors = tuple(
        replace(reading.mentor(*row), capacity=max(_offered(row[0]), has[row[0].person_id]))
        for row in parts
        if row[0].part == Part.MENTOR and (row[0].left_at is None or has[row[0].person_id])
    )
    return People(mentees=mentees, mentors=mentors, accepted=_standing(history, mentees, mentors))


def mentors_of(session: Session, programme: Programme, now: datetime) -> Sequence[Mentor]:
    """Return the mentors who take part, longest first."""
    reading = _Reading(programme, now)
    parts = _parts(session, programme.id, HERE, Participation.part == Part.MENTOR)
    return [reading.mentor(*row) for row in parts]


def waiting_of(session: Session, programme: Programme, now: datetime) -> Sequence[Mentee]:
    """Return the mentees without a mentor, who joined first first.

    Without what waiting is worth: where people are served in turn, it decides nothing.
    """
    reading = _Reading(programme, now)
    paired = select(Pairing.mentee_id).where(
        Pairing.programme_id == programme.id, Pairing.closed_at.is_(None)
    )
    is_waiting = and_(Participation.part == Part.MENTEE, Participation.person_id.not_in(paired))
    return [reading.mentee(*row) for row in _parts(session, programme.id, HERE, is_waiting)]


def mentee_and_mentors(
    session: Session,
    programme: Programme,
    mentee_id: UUID,
    now: datetime,
    *,
    also_left: bool = False,
) -> tuple[Mentee, Sequence[Mentor]]:
    """Return one mentee and every mentor, in one query.

    Args:
        also_left: with those who do not take part any more; mentors among them have no places.

    Raises:
        NotFound: the mentee does not take part (any more).
    """
    reading = _Reading(programme, now)
    is_mentee = and_(Participation.part == Part.MENTEE, Participation.person_id == mentee_id)
    here = () if also_left else (HERE,)
    parts = _parts(session, programme.id, *here, or_(Participation.part == Part.MENTOR, is_mentee))
    mentee = next((reading.mentee(*row) for row in parts if row[0].part == Part.MENTEE), None)
    if mentee is None:
        raise NotFound("This learner does not take part any more.")
    return mentee, [
        replace(reading.mentor(*row), capacity=_offered(row[0]))
        for row in parts
        if row[0].part == Part.MENTOR
    ]


class _Reading:
    """Turns the rows of one programme into what the engine compares."""

    def __init__(self, programme: Programme, now: datetime) -> None:
        self._questionnaire = Questionnaire.of(programme)
        self._now = now

    def mentee(self, part: Participation, zone: str | None) -> Mentee:
        return Mentee(
            id=str(part.person_id),
            answers=answers_for_matching(part, self._questionnaire, zone, self._now),
            wishes=self._wishes(part),
            refuses=frozenset(part.refuses),
        )

    def mentor(self, part: Participation, zone: str | None) -> Mentor:
        return Mentor(
            id=str(part.person_id),
            answers=answers_for_matching(part, self._questionnaire, zone, self._now),
            wishes=self._wishes(part),
            refuses=frozenset(part.refuses),
            capacity=part.capacity,
        )

    def _wishes(self, part: Participation) -> tuple[str, ...]:
        return tuple(part.wishes) if self._questionnaire.asks_wishes else ()


def _parts(
    session: Session, programme_id: UUID, *which: ColumnElement[bool]
) -> Sequence[Row[Participation, str | None]]:
    return session.execute(
        select(Participation, Person.zone)
        .join(Person, Person.id == Participation.person_id)
        .where(Participation.programme_id == programme_id, *which)
        .order_by(Participation.joined_at, Participation.id)
    ).all()


def _history(session: Session, programme_id: UUID) -> dict[UUID, Row[UUID, UUID, datetime | None]]:
    """Return the last pairing of everybody who ever had one."""
    rows = session.execute(
        select(Pairing.mentee_id, Pairing.mentor_id, Pairing.closed_at)
        .where(Pairing.programme_id == programme_id)
        .order_by(Pairing.closed_at.is_(None), Pairing.closed_at, Pairing.id)
    )
    return {row.mentee_id: row for row in rows}


def _waiting(
    mentee: Mentee,
    joined_at: datetime,
    last: Row[UUID, UUID, datetime | None] | None,
    now: datetime,
) -> Mentee:
    """Return a mentee with what waiting is to be worth: since they joined, or lost their mentor."""
    if last is None:
        return replace(mentee, never_matched=True, waiting_days=max((now - joined_at).days, 0))
    if last.closed_at is None:
        return mentee
    return replace(mentee, waiting_days=max((now - max(joined_at, last.closed_at)).days, 0))


def _offered(part: Participation) -> int:
    return part.capacity if part.left_at is None else 0


def _standing(
    history: dict[UUID, Row[UUID, UUID, datetime | None]],
    mentees: Sequence[Mentee],
    mentors: Sequence[Mentor],
) -> tuple[tuple[str, str], ...]:
    here, taking = {each.id for each in mentees}, {each.id for each in mentors}
    pairs = (
        (str(row.mentee_id), str(row.mentor_id))
        for row in history.values()
        if row.closed_at is None
    )
    return tuple(sorted(each for each in pairs if each[0] in here and each[1] in taking))
