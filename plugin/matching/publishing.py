"""Making pairings of a draft: owed at once, done by the worker a batch at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from plugin.foundation.errors import NoPlaceLeft
from plugin.foundation.events import happened
from plugin.foundation.outbox import owe
from plugin.matching.drafts import held
from plugin.matching.events import DraftPublished
from plugin.matching.model import Draft, DraftPair, DraftState
from plugin.pairings.model import Pairing
from plugin.pairings.service import pair
from plugin.programmes.model import Part, Participation
from plugin.programmes.service import taken

PUBLISHING = "publishing"
"""What is owed for a published draft: that its pairs become pairings."""
BATCH = 25
"""Pairs a transaction; each takes some milliseconds, and whoever joins waits for all of them.
Between two, the worker looks after everything else."""
MADE = "made"
STOOD = "stood"
"""The pair was a pairing before."""


class Skipped(StrEnum):
    """Why a pair of a published draft became no pairing."""

    MENTEE_LEFT = "mentee-left"
    HAS_MENTOR = "has-mentor"
    """The mentee found somebody else in the meantime."""
    MENTOR_LEFT = "mentor-left"
    MENTOR_FULL = "mentor-full"
    KEPT_APART = "kept-apart"
    """One of the two does not want to be paired with the other any more. Shown to instructors as
    no more than "cannot be paired"."""


def publish(session: Session, draft: Draft, *, by: UUID, now: datetime) -> None:
    """Publish a draft: it is `publishing` until the worker has made its pairings, then `published`.

    Publishing twice is publishing once, whoever does it. `views.published` tells what came of it;
    `draft.progress` how far it is.

    Raises:
        DraftMovedOn: the draft is not `ready`.
    """
    held(session, draft, DraftState.READY, DraftState.PUBLISHING, DraftState.PUBLISHED)
    if draft.state != DraftState.READY:
        return
    draft.state = DraftState.PUBLISHING
    draft.published_by, draft.published_at = by, now
    draft.progress, draft.stage = 0, PUBLISHING
    session.flush()
    happened(
        session,
        DraftPublished(
            at=now,
            subject_id=draft.id,
            actor_id=by,
            programme_id=draft.programme_id,
            number=draft.number,
        ),
    )
    _owe(session, draft, 0, now)


def publish_some(session: Session, draft_id: UUID, *, now: datetime) -> None:
    """Make pairings of the next pairs of a draft, and owe the rest.

    What came of each pair is written in the same transaction: whoever goes on after us begins with
    the first pair that has none.
    """
    draft = session.get_one(Draft, draft_id, with_for_update=True)
    if draft.state != DraftState.PUBLISHING:
        return
    taken(session, draft.programme_id)  # from now on we alone change who takes part
    pairs = _next(session, draft)
    standing = _Standing(session, draft, pairs)
    for each in pairs:
        each.outcome = standing.hindrance(each) or _made(session, draft, each, now)
    session.flush()
    total, done = session.execute(
        select(func.count(DraftPair.id), func.count(DraftPair.outcome)).where(
            DraftPair.draft_id == draft.id
        )
    ).one()
    if done < total:
        draft.progress = 100 * done // total
        _owe(session, draft, done, now)
    else:
        draft.state, draft.stage, draft.progress = DraftState.PUBLISHED, None, 100
    session.flush()


def _owe(session: Session, draft: Draft, done: int, now: datetime) -> None:
    """Owe the pairings of a draft from the pair `done` on."""
    payload = {"draft_id": str(draft.id)}
    owe(session, PUBLISHING, key=f"{draft.id}:{done}", payload=payload, now=now)


def _next(session: Session, draft: Draft) -> Sequence[DraftPair]:
    """Return the next pairs: those that the instructor chose first, should a mentor be full."""
    return session.scalars(
        select(DraftPair)
        .where(DraftPair.draft_id == draft.id, DraftPair.outcome.is_(None))
        .order_by(DraftPair.accepted.desc(), DraftPair.score.desc(), DraftPair.mentee_id)
        .limit(BATCH)
    ).all()


class _Standing:
    """Where the people of some pairs stand now, read at once."""

    def __init__(self, session: Session, draft: Draft, pairs: Sequence[DraftPair]) -> None:
        mentees = {each.mentee_id for each in pairs}
        everybody = mentees | {each.mentor_id for each in pairs}
        rows = session.execute(
            select(Pairing.mentee_id, Pairing.mentor_id).where(
                Pairing.programme_id == draft.programme_id,
                Pairing.mentee_id.in_(mentees),
                Pairing.closed_at.is_(None),
            )
        )
        self._mentor_of = {row.mentee_id: row.mentor_id for row in rows}
        parts = session.scalars(
            select(Participation).where(
                Participation.programme_id == draft.programme_id,
                Participation.person_id.in_(everybody),
                Participation.left_at.is_(None),
            )
        )
        self._parts = {(each.person_id, each.part): each for each in parts}

    def hindrance(self, pair: DraftPair) -> str | None:
        """Return why a pair cannot, or need not, be made; None: there may yet be no place."""
        mentor_now = self._mentor_of.get(pair.mentee_id)
        if mentor_now is not None:
            return STOOD if mentor_now == pair.mentor_id else Skipped.HAS_MENTOR
        mentee = self._parts.get((pair.mentee_id, Part.MENTEE))
        mentor = self._parts.get((pair.mentor_id, Part.MENTOR))
        if mentee is None:
            return Skipped.MENTEE_LEFT
        if mentor is None:
            return Skipped.MENTOR_LEFT
        return Skipped.KEPT_APART if _refused(mentee, mentor) else None


def _made(session: Session, draft: Draft, drafted: DraftPair, now: datetime) -> str:
    try:
        made = pair(
            session,
            draft.programme_id,
            mentor_id=drafted.mentor_id,
            mentee_id=drafted.mentee_id,
            reasons=drafted.reasons,
            now=now,
        )
    except NoPlaceLeft:
        return Skipped.MENTOR_FULL
    return MADE if made else Skipped.HAS_MENTOR


def _refused(mentee: Participation, mentor: Participation) -> bool:
    return (
        str(mentor.person_id) in mentee.refuses
        or str(mentee.person_id) in mentor.refuses
        or mentee.person_id == mentor.person_id
    )
