"""Grades that count as finished: a column of the gradebook, and the share of its points."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import count
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti.claims import SCOPE_RESULT_READ
from plugin.completions import sources
from plugin.completions.model import SeenLineItem, SourceKind, SourceRow
from plugin.courses import service as courses
from plugin.courses.model import Course
from plugin.foundation.cipher import Cipher
from plugin.foundation.errors import FormInvalid, NotFound


def of_course(session: Session, course_id: UUID) -> Sequence[SourceRow]:
    """Return the columns of a course whose results are looked at, oldest first."""
    rows = session.scalars(
        select(SourceRow)
        .where(SourceRow.kind == SourceKind.RESULTS)
        .order_by(SourceRow.created_at, SourceRow.id)
    )
    return [row for row in rows if row.configuration.get("course_id") == str(course_id)]


def can_be_read(course: Course) -> bool:
    """Tell whether the platform lets us see the columns and results of a course."""
    return course.lineitems_url is not None and SCOPE_RESULT_READ in course.service_scopes


def choose(
    session: Session,
    cipher: Cipher,
    course_id: UUID,
    line_item_id: UUID,
    *,
    share: float,
    now: datetime,
) -> SourceRow:
    """Let results of a column, at or above a share (0–1) of its points, count as finished.

    Chosen again, the share is changed: who is above a lower one counts from the next look on, and
    who reached a higher one before has reached it.

    Raises:
        FormInvalid: it is no column of this course.
    """
    column = session.get(SeenLineItem, line_item_id)
    if column is None or column.course_id != course_id:
        raise FormInvalid("Choose a column.", {"column": ["Choose a column from the list."]})
    configuration = {
        "course_id": str(course_id),
        "lineitem": column.url,
        "label": column.label,
        "share": share,
    }
    for source in of_course(session, course_id):
        if source.configuration["lineitem"] == column.url:
            source.configuration = configuration
            sources.enable(source, now=now)
            return source
    courses.seen_activity(
        session, course_id, iri=column.url, kind="module", name=column.label or None, now=now
    )
    course = session.get_one(Course, course_id)
    return sources.add(
        session,
        cipher,
        kind=SourceKind.RESULTS,
        name=_free_name(session, f"{column.label}, {course.title}"),
        configuration=configuration,
        secret=None,
        now=now,
    )


def leave(session: Session, course_id: UUID, source_id: UUID) -> None:
    """Look at a column no longer; check-ins that it opened stay.

    Raises:
        NotFound: it is no column of this course.
    """
    for source in of_course(session, course_id):
        if source.id == source_id:
            sources.remove(session, source)
            return
    raise NotFound("There is no such column in this course.")


def _free_name(session: Session, wanted: str) -> str:
    taken = set(session.scalars(select(SourceRow.name).where(SourceRow.kind == SourceKind.RESULTS)))
    others = (f"{wanted} {number}" for number in count(2))
    return wanted if wanted not in taken else next(name for name in others if name not in taken)
