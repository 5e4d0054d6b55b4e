"""Our column in a course's gradebook: what it is called, what it counts, whether there is one.

What an instructor says of it holds here at once, and is owed to the platform. Two kinds of columns
of ours are told apart: one that came with an item of the course belongs to that item, and goes with
it; one that Mentes made for its scores goes when nothing is to be reported any more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti import claims
from lti.grading import LineItem
from plugin.courses.model import Course, ResourceLink
from plugin.foundation.events import happened
from plugin.foundation.outbox import Asked, asked, owe
from plugin.foundation.tenancy import inserted_once
from plugin.launches.items import mentoring_line_item
from plugin.records import events
from plugin.records.model import GradebookColumn

KIND = "column"
CHANGED, REMOVED = "changed", "removed"
"""What a column is to be, as debts say it."""
LABEL, POINTS = "Mentoring", 1
"""Of a column of which nobody has said anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """How the gradebook of a course stands."""

    label: str
    points: int
    stopped_at: datetime | None
    removed_at: datetime | None
    is_offered: bool
    """Whether the platform takes scores of us in this course."""
    can_change: bool
    """Whether it lets us change, and remove, columns of ours."""
    is_of_item: bool
    """Whether the column came with an item of the course."""
    told: Asked
    """How far telling the platform is: to take the column away where that is wanted, or else to
    change it.
    """

    @property
    def can_be_removed(self) -> bool:
        """Whether a column that Mentes made can be taken away."""
        return self.can_change and not self.is_of_item and self.removed_at is None


def column(session: Session, course: Course, *, label: str = LABEL) -> Column:
    """Return how the gradebook of a course stands; `label`: of a column that nobody named."""
    row = _row(session, course.id)
    wanted_last = CHANGED if row is None or row.removed_at is None else REMOVED
    is_of_item = bool(urls_of_items(session, course.id))
    has_list = course.lineitems_url is not None
    return Column(
        label=row.label if row else label,
        points=row.points if row else POINTS,
        stopped_at=row.stopped_at if row else None,
        removed_at=row.removed_at if row else None,
        is_offered=claims.SCOPE_SCORE in course.service_scopes and (has_list or is_of_item),
        can_change=claims.SCOPE_LINE_ITEM in course.service_scopes and has_list,
        is_of_item=is_of_item,
        told=asked(session, KIND, _lane(course, wanted_last)),
    )


def is_reported(session: Session, course_id: UUID) -> bool:
    """Tell whether scores of a course are to be reported."""
    row = _row(session, course_id)
    return row is None or row.stopped_at is None


def is_wanted(session: Session, course_id: UUID) -> bool:
    """Tell whether the gradebook of a course is to have a column that Mentes makes."""
    row = _row(session, course_id)
    return row is None or row.removed_at is None


def line_item(session: Session, course_id: UUID, *, label: str = LABEL) -> LineItem:
    """Return the column as it is to be; `label`: of one that nobody named."""
    row = _row(session, course_id)
    if row is None:
        return mentoring_line_item(label)
    return replace(mentoring_line_item(row.label), score_maximum=float(row.points))


def urls_of_items(session: Session, course_id: UUID) -> set[str]:
    """Return the columns that came with items of ours, as launches named them."""
    found = session.scalars(
        select(ResourceLink.lineitem_url).where(
            ResourceLink.course_id == course_id, ResourceLink.lineitem_url.is_not(None)
        )
    )
    return {url for url in found if url}


def change(
    session: Session, course: Course, *, label: str, points: int, by: UUID, now: datetime
) -> None:
    """Call the column otherwise, or let check-ins count otherwise."""
    row = _taken(session, course)
    if (row.label, row.points) == (label, points):
        return
    row.label, row.points = label, points
    session.flush()
    happening = events.ColumnChanged(
        at=now, subject_id=course.id, actor_id=by, label=label, points=points
    )
    _owe(session, course, CHANGED, key=happened(session, happening), now=now)


def stop(session: Session, course: Course, *, with_column: bool, by: UUID, now: datetime) -> None:
    """Report nothing more; with the column that Mentes made, the grades in it go as well."""
    row = _taken(session, course)
    if row.stopped_at is not None and (row.removed_at is not None or not with_column):
        return  # it is so already; a column that goes is not brought back by stopping
    row.stopped_at = row.stopped_at or now
    row.removed_at = now if with_column else None
    session.flush()
    happening = events.ReportingStopped(
        at=now, subject_id=course.id, actor_id=by, with_column=with_column
    )
    key = happened(session, happening)
    if with_column:
        _owe(session, course, REMOVED, key=key, now=now)


def take_up(session: Session, course: Course, *, by: UUID, now: datetime) -> UUID | None:
    """Report again; return the event of it, None if it was reported all the time.

    What took place meanwhile is for the caller to owe (`scores.owe_anew`). A removal that is still
    owed finds that the column is wanted, and leaves it.
    """
    row = _taken(session, course)
    if row.stopped_at is None:
        return None
    row.stopped_at = row.removed_at = None
    session.flush()
    happening = events.ReportingTakenUp(at=now, subject_id=course.id, actor_id=by)
    return happened(session, happening)


def remove_again(session: Session, course: Course, *, key: str, now: datetime) -> None:
    """Owe that a column goes which a score on its way has made once more."""
    _owe(session, course, REMOVED, key=key, now=now)


def _owe(session: Session, course: Course, what: str, *, key: object, now: datetime) -> None:
    item = line_item(session, course.id)
    owe(
        session,
        KIND,
        target=str(course.registration_id),
        key=str(key),
        lane=_lane(course, what),
        payload={
            "course_id": str(course.id),
            "column": what,
            "label": item.label,
            "points": item.score_maximum,
        },
        now=now,
    )


def _lane(course: Course, what: str) -> str:
    return f"{course.id}:{what}"


def _row(session: Session, course_id: UUID) -> GradebookColumn | None:
    return session.scalar(select(GradebookColumn).where(GradebookColumn.course_id == course_id))


def _taken(session: Session, course: Course) -> GradebookColumn:
    """Return the row of a course, made if need be, locked against others."""
    inserted_once(session, GradebookColumn, course_id=course.id, label=LABEL, points=POINTS)
    return session.scalars(
        select(GradebookColumn).where(GradebookColumn.course_id == course.id).with_for_update()
    ).one()
