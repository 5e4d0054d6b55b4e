"""What the pages of matching show around drafts: who waits, what nobody offers, which rules were.

Counted by the database, in one query each, however many people there are.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, Subquery, case, cast, func, or_, select
from sqlalchemy.orm import Session

from plugin.matching.engine.results import WhyNot
from plugin.matching.model import Draft, DraftPair, DraftUnmatched, MatchingRules
from plugin.matching.searching import is_called
from plugin.pairings.model import Pairing
from plugin.people.model import Person
from plugin.programmes.model import Part, Participation, Programme

VERSIONS = 30
"""How many versions of the rules are listed."""
HIGHEST = 1_000_000
"""No version has a higher number."""
FOUND = 20
"""How many mentors a search by name lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """A programme before a draft: who needs somebody, and who is there."""

    mentees: int
    waiting: int
    waiting_since: datetime | None
    """When the first of those who wait joined."""
    mentors: int
    places: int
    """Free ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of the rules."""

    version: int
    rules: int
    """How many."""
    made_at: datetime
    made_by: str | None
    """A name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """What happened in the programme after a draft was made."""

    joined: int
    """Mentees who wait now and are not in the draft."""
    left: int
    """Mentees of the draft who take part no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeMentor:
    """A mentor with places left in a draft."""

    mentor_id: UUID
    name: str | None
    free: int


def overview(session: Session, programme: Programme) -> Overview:
    """Return how many wait, since when, and for how many places."""
    mentees, waiting, since = session.execute(
        select(
            func.count(Participation.id),
            func.count(Participation.id).filter(Pairing.id.is_(None)),
            func.min(Participation.joined_at).filter(Pairing.id.is_(None)),
        )
        .outerjoin(
            Pairing,
            (Pairing.programme_id == Participation.programme_id)
            & (Pairing.mentee_id == Participation.person_id)
            & Pairing.closed_at.is_(None),
        )
        .where(*_takes_part(programme.id, Part.MENTEE))
    ).one()
    has = (
        select(Pairing.mentor_id, func.count().label("mentees"))
        .where(Pairing.programme_id == programme.id, Pairing.closed_at.is_(None))
        .group_by(Pairing.mentor_id)
        .subquery()
    )
    mentors, places = session.execute(
        select(func.count(Participation.id), func.sum(_free(has)))
        .outerjoin(has, has.c.mentor_id == Participation.person_id)
        .where(*_takes_part(programme.id, Part.MENTOR))
    ).one()
    return Overview(
        mentees=mentees,
        waiting=waiting,
        waiting_since=since,
        mentors=mentors,
        places=int(places or 0),
    )


def versions(session: Session, programme: Programme) -> list[Version]:
    """Return the versions of the rules, newest first."""
    rows = session.execute(
        select(MatchingRules, Person.name)
        .join(Person, Person.id == MatchingRules.made_by)
        .where(MatchingRules.programme_id == programme.id)
        .order_by(MatchingRules.version.desc())
        .limit(VERSIONS)
    )
    return [
        Version(
            version=row.version,
            rules=len(row.rules.get("rules", ())),
            made_at=row.made_at,
            made_by=name,
        )
        for row, name in rows
    ]


def version(session: Session, programme: Programme, number: int) -> MatchingRules | None:
    """Return one version of the rules, or None."""
    return session.scalar(
        select(MatchingRules).where(
            MatchingRules.programme_id == programme.id, MatchingRules.version == number
        )
    )


def names(session: Session, person_ids: Collection[UUID]) -> Mapping[UUID, str | None]:
    """Return what people are called; None where the platform sends no name."""
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(set(person_ids))))
    return {row[0]: row[1] for row in rows}


def not_offered(
    session: Session, programme: Programme, field: str, options: Collection[str]
) -> list[str]:
    """Return which of `options` no mentor chose: what is said of nobody, and of everybody."""
    answers = session.scalars(
        select(Participation.answers).where(*_takes_part(programme.id, Part.MENTOR))
    )
    offered = {each for answer in answers for each in (answer or {}).get(field, ())}
    return [each for each in options if each not in offered]


def since(session: Session, draft: Draft) -> Since:
    """Return who came and who left after a draft was made, of those without a mentor."""
    known = select(DraftPair.mentee_id).where(DraftPair.draft_id == draft.id)
    unmatched = select(DraftUnmatched.mentee_id).where(DraftUnmatched.draft_id == draft.id)
    paired = select(Pairing.mentee_id).where(
        Pairing.programme_id == draft.programme_id, Pairing.closed_at.is_(None)
    )
    joined = session.scalars(
        select(func.count(Participation.id)).where(
            *_takes_part(draft.programme_id, Part.MENTEE),
            Participation.person_id.not_in(known),
            Participation.person_id.not_in(unmatched),
            Participation.person_id.not_in(paired),
        )
    ).one()
    left = session.scalars(
        select(func.count(Participation.id)).where(
            Participation.programme_id == draft.programme_id,
            Participation.part == Part.MENTEE,
            Participation.left_at.is_not(None),
            or_(Participation.person_id.in_(known), Participation.person_id.in_(unmatched)),
        )
    ).one()
    return Since(joined=joined, left=left)


def free_mentors(session: Session, draft: Draft, search: str) -> Sequence[FreeMentor]:
    """Return the first `FOUND` mentors by name with a place left in `draft`."""
    used = _places_used(draft)
    free = _free(used)
    found = (
        select(Participation.person_id, Person.name, free)
        .join(Person, Person.id == Participation.person_id)
        .outerjoin(used, used.c.mentor_id == Participation.person_id)
        .where(*_takes_part(draft.programme_id, Part.MENTOR), free > 0)
        .order_by(Person.name.is_(None), Person.name, Person.id)
        .limit(FOUND)
    )
    if search:
        found = found.where(is_called(Person.name, search))
    return [
        FreeMentor(mentor_id=row[0], name=row[1], free=row[2]) for row in session.execute(found)
    ]


def mentor_in(session: Session, draft: Draft, mentee_id: UUID) -> UUID | None:
    """Return the mentor whom a mentee has in a draft, or None."""
    return session.scalar(
        select(DraftPair.mentor_id).where(
            DraftPair.draft_id == draft.id, DraftPair.mentee_id == mentee_id
        )
    )


def ruling_out(session: Session, draft: Draft) -> Counter[tuple[str, int | None]]:
    """Return why mentees of a draft have no mentor, and which rule excludes most → how many.

    A rule is its place in the draft's rule set; None where it is not a rule, or a block does. The
    database counts: the same is said of hundreds.
    """
    is_ruled_out = DraftUnmatched.why == WhyNot.RULED_OUT
    said = case((is_ruled_out, cast(DraftUnmatched.ruled_out, String)), else_="[]")
    rows = session.execute(
        select(DraftUnmatched.why, said, func.count(DraftUnmatched.id))
        .where(DraftUnmatched.draft_id == draft.id)
        .group_by(DraftUnmatched.why, said)
    )
    counted: Counter[tuple[str, int | None]] = Counter()
    for why, text, learners in rows:
        excluding = json.loads(text)
        counted[why, excluding[0]["rule"] if excluding else None] += learners
    return counted


def _places_used(draft: Draft) -> Subquery:
    """Return, by mentor, how many mentees they have if the draft is published."""
    standing = select(Pairing.mentor_id, Pairing.mentee_id).where(
        Pairing.programme_id == draft.programme_id, Pairing.closed_at.is_(None)
    )
    drafted: Select[UUID, UUID] = select(DraftPair.mentor_id, DraftPair.mentee_id).where(
        DraftPair.draft_id == draft.id
    )
    both = standing.union(drafted).subquery()
    return (
        select(both.c.mentor_id, func.count().label("mentees"))
        .group_by(both.c.mentor_id)
        .subquery()
    )


def _free(used: Subquery) -> ColumnElement[int]:
    left = Participation.capacity - func.coalesce(used.c.mentees, 0)
    return case((left > 0, left), else_=0)


def _takes_part(programme_id: UUID, part: Part) -> tuple[ColumnElement[bool], ...]:
    return (
        Participation.programme_id == programme_id,
        Participation.part == part,
        Participation.left_at.is_(None),
    )
