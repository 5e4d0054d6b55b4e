"""The pairs of a draft, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, aliased

from plugin.foundation.i18n import Words
from plugin.matching.drafts import with_a_mentor
from plugin.matching.model import Draft, DraftPair, DraftUnmatched
from plugin.matching.outcome import weak_below
from plugin.matching.reasons import in_words
from plugin.matching.searching import is_called
from plugin.pairings.model import Pairing
from plugin.people.model import Person
from plugin.programmes.model import Programme
from plugin.programmes.questions import Questionnaire

PAGE = 50
"""Pairs on a page."""


class Only(StrEnum):
    """Which pairs are wanted."""

    ALL = "all"
    TO_DECIDE = "to-decide"
    """Nobody has said yes yet."""
    ACCEPTED = "accepted"
    STANDING = "standing"
    """They are a pairing already."""
    NEW = "new"
    PROPOSED = "proposed"
    """The draft before had proposed them too."""
    CHOSEN = "chosen"
    """The instructor put the two together."""
    WEAK = "weak"
    """Worth much less than the average (`outcome.weak_below`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairLine:
    """One pair of a draft as the instructor sees it."""

    mentee_id: UUID
    mentee_name: str | None
    mentor_id: UUID
    mentor_name: str | None
    origin: str
    """`engine.results.Origin`, or "chosen"."""
    accepted: bool
    stands: bool
    """The two are a pairing already: nothing to decide, nothing to change."""
    elsewhere: bool
    """The mentee has another mentor by now: publishing leaves the pair out."""
    weak: bool
    """Worth much less than the average pair of the draft."""
    reasons: tuple[str, ...]
    """Sentences."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairPage:
    """Some pairs of a draft, by the mentee's name."""

    lines: tuple[PairLine, ...]
    page: int
    """From 1; a number beyond the end gives the last page."""
    pages: int
    """At least 1."""
    found: int
    """Pairs on all pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """A draft in numbers."""

    pairs: int
    standing: int
    """Of mentees who have a mentor by now, this one or another."""
    accepted: int
    """By the instructor; those that stand not counted."""
    to_decide: int
    unmatched: int


def pairs(
    session: Session,
    draft: Draft,
    words: Words,
    *,
    page: int = 1,
    search: str = "",
    only: Only = Only.ALL,
) -> PairPage:
    """Return some pairs; `search` is part of the name of either of the two."""
    mentee, mentor, standing = aliased(Person), aliased(Person), aliased(Pairing)
    weak = weak_below(draft.statistics)
    rows = (
        select(DraftPair, mentee.name, mentor.name, standing.mentor_id)
        .join(mentee, mentee.id == DraftPair.mentee_id)
        .join(mentor, mentor.id == DraftPair.mentor_id)
        .outerjoin(
            standing,
            and_(
                standing.programme_id == draft.programme_id,
                standing.mentee_id == DraftPair.mentee_id,
                standing.closed_at.is_(None),
            ),
        )
        .where(DraftPair.draft_id == draft.id, *_only(only, standing, weak))
    )
    if search:
        rows = rows.where(is_called(mentee.name, search) | is_called(mentor.name, search))
    found = session.scalars(rows.with_only_columns(func.count(DraftPair.id))).one()
    pages = max(-(-found // PAGE), 1)
    page = min(max(page, 1), pages)
    rows = rows.order_by(mentee.name.is_(None), mentee.name, mentee.id)
    asked = Questionnaire.of(session.get_one(Programme, draft.programme_id))
    return PairPage(
        lines=tuple(
            PairLine(
                mentee_id=pair.mentee_id,
                mentee_name=mentee_name,
                mentor_id=pair.mentor_id,
                mentor_name=mentor_name,
                origin=pair.origin,
                accepted=pair.accepted,
                stands=mentor_now == pair.mentor_id,
                elsewhere=mentor_now not in (None, pair.mentor_id),
                weak=pair.score < weak,
                reasons=tuple(in_words(pair.reasons, asked, words, None)),
            )
            for pair, mentee_name, mentor_name, mentor_now in session.execute(
                rows.limit(PAGE).offset((page - 1) * PAGE)
            )
        ),
        page=page,
        pages=pages,
        found=found,
    )


def _only(only: Only, standing: type[Pairing], weak: int) -> tuple[ColumnElement[bool], ...]:
    if only is Only.ALL:
        return ()
    if only is Only.STANDING:
        return (standing.mentor_id == DraftPair.mentor_id,)
    if only in (Only.NEW, Only.PROPOSED, Only.CHOSEN):
        return (DraftPair.origin == only.value,)
    if only is Only.WEAK:
        return standing.id.is_(None), DraftPair.score < weak
    return standing.id.is_(None), DraftPair.accepted.is_(only is Only.ACCEPTED)


def counts(session: Session, draft: Draft) -> Counts:
    """Return the draft in numbers."""
    stands = DraftPair.mentee_id.in_(with_a_mentor(draft))
    pairs, standing, accepted = session.execute(
        select(
            func.count(DraftPair.id),
            func.count(DraftPair.id).filter(stands),
            func.count(DraftPair.id).filter(~stands, DraftPair.accepted),
        ).where(DraftPair.draft_id == draft.id)
    ).one()
    without = select(func.count(DraftUnmatched.id)).where(DraftUnmatched.draft_id == draft.id)
    return Counts(
        pairs=pairs,
        standing=standing,
        accepted=accepted,
        to_decide=pairs - standing - accepted,
        unmatched=session.scalars(without).one(),
    )
