"""What an instructor does with a draft: begin it, say yes, change, take apart, put it away.

The pairs themselves are found by the worker (`deliveries.py`), and become pairings in
`publishing.py`; `views.py` reads what pages show. Whoever changes a draft holds its row, so that
two instructors at once see each other's work.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from plugin.foundation.errors import DraftMovedOn, NotFound, PairRefused
from plugin.foundation.outbox import owe
from plugin.matching import service
from plugin.matching.engine.reading import rules_from_json
from plugin.matching.engine.results import Objective
from plugin.matching.model import Draft, DraftPair, DraftState, DraftUnmatched
from plugin.matching.people import mentee_and_mentors
from plugin.pairings.model import Pairing
from plugin.pairings.service import open_pairing
from plugin.programmes.model import Programme
from plugin.programmes.service import taken

DRAFTING = "matching"
"""What is owed for a draft: that its pairs be found."""
LATEST = 20
"""How many drafts of a programme are listed."""
CHOSEN = "chosen"
"""Origin of a pair that the instructor put together."""
TAKEN_APART = "taken-apart"
"""Why a mentee has no mentor: the instructor said so."""
MOVED_ON = {
    DraftState.WAITING: "This draft is still being made.",
    DraftState.RUNNING: "This draft is still being made.",
    DraftState.READY: "This draft is ready.",
    DraftState.FAILED: "This draft could not be made.",
    DraftState.PUBLISHING: "This draft is being published.",
    DraftState.PUBLISHED: "This draft has been published.",
    DraftState.DISCARDED: "This draft was put away.",
}
APART = "What this programme requires keeps these two apart."
"""Said of requirements and of blocks alike: a block shows nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a draft is made, beside the rules."""

    objective: Objective = Objective.COVERAGE
    floor: bool = True
    """Whether the worst pair is made as good as it can be, for a small part of the total."""
    balance: int = 0
    """Weight that each further mentee of the same mentor costs; 0: an even load decides where all
    else is equal."""
    keep_bonus: int = 3
    """Weight for a pair that the draft before had proposed, so that little changes."""
    seed: int | None = None
    """Who wins where all else is equal. None: the programme's own, so that the same people and
    rules give the same pairs, and two drafts differ by what was changed alone."""

    def as_json(self) -> dict[str, Any]:
        """Return the options as a draft keeps them."""
        return asdict(self)

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Options:
        """Return the options that a draft keeps."""
        return cls(**{**kept, "objective": Objective(kept["objective"])})


def begin(
    session: Session,
    programme: Programme,
    *,
    options: Options,
    rules: dict[str, Any] | None = None,
    based_on: Draft | None = None,
    by: UUID,
    now: datetime,
) -> Draft:
    """Make a draft and owe its computation; it is `waiting` until a worker takes it.

    Args:
        rules: tried out for this draft alone; None: the programme's current ones.
        based_on: accepted pairs of that draft are kept, its other pairs preferred.

    Raises:
        RulesInvalid: the rules tried out need attention.
        NotFound: the other draft is not of this programme.
    """
    if based_on is not None and based_on.programme_id != programme.id:
        raise NotFound("There is no such draft in this course.")
    taken(session, programme.id)  # of two at once the later sees the number of the first
    current = service.current_rules(session, programme)
    last = session.scalar(select(func.max(Draft.number)).where(Draft.programme_id == programme.id))
    seed = programme.id.int % 2**31 if options.seed is None else options.seed
    draft = Draft(
        programme_id=programme.id,
        number=(last or 0) + 1,
        state=DraftState.WAITING,
        based_on=based_on.id if based_on else None,
        rules_version=current.version if rules is None else None,
        rules=current.as_json if rules is None else service.checked(rules),
        options=replace(options, seed=seed).as_json(),
        made_by=by,
        made_at=now,
    )
    session.add(draft)
    session.flush()
    owe(session, DRAFTING, key=str(draft.id), payload={"draft_id": str(draft.id)}, now=now)
    return draft


def of_programme(session: Session, programme: Programme) -> Sequence[Draft]:
    """Return the `LATEST` drafts of a programme, newest first; discarded ones left out."""
    return session.scalars(
        select(Draft)
        .where(Draft.programme_id == programme.id, Draft.state != DraftState.DISCARDED)
        .order_by(Draft.number.desc())
        .limit(LATEST)
    ).all()


def one(session: Session, programme: Programme, draft_id: UUID) -> Draft:
    """Return one draft. (What changes it holds its row and looks at its state again.)

    Raises:
        NotFound: there is none of this id in this programme.
    """
    draft = session.get(Draft, draft_id)
    if draft is None or draft.programme_id != programme.id:
        raise NotFound("There is no such draft in this course.")
    return draft


def accept(
    session: Session, draft: Draft, mentee_ids: Collection[UUID] | None, *, yes: bool = True
) -> int:
    """Say yes to pairs, or take the yes back; None: all of them. Return how many changed.

    A yes keeps the pair in drafts that are based on this one; publishing takes all pairs.

    Raises:
        DraftMovedOn: the draft is not `ready` (any more).
    """
    held(session, draft, DraftState.READY)
    said = update(DraftPair).where(
        DraftPair.draft_id == draft.id,
        DraftPair.accepted.is_not(yes),
        DraftPair.mentee_id.not_in(with_a_mentor(draft)),  # those are decided
    )
    if mentee_ids is not None:
        said = said.where(DraftPair.mentee_id.in_(mentee_ids))
    return len(session.scalars(said.values(accepted=yes).returning(DraftPair.id)).all())


def change(session: Session, draft: Draft, mentee_id: UUID, mentor_id: UUID) -> None:
    """Give a mentee of the draft this mentor instead; the pair counts as accepted.

    Raises:
        DraftMovedOn: the draft is not `ready`.
        NotFound: one of the two is not in the draft's programme.
        PairRefused: the mentor has no place left in this draft; or requirements, or a wish not to
            be paired (never said which), keep the two apart; or they are a pairing already.
    """
    held(session, draft, DraftState.READY)
    _not_paired_yet(session, draft, mentee_id)
    programme = session.get_one(Programme, draft.programme_id)
    mentee, mentors = mentee_and_mentors(session, programme, mentee_id, draft.made_at)
    mentor = next((each for each in mentors if each.id == str(mentor_id)), None)
    if mentor is None:
        raise NotFound("This mentor takes no mentees now.")
    if len(mentees_of(session, draft, mentor_id) - {mentee_id}) >= mentor.capacity:
        raise PairRefused("This mentor has no place left in this draft.")
    rules = rules_from_json(draft.rules)
    found = service.judged(rules, mentee, mentor)
    if found is None or (
        not rules.reciprocal and mentor_id in mentees_of(session, draft, mentee_id)
    ):
        raise PairRefused(APART)
    _out_of(session, draft, mentee_id)
    session.add(
        DraftPair(
            draft_id=draft.id,
            mentee_id=mentee_id,
            mentor_id=mentor_id,
            score=found.score,
            origin=CHOSEN,
            reasons=found.reasons,
            accepted=True,
        )
    )
    session.flush()


def take_apart(session: Session, draft: Draft, mentee_id: UUID) -> None:
    """Leave a mentee without a mentor in this draft (`why`: "taken-apart").

    Raises:
        DraftMovedOn: the draft is not `ready`.
        NotFound: the draft has no pair of this mentee.
        PairRefused: the two are a pairing already; only they, or closing it, can end that.
    """
    held(session, draft, DraftState.READY)
    _not_paired_yet(session, draft, mentee_id)
    if not _out_of(session, draft, mentee_id):
        raise NotFound("This learner has no mentor in this draft.")
    session.add(
        DraftUnmatched(draft_id=draft.id, mentee_id=mentee_id, why=TAKEN_APART, ruled_out=[])
    )
    session.flush()


def discard(session: Session, draft: Draft) -> None:
    """Put a draft away; one that is still computed is stopped. Discarding twice is once.

    Raises:
        DraftMovedOn: it is being published, or was.
    """
    held(session, draft, *set(DraftState) - {DraftState.PUBLISHING, DraftState.PUBLISHED})
    draft.state = DraftState.DISCARDED
    session.flush()


def held(session: Session, draft: Draft, *allowed: DraftState) -> None:
    """Keep others from changing a draft until the transaction ends, and look where it stands now.

    Raises:
        DraftMovedOn: it is in no state of `allowed`.
    """
    session.refresh(draft, with_for_update=True)
    if draft.state not in allowed:
        raise DraftMovedOn(MOVED_ON[DraftState(draft.state)])


def with_a_mentor(draft: Draft) -> Select[UUID]:
    """Return the query of the mentees who have a mentor by now, whatever the draft says."""
    return select(Pairing.mentee_id).where(
        Pairing.programme_id == draft.programme_id, Pairing.closed_at.is_(None)
    )


def mentees_of(session: Session, draft: Draft, mentor_id: UUID) -> set[UUID]:
    """Return whom a mentor has if this draft is published: its pairs, and what stands already."""
    drafted = select(DraftPair.mentee_id).where(
        DraftPair.draft_id == draft.id,
        DraftPair.mentor_id == mentor_id,
        DraftPair.mentee_id.not_in(with_a_mentor(draft)),
    )
    standing = with_a_mentor(draft).where(Pairing.mentor_id == mentor_id)
    return {*session.scalars(drafted), *session.scalars(standing)}


def _not_paired_yet(session: Session, draft: Draft, mentee_id: UUID) -> None:
    if open_pairing(session, draft.programme_id, mentee_id) is not None:
        raise PairRefused("This learner has a mentor already.")


def _out_of(session: Session, draft: Draft, mentee_id: UUID) -> bool:
    """Take what the draft says of a mentee out of it; True when it had a pair."""
    had_a_pair = False
    for table in (DraftPair, DraftUnmatched):
        row = session.scalar(
            select(table).where(table.draft_id == draft.id, table.mentee_id == mentee_id)
        )
        if row is not None:
            had_a_pair = had_a_pair or isinstance(row, DraftPair)
            session.delete(row)
    session.flush()
    return had_a_pair
