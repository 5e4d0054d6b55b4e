"""Two drafts of one programme side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, null, select
from sqlalchemy.orm import Session, aliased

from plugin.matching.model import Draft, DraftPair
from plugin.people.model import Person

LISTED = 100
"""Most mentees listed of each way in which two drafts differ."""


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
    """Mentees with a mentor in the right draft only; also who came after the left was made."""
    unmatched_right: Differences
    other_mentor: Differences
    """Mentees with one mentor here and another there."""


def compared(session: Session, left: Draft, right: Draft) -> Comparison:
    """Return two drafts of one programme side by side; each has its own `statistics`.

    Counted by the database, in as many queries for many people as for few.
    """
    one, other = aliased(DraftPair), aliased(DraftPair)
    both = select(one).join(other, other.mentee_id == one.mentee_id)
    both = both.where(one.draft_id == left.id, other.draft_id == right.id)
    in_both = _count(session, both.where(one.mentor_id == other.mentor_id))
    return Comparison(
        left=left,
        right=right,
        in_both=in_both,
        only_left=_pairs(session, left) - in_both,
        only_right=_pairs(session, right) - in_both,
        unmatched_left=_unmatched(session, left, right, is_left=True),
        unmatched_right=_unmatched(session, right, left, is_left=False),
        other_mentor=_differences(
            session, both.where(one.mentor_id != other.mentor_id), one, one, other
        ),
    )


def _pairs(session: Session, draft: Draft) -> int:
    return _count(session, select(DraftPair).where(DraftPair.draft_id == draft.id))


def _count(session: Session, rows: Select[Any]) -> int:
    return session.scalars(rows.with_only_columns(func.count())).one()


def _unmatched(session: Session, here: Draft, there: Draft, *, is_left: bool) -> Differences:
    """Return who has a mentor in one draft (there) and none in the other, or is not in it yet."""
    pair, none = aliased(DraftPair), aliased(DraftPair)
    rows = (
        select(pair)
        .outerjoin(none, and_(none.draft_id == here.id, none.mentee_id == pair.mentee_id))
        .where(pair.draft_id == there.id, none.id.is_(None))
    )
    left, right = (None, pair) if is_left else (pair, None)
    return _differences(session, rows, pair, left, right)


def _differences(
    session: Session,
    rows: Select[Any],
    who: type[DraftPair],
    left: type[DraftPair] | None,
    right: type[DraftPair] | None,
) -> Differences:
    mentee = aliased(Person)
    listed = rows.join(mentee, mentee.id == who.mentee_id)
    columns: list[Any] = [mentee.id, mentee.name]
    for pair in (left, right):
        mentor = aliased(Person)
        if pair is None:
            columns.append(null())
        else:
            listed = listed.join(mentor, mentor.id == pair.mentor_id)
            columns.append(func.coalesce(mentor.name, ""))
    listed = listed.with_only_columns(*columns)
    listed = listed.order_by(mentee.name.is_(None), mentee.name, mentee.id).limit(LISTED)
    return Differences(
        count=_count(session, rows),
        listed=tuple(
            Differing(mentee_id=row[0], mentee_name=row[1], left_mentor=row[2], right_mentor=row[3])
            for row in session.execute(listed)
        ),
    )
