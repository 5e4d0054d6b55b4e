"""What the page of what is not assigned yet shows: who waits, how much, since when, an example."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from plugin.completions import waiting
from plugin.completions.model import CompletionRow, Reason, SourceRow, Status
from plugin.completions.waiting_model import Binding, Unassigned, What
from plugin.courses.model import Course
from plugin.matching.searching import is_called
from plugin.people.model import Person, PersonIdentifier
from plugin.people.rules import Key

PAGE = 20
CHOICES = 8
"""People or courses offered at most; whoever is not among them is searched for."""
RECENT = 10
"""Bindings on the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Somebody, or a course, that waits.

    Attributes:
        count: completions that wait for it now.
        example: the newest of them.
        several: two or more people are called so.
    """

    id: UUID
    keys: list[Key]
    iri: str | None
    name: str | None
    source: str
    since: datetime
    count: int
    example: CompletionRow | None
    several: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of them; `total` counts all that were searched for."""

    rows: list[Waiting]
    total: int
    number: int

    @property
    def earlier(self) -> int | None:
        """The page before, if there is one."""
        return self.number - 1 if self.number > 1 else None

    @property
    def later(self) -> int | None:
        """The page after, if there is one."""
        return self.number + 1 if self.number * PAGE < self.total else None


def page(session: Session, what: What, *, sought: str | None, number: int) -> Page:
    """Return page `number` (from 1) of what waits, the longest waiting first."""
    those = select(Unassigned).where(Unassigned.what == what)
    if sought:
        those = those.where(Unassigned.sought.contains(sought.lower(), autoescape=True))
    total = session.scalar(those.with_only_columns(func.count(Unassigned.id))) or 0
    number = min(max(number, 1), max(1, -(-total // PAGE)))
    rows = session.scalars(
        those.order_by(Unassigned.since, Unassigned.id).offset((number - 1) * PAGE).limit(PAGE)
    )
    return Page(rows=_described(session, what, rows.all()), total=total, number=number)


def names_of_sources(session: Session, sources: Iterable[str]) -> dict[str, str]:
    """Return what administrators call those of `sources` that they have added."""
    ids = {}
    for source in sources:
        with suppress(ValueError):  # who named it, if nobody did, is its reader
            ids[UUID(source.partition(":")[2])] = source
    rows = session.execute(select(SourceRow.id, SourceRow.name).where(SourceRow.id.in_(ids)))
    return {ids[id]: name for id, name in rows}


def people_waiting(session: Session) -> int:
    """Return how many people wait; courses may wait for ever."""
    those = select(func.count(Unassigned.id)).where(Unassigned.what == What.PERSON)
    return session.scalar(those) or 0


def one(session: Session, found: Unassigned) -> Waiting:
    """Return what is shown of one."""
    return _described(session, What(found.what), [found])[0]


def _described(session: Session, what: What, rows: Sequence[Unassigned]) -> list[Waiting]:
    digests = [row.digest for row in rows]
    named = waiting.named_by(what)
    those = select(CompletionRow).where(waiting.waits_for(what), named.in_(digests))
    counted = session.execute(
        those.with_only_columns(named, func.count(CompletionRow.id)).group_by(named)
    )
    counts = {str(digest): int(number) for digest, number in counted}
    return [
        _waiting(
            row,
            counts.get(row.digest, 0),
            session.scalars(
                those.where(named == row.digest).order_by(CompletionRow.at.desc()).limit(1)
            ).first(),
        )
        for row in rows
    ]


def _waiting(row: Unassigned, count: int, example: CompletionRow | None) -> Waiting:
    return Waiting(
        id=row.id,
        keys=waiting.keys_of(row.keys),
        iri=row.iri,
        name=row.name,
        source=row.source,
        since=row.since,
        count=count,
        example=example,
        several=example is not None and example.reason == Reason.PERSON_AMBIGUOUS,
    )


def people_called(session: Session, text: str) -> list[Person]:
    """Return people with `text` in their name, or who are called exactly so; CHOICES at most."""
    known, spelled = PersonIdentifier, {text, text.lower()}
    so = (known.value, known.sha1sum, known.bare_sha1sum)
    named = select(known.person_id).where(or_(*(column.in_(spelled) for column in so)))
    return list(
        session.scalars(
            select(Person)
            .where(
                Person.merged_into.is_(None),
                or_(is_called(Person.name, text), Person.id.in_(named)),
            )
            .order_by(Person.name.is_(None), Person.name, Person.id)
            .limit(CHOICES)
        )
    )


def courses_called(session: Session, text: str | None) -> list[Course]:
    """Return courses with `text` in their title or label, the newest first; CHOICES at most."""
    those = select(Course)
    if text:
        those = those.where(
            or_(
                Course.title.icontains(text, autoescape=True),
                Course.label.icontains(text, autoescape=True),
            )
        )
    return list(session.scalars(those.order_by(Course.created_at.desc(), Course.id).limit(CHOICES)))


def accounts_of(session: Session, people: Sequence[UUID]) -> Mapping[UUID, list[Key]]:
    """Return by which names people are known, to tell one from another."""
    known = PersonIdentifier
    rows = session.execute(
        select(known.person_id, known.scheme, known.home_as_said, known.value)
        .where(
            known.person_id.in_(people),
            known.scheme != "mbox_sha1sum",
            known.set_aside_at.is_(None),
        )
        .order_by(known.created_at, known.scheme)
    )
    found: dict[UUID, list[Key]] = {person: [] for person in people}
    for person_id, scheme, home, value in rows:
        found[person_id].append((scheme, home, value))
    return found


def newest_bindings(session: Session) -> list[Binding]:
    """Return what was assigned by hand lately, and stands."""
    return list(
        session.scalars(
            select(Binding)
            .where(Binding.undone_at.is_(None))
            .order_by(Binding.made_at.desc(), Binding.id)
            .limit(RECENT)
        )
    )


def being_undone(binding: Binding) -> int | None:
    """Return how much of a binding is undone, in per cent; None unless that is under way."""
    if binding.undone_at is None or binding.undo_ended_at is not None:
        return None
    return min(99, 100 * binding.undo_done // max(binding.undo_total, 1))


def came_of(session: Session, binding: Binding) -> dict[Status, int]:
    """Return what has become of the completions that a binding is about."""
    rows = session.execute(
        select(CompletionRow.status, func.count(CompletionRow.id))
        .where(waiting.named_by(What(binding.what)) == binding.digest)
        .group_by(CompletionRow.status)
    )
    return {Status(status): count for status, count in rows}
