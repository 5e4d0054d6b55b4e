"""Tables of the matching room."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from plugin.foundation.tenancy import Owned


class DraftState(StrEnum):
    """What became of a draft."""

    WAITING = "waiting"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    """`Draft.problem` says why, in words for the instructor."""
    PUBLISHING = "publishing"
    """The worker makes pairings of it, a batch at a time."""
    PUBLISHED = "published"
    DISCARDED = "discarded"


class MatchingRules(Owned):
    """One version of a programme's matching rules. Versions are added, never changed."""

    __tablename__ = "matching_rules"
    __table_args__ = (UniqueConstraint("programme_id", "version"),)

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    version: Mapped[int]
    """From 1."""
    rules: Mapped[dict[str, Any]]
    """As `engine.reading` writes them."""
    made_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]


class Draft(Owned):
    """One run of the matching: what it was asked, how far it is, what came out. Kept for audit."""

    __tablename__ = "matching_draft"
    __table_args__ = (UniqueConstraint("programme_id", "number"),)

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    number: Mapped[int]
    """From 1 within the programme: "draft 3"."""
    state: Mapped[str]
    progress: Mapped[int] = mapped_column(default=0)
    """Per cent."""
    stage: Mapped[str | None]
    """What it is doing now: a slug."""
    based_on: Mapped[UUID | None]
    """The draft whose pairs it began from: accepted ones stay, proposed ones are preferred."""
    rules_version: Mapped[int | None]
    """None: nobody had saved any, or these were tried out for this draft only."""
    rules: Mapped[dict[str, Any]]
    options: Mapped[dict[str, Any]]
    """Objective, floor, balance, keep bonus, seed."""
    people_digest: Mapped[str | None]
    """SHA-256 of the people as the engine saw them: the same digest, rules, options and seed give
    the same pairs."""
    statistics: Mapped[dict[str, Any] | None]
    """"before" and "after" (`engine.results.Statistics`), "total", "bound", "gap", "changed"."""
    prices: Mapped[dict[str, Any] | None] = mapped_column(deferred=True)
    """Mentor → points that one more place would be worth: why a better mentor was not the one."""
    problem: Mapped[str | None]
    made_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    published_by: Mapped[UUID | None]


class DraftPair(Owned):
    """A pair of a draft. Not yet a pairing: publishing makes it one."""

    __tablename__ = "matching_draft_pair"
    __table_args__ = (
        UniqueConstraint("draft_id", "mentee_id"),
        Index("ix_matching_draft_pair_mentor_id", "draft_id", "mentor_id"),
    )

    draft_id: Mapped[UUID] = mapped_column(ForeignKey("matching_draft.id"))
    mentee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    mentor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    score: Mapped[int] = mapped_column(BigInteger)
    origin: Mapped[str]
    """`engine.results.Origin`; "chosen" when the instructor put the two together."""
    reasons: Mapped[list[dict[str, Any]]]
    """As both may see them (`reasons.py`)."""
    accepted: Mapped[bool] = mapped_column(default=False)
    """The instructor said yes to it: the next run keeps it."""
    outcome: Mapped[str | None]
    """What publishing made of it: "made", "stood" (it was a pairing), or why it was left out
    (`publishing.Skipped`); None: not yet."""


class DraftUnmatched(Owned):
    """A mentee without a mentor in a draft, and why."""

    __tablename__ = "matching_draft_unmatched"
    __table_args__ = (UniqueConstraint("draft_id", "mentee_id"),)

    draft_id: Mapped[UUID] = mapped_column(ForeignKey("matching_draft.id"))
    mentee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    why: Mapped[str]
    """`engine.results.WhyNot`; "taken-apart" when the instructor did it."""
    ruled_out: Mapped[list[dict[str, Any]]]
