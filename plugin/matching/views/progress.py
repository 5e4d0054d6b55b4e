"""How far a draft is, and what publishing it has brought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from plugin.foundation.i18n import Words, to_say
from plugin.matching.model import Draft, DraftPair
from plugin.matching.publishing import MADE, STOOD, Skipped
from plugin.people.model import Person

LEFT_OUT: Mapping[str, str] = {
    Skipped.MENTEE_LEFT: "The learner takes part no more.",
    Skipped.HAS_MENTOR: "The learner has found another mentor.",
    Skipped.MENTOR_LEFT: "The mentor takes no learners any more.",
    Skipped.MENTOR_FULL: "The mentor has as many learners as they take.",
    Skipped.KEPT_APART: "The two cannot be paired any more.",
}
STAGES: Mapping[str, str] = {
    "reading": to_say("Reading who takes part"),
    "people": to_say("Reading who takes part"),
    "pairs": to_say("Finding the pairs"),
    "writing": to_say("Writing them down"),
    "publishing": to_say("Making the pairs mentor and learner"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedLine:
    """A pair of a published draft that became no pairing."""

    mentee_id: UUID
    mentee_name: str | None
    mentor_id: UUID
    mentor_name: str | None
    why: str
    """`publishing.Skipped`."""
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What publishing a draft has brought so far."""

    made: int
    stood: int
    """Pairs that had been pairings before."""
    skipped: tuple[SkippedLine, ...]
    left: int
    """Pairs that are still to be made."""


def progress(draft: Draft, words: Words) -> dict[str, Any]:
    """Return what a page that waits asks for again and again: small, JSON.

    `{"state": …, "progress": 0–100, "stage": words or null, "problem": words or null}`
    """
    stage = STAGES.get(draft.stage or "")
    return {
        "state": draft.state,
        "progress": draft.progress,
        "stage": words.gettext(stage) if stage else None,
        "problem": words.gettext(draft.problem) if draft.problem else None,
    }


def published(session: Session, draft: Draft, words: Words) -> Published:
    """Return what publishing has brought so far."""
    outcomes: dict[str | None, int] = {
        row[0]: row[1]
        for row in session.execute(
            select(DraftPair.outcome, func.count())
            .where(DraftPair.draft_id == draft.id)
            .group_by(DraftPair.outcome)
        )
    }
    return Published(
        made=outcomes.get(MADE, 0),
        stood=outcomes.get(STOOD, 0),
        skipped=tuple(_skipped(session, draft, words)),
        left=outcomes.get(None, 0),
    )


def _skipped(session: Session, draft: Draft, words: Words) -> Sequence[SkippedLine]:
    mentee, mentor = aliased(Person), aliased(Person)
    rows = session.execute(
        select(DraftPair, mentee.name, mentor.name)
        .join(mentee, mentee.id == DraftPair.mentee_id)
        .join(mentor, mentor.id == DraftPair.mentor_id)
        .where(DraftPair.draft_id == draft.id, DraftPair.outcome.in_(list(Skipped)))
        .order_by(mentee.name.is_(None), mentee.name, mentee.id)
    )
    return [
        SkippedLine(
            mentee_id=pair.mentee_id,
            mentee_name=mentee_name,
            mentor_id=pair.mentor_id,
            mentor_name=mentor_name,
            why=str(pair.outcome),
            said=words.gettext(LEFT_OUT[str(pair.outcome)]),
        )
        for pair, mentee_name, mentor_name in rows
    ]
