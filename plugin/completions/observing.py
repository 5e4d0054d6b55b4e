"""Completions that no learning record of an LMS tells of: said once, and unsaid when taken back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from lrs_bridge.completion import same_place
from plugin.completions.events import CompletionObserved, CompletionTakenBack
from plugin.completions.model import XAPI, CompletionRow, Reason, Status
from plugin.completions.understanding import COMPLETE, Understood
from plugin.courses.model import CourseActivity
from plugin.foundation.events import all_happened
from plugin.programmes.model import Checkpoint, Programme

Told = tuple[CompletionRow, CourseActivity]


def observe(
    session: Session,
    rows: Sequence[CompletionRow],
    several: Sequence[Understood],
    *,
    now: datetime,
) -> None:
    """Say what rows that were just looked at tell of their people: each once, however often it is.

    Args:
        several: what each of `rows` means.
    """
    told = [
        (row, known.activity)
        for row, known in zip(rows, several, strict=True)
        if row.person_id and known.activity and row.reason != Reason.OWN_ITEM
    ]
    taken_back = [(row, activity) for row, activity in told if row.state == "uncompleted"]
    new = [
        (row, activity)
        for row, activity in told
        if row.state in COMPLETE and row.came_by not in XAPI and not row.observed
    ]
    if not taken_back and not new:
        return
    before = _Before(session, [*taken_back, *new])
    no_longer_so(
        session,
        (
            each
            for row, _ in taken_back
            for each in before.of_the_same(row)
            if each.observed and each.at < row.at
        ),
        now=now,
    )
    _say(session, [each for each in new if not before.took_back(each[0])], now=now)


def no_longer_so(session: Session, rows: Iterable[CompletionRow], *, now: datetime) -> None:
    """Unsay completions, of those that were said; each may be said anew."""
    said = {row.id: row for row in rows if row.observed}
    for row in said.values():
        row.observed = False
    all_happened(session, [CompletionTakenBack(at=now, subject_id=id) for id in said])


def _say(session: Session, new: Sequence[Told], *, now: datetime) -> None:
    for row, _ in new:
        row.observed = True
    all_happened(
        session,
        [
            CompletionObserved(
                at=row.at,
                subject_id=row.id,
                actor_id=row.person_id,
                course_id=activity.course_id,
                activity=activity.iri,
                of=row.kind,
                state=row.state,
                seen_at=now,
                source=row.came_by,
            )
            for row, activity in new
        ],
    )


class _Before:
    """What was said before of the same people, and what took it back; asked for once."""

    def __init__(self, session: Session, told: Sequence[Told]) -> None:
        rules = (
            select(Checkpoint.id)
            .join(Programme, Programme.id == Checkpoint.programme_id)
            .where(Programme.course_id.in_({activity.course_id for _, activity in told}))
        )
        without_rule = and_(
            CompletionRow.checkpoint_id.is_(None),
            or_(
                CompletionRow.course_digest.in_({row.course_digest for row, _ in told}),
                CompletionRow.course_digest.is_(None),
            ),
        )
        took_back = and_(CompletionRow.state == "uncompleted", CompletionRow.status != Status.NEW)
        found = session.scalars(
            select(CompletionRow).where(
                CompletionRow.person_id.in_({row.person_id for row, _ in told}),
                or_(CompletionRow.checkpoint_id.in_(rules), without_rule),
                or_(CompletionRow.observed, took_back),
            )
        )
        self._by_person: dict[UUID | None, list[CompletionRow]] = defaultdict(list)
        for row in found:
            self._by_person[row.person_id].append(row)

    def of_the_same(self, row: CompletionRow) -> Iterator[CompletionRow]:
        """Yield what was told of the same person and thing: by one rule, or under one address.

        A rule may have been set, or withdrawn, between the two.
        """
        for each in self._by_person.get(row.person_id, ()):
            is_of_one_rule = each.checkpoint_id and each.checkpoint_id == row.checkpoint_id
            if each.kind == row.kind and (is_of_one_rule or _place(each) == _place(row)):
                yield each

    def took_back(self, row: CompletionRow) -> bool:
        """Tell whether a later word, which was looked at before this one, took it back."""
        return any(
            each.state == "uncompleted" and each.at > row.at for each in self.of_the_same(row)
        )


def _place(row: CompletionRow) -> str:
    return same_place((row.module_iri if row.kind == "module" else row.course_iri) or "")
