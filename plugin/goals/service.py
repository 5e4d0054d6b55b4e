"""Keeping next steps, and what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from plugin.checkins.events import Reflected
from plugin.checkins.model import CheckIn
from plugin.checkins.service import feedback_of
from plugin.foundation.errors import NotFound
from plugin.foundation.events import happened
from plugin.foundation.tenancy import inserted_once
from plugin.goals.events import CommitmentMade, CommitmentMoved
from plugin.goals.model import Commitment
from plugin.goals.rules import State, moved
from plugin.pairings.model import Pairing
from plugin.people.model import Person
from plugin.programmes.model import Checkpoint, Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A next step as one of the two sees it."""

    id: UUID
    step: str
    by: date | None
    state: State
    about: str
    """What the check-in was about."""
    is_mine: bool
    """Whether it is the reader's own."""
    other_id: UUID
    other_name: str | None
    moved_at: datetime

    def is_for_now(self) -> bool:
        """Tell whether there is something left to say about it."""
        return self.state in (State.OPEN, State.TRIED)


def on_reflected(session: Session, _event_id: UUID, event: Reflected) -> None:
    """Keep the next step that a mentee wrote when looking back."""
    if event.part != Part.MENTEE or event.actor_id is None:
        return
    checkin = session.get_one(CheckIn, event.subject_id)
    said = feedback_of(session, checkin.id)[event.actor_id]
    if not said.next_step:
        return
    new = inserted_once(
        session,
        Commitment,
        checkin_id=checkin.id,
        pairing_id=checkin.pairing_id,
        mentee_id=checkin.mentee_id,
        step=said.next_step,
        by=said.next_step_by,
        state=State.OPEN,
        made_at=event.at,
        moved_at=event.at,
    )
    if new:
        made = session.scalars(select(Commitment).where(Commitment.checkin_id == checkin.id)).one()
        happened(session, CommitmentMade(at=event.at, subject_id=made.id, actor_id=event.actor_id))


def steps(session: Session, programme_id: UUID, person_id: UUID) -> Sequence[Step]:
    """Return the next steps of a person's pairs: what is for now first, then by date."""
    mentor, mentee = aliased(Person), aliased(Person)
    rows = session.execute(
        select(Commitment, Checkpoint.name, mentor, mentee)
        .join(Pairing, Pairing.id == Commitment.pairing_id)
        .join(CheckIn, CheckIn.id == Commitment.checkin_id)
        .join(Checkpoint, Checkpoint.id == CheckIn.checkpoint_id)
        .join(mentor, mentor.id == Pairing.mentor_id)
        .join(mentee, mentee.id == Pairing.mentee_id)
        .where(
            Pairing.programme_id == programme_id,
            (Pairing.mentor_id == person_id) | (Pairing.mentee_id == person_id),
        )
    )
    found = []
    for commitment, about, first, second in rows:
        is_mine = second.id == person_id
        other = first if is_mine else second
        found.append(
            Step(
                id=commitment.id,
                step=commitment.step,
                by=commitment.by,
                state=State(commitment.state),
                about=about,
                is_mine=is_mine,
                other_id=other.id,
                other_name=other.name,
                moved_at=commitment.moved_at,
            )
        )
    return sorted(found, key=_first_things_first)


def _first_things_first(step: Step) -> tuple[bool, date, datetime]:
    return not step.is_for_now(), step.by or date.max, step.moved_at


def move(
    session: Session, commitment_id: UUID, to: State, *, by: UUID, now: datetime
) -> Commitment:
    """Say what became of a next step; either of the two may, and saying it twice is once.

    Raises:
        NotFound: it does not exist, or it is not theirs; the two are not told apart.
        TransitionRefused: it has moved on.
    """
    commitment = session.get(Commitment, commitment_id, with_for_update=True)
    pairing = session.get(Pairing, commitment.pairing_id) if commitment else None
    if commitment is None or pairing is None or by not in (pairing.mentor_id, pairing.mentee_id):
        raise NotFound("There is no such step among yours.")
    before = State(commitment.state)
    if before is to:
        return commitment
    commitment.state = moved(before, to)
    commitment.moved_at = now
    session.flush()
    happened(
        session,
        CommitmentMoved(at=now, subject_id=commitment.id, actor_id=by, before=before, state=to),
    )
    return commitment
