"""What the pages of drafts show: values read in a few queries, so that templates ask nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from plugin.foundation.i18n import Words
from plugin.matching.model import Draft

PAGE = 50
"""Pairs on a page."""
LISTED = 100
"""Most mentees listed of each way in which two drafts differ."""


class Only(StrEnum):
    """Which pairs are wanted."""

    ALL = "all"
    TO_DECIDE = "to-decide"
    """Nobody has said yes yet."""
    ACCEPTED = "accepted"
    STANDING = "standing"
    """They are a pairing already."""


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
class UnmatchedLine:
    """A mentee without a mentor in a draft."""

    mentee_id: UUID
    mentee_name: str | None
    why: str
    """`engine.results.WhyNot`, or "taken-apart"."""
    said: str
    """The same as one sentence."""
    ruled_out: tuple[RuledOutLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuledOutLine:
    """How many mentors one requirement excludes for one mentee."""

    said: str
    """What the requirement asks, as a sentence; of a block: nothing that tells it is one."""
    mentors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """A draft in numbers."""

    pairs: int
    standing: int
    accepted: int
    """By the instructor; those that stand not counted."""
    to_decide: int
    unmatched: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A mentor with a free place in the draft whom a mentee could have."""

    mentor_id: UUID
    mentor_name: str | None
    free: int
    """Places left in this draft."""
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What one rule adds to a pair's score."""

    said: str
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Better:
    """A mentor who would be worth more to this mentee, and why it became somebody else."""

    mentor_id: UUID
    mentor_name: str | None
    more: int
    """Points above the mentor they have (above nothing, if they have none)."""
    why_not: str
    """A sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a mentee of a draft has this mentor, or none; for instructors alone."""

    mentee_id: UUID
    mentee_name: str | None
    mentor_id: UUID | None
    mentor_name: str | None
    score: int | None
    """Points: exactly the sum of the contributions' points."""
    contributions: tuple[Contribution, ...]
    better: tuple[Better, ...]
    """Best first."""
    unmatched: UnmatchedLine | None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Differing:
    """A mentee whom two drafts treat differently; None: no mentor there."""

    mentee_id: UUID
    mentee_name: str | None
    left_mentor: str | None
    """Name; "" for somebody whose name is not known."""
    right_mentor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """Mentees whom two drafts treat differently in one way."""

    count: int
    listed: tuple[Differing, ...]
    """The first `LISTED` by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two drafts side by side."""

    left: Draft
    right: Draft
    in_both: int
    """Pairs."""
    only_left: int
    only_right: int
    unmatched_left: Differences
    """Mentees without a mentor in the left draft only."""
    unmatched_right: Differences
    other_mentor: Differences
    """Mentees with one mentor here and another there."""


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
    raise NotImplementedError


def unmatched(session: Session, draft: Draft, words: Words) -> Sequence[UnmatchedLine]:
    """Return the mentees without a mentor, by name."""
    raise NotImplementedError


def counts(session: Session, draft: Draft) -> Counts:
    """Return the draft in numbers."""
    raise NotImplementedError


def suggested(
    session: Session, draft: Draft, mentee_id: UUID, words: Words, *, n: int = 3
) -> Sequence[Suggestion]:
    """Return up to `n` mentors whom a mentee could have, best first: free in this draft, allowed.

    Raises:
        NotFound: the mentee is not in the draft.
    """
    raise NotImplementedError


def explained(session: Session, draft: Draft, mentee_id: UUID, words: Words) -> Explanation:
    """Return why a mentee has this mentor and not another, or none.

    Raises:
        NotFound: the mentee is not in the draft.
    """
    raise NotImplementedError


def published(session: Session, draft: Draft, words: Words) -> Published:
    """Return what publishing has brought so far."""
    raise NotImplementedError


def compared(session: Session, left: Draft, right: Draft) -> Comparison:
    """Return two drafts of one programme side by side.

    Both have `statistics` of their own; none while they are not ready.
    """
    raise NotImplementedError


def progress(draft: Draft, words: Words) -> dict[str, Any]:
    """Return what a page that waits asks for again and again: small, JSON.

    `{"state": …, "progress": 0–100, "stage": words or null, "problem": words or null}`
    """
    raise NotImplementedError
