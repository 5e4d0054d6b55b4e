"""What the pages of check-ins show: values read in one go, so that templates ask nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from plugin.checkins.model import CheckIn, Feedback
from plugin.checkins.rules import State
from plugin.foundation.i18n import Words
from plugin.matching.reasons import in_words
from plugin.pairings.model import Pairing
from plugin.people.model import Person
from plugin.programmes.model import Checkpoint, Part, Participation, Programme
from plugin.programmes.questions import Questionnaire


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInCard:
    """One check-in in a list, from the side of one of the two."""

    id: UUID
    about: str
    other_name: str | None
    state: State
    is_reflected: bool
    i_reflected: bool
    minutes: int
    due_at: datetime
    starts_at: datetime | None
    my_part: Part

    @property
    def needs_me(self) -> bool:
        """Whether there is something for this person to do."""
        if self.state is State.HELD:
            return not self.i_reflected
        return self.state in (State.OPEN, State.BOOKED, State.MISSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class MenteeLine:
    """A mentee as their mentor sees them."""

    name: str | None
    first_use: str | None
    """What they want to use first: where the first talk begins."""
    reasons: tuple[str, ...] = ()
    """Why the two are a pair, as sentences for the mentor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerLine:
    """One learner as the instructor sees them: state only, no notes, no answers."""

    name: str | None
    has_mentor: bool
    mentor_name: str | None
    checkins: int
    held: int
    next_at: datetime | None
    is_overdue: bool


def cards(session: Session, programme_id: UUID, person_id: UUID) -> list[CheckInCard]:
    """Return a person's check-ins on both sides, what needs them first, then the newest."""
    rows = session.execute(_cards(programme_id, person_id)).all()
    found = [_card(row, person_id) for row in rows]
    return sorted(found, key=lambda card: (not card.needs_me, card.due_at))


def _cards(programme_id: UUID, person_id: UUID) -> Select[CheckIn, str, Person, Person, int, int]:
    mentor, mentee = aliased(Person), aliased(Person)
    given = (
        select(func.count())
        .where(Feedback.checkin_id == CheckIn.id)
        .correlate(CheckIn)
        .scalar_subquery()
    )
    mine = (
        select(func.count())
        .where(Feedback.checkin_id == CheckIn.id, Feedback.person_id == person_id)
        .correlate(CheckIn)
        .scalar_subquery()
    )
    return (
        select(CheckIn, Checkpoint.name, mentor, mentee, given, mine)
        .join(Checkpoint, Checkpoint.id == CheckIn.checkpoint_id)
        .join(Pairing, Pairing.id == CheckIn.pairing_id)
        .join(mentor, mentor.id == Pairing.mentor_id)
        .join(mentee, mentee.id == Pairing.mentee_id)
        .where(
            Pairing.programme_id == programme_id,
            (Pairing.mentor_id == person_id) | (Pairing.mentee_id == person_id),
            CheckIn.state != State.WITHDRAWN,
        )
    )


def _card(row: Row[CheckIn, str, Person, Person, int, int], person_id: UUID) -> CheckInCard:
    checkin, about, mentor, mentee, given, mine = row
    i_am_mentee = mentee.id == person_id
    return CheckInCard(
        id=checkin.id,
        about=about,
        other_name=(mentor if i_am_mentee else mentee).name,
        state=State(checkin.state),
        is_reflected=given >= 2,
        i_reflected=mine > 0,
        minutes=checkin.minutes,
        due_at=checkin.due_at,
        starts_at=checkin.starts_at,
        my_part=Part.MENTEE if i_am_mentee else Part.MENTOR,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One check-in of a learner as their instructor sees it: state and dates, nothing else."""

    about: str
    state: State
    opened_at: datetime
    due_at: datetime
    starts_at: datetime | None
    held_at: datetime | None


def standings(session: Session, programme_id: UUID, mentee_id: UUID) -> list[Standing]:
    """Return the check-ins of one learner, the newest first."""
    rows = session.execute(
        select(CheckIn, Checkpoint.name)
        .join(Checkpoint, Checkpoint.id == CheckIn.checkpoint_id)
        .where(
            Checkpoint.programme_id == programme_id,
            CheckIn.mentee_id == mentee_id,
            CheckIn.state != State.WITHDRAWN,
        )
        .order_by(CheckIn.opened_at.desc(), CheckIn.id)
    )
    return [
        Standing(
            about=about,
            state=State(checkin.state),
            opened_at=checkin.opened_at,
            due_at=checkin.due_at,
            starts_at=checkin.starts_at,
            held_at=checkin.held_at,
        )
        for checkin, about in rows
    ]


def mentees(
    session: Session, programme: Programme, mentor_id: UUID, words: Words
) -> list[MenteeLine]:
    """Return whom a mentor has now, longest first."""
    rows = session.execute(
        select(Person.name, Participation.first_use, Pairing.reasons)
        .select_from(Pairing)
        .join(Person, Person.id == Pairing.mentee_id)
        .join(
            Participation,
            and_(
                Participation.programme_id == Pairing.programme_id,
                Participation.person_id == Pairing.mentee_id,
                Participation.part == Part.MENTEE,
            ),
        )
        .where(
            Pairing.programme_id == programme.id,
            Pairing.mentor_id == mentor_id,
            Pairing.closed_at.is_(None),
        )
        .order_by(Pairing.made_at, Pairing.id)
    )
    asked = Questionnaire.of(programme)
    return [
        MenteeLine(
            name=row.name,
            first_use=row.first_use,
            reasons=tuple(in_words(row.reasons, asked, words, Part.MENTOR)),
        )
        for row in rows
    ]


def learners(session: Session, programme_id: UUID, *, now: datetime) -> Sequence[LearnerLine]:
    """Return the learners of a programme for their instructor, those without a mentor first."""
    mentor, mentee = aliased(Person), aliased(Person)
    counted = select(
        CheckIn.mentee_id,
        func.count().label("checkins"),
        func.count().filter(CheckIn.state == State.HELD).label("held"),
        func.min(CheckIn.starts_at).filter(CheckIn.state == State.BOOKED).label("next_at"),
        func.count()
        .filter(CheckIn.state.in_((State.OPEN, State.MISSED)), CheckIn.due_at < now)
        .label("overdue"),
    )
    counted = (
        counted.join(Checkpoint, Checkpoint.id == CheckIn.checkpoint_id)
        .where(Checkpoint.programme_id == programme_id, CheckIn.state != State.WITHDRAWN)
        .group_by(CheckIn.mentee_id)
    )
    states = counted.subquery()
    rows = session.execute(
        select(mentee.name, mentor.name, Pairing.id, states)
        .select_from(Participation)
        .join(mentee, mentee.id == Participation.person_id)
        .outerjoin(
            Pairing,
            and_(
                Pairing.programme_id == Participation.programme_id,
                Pairing.mentee_id == Participation.person_id,
                Pairing.closed_at.is_(None),
            ),
        )
        .outerjoin(mentor, mentor.id == Pairing.mentor_id)
        .outerjoin(states, states.c.mentee_id == Participation.person_id)
        .where(
            Participation.programme_id == programme_id,
            Participation.part == Part.MENTEE,
            Participation.left_at.is_(None),
        )
        .order_by(Pairing.id.is_not(None), mentee.name, mentee.id)
    )
    return [
        LearnerLine(
            name=row[0],
            mentor_name=row[1],
            has_mentor=row[2] is not None,
            checkins=row.checkins or 0,
            held=row.held or 0,
            next_at=row.next_at,
            is_overdue=bool(row.overdue),
        )
        for row in rows
    ]
