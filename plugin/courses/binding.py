"""What an address means because somebody said so, and no longer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lrs_bridge.identity import same_place
from plugin.courses.model import CourseActivity
from plugin.courses.service import seen_activity


def bound_activity(
    session: Session, course_id: UUID, *, iri: str, kind: str, name: str | None, now: datetime
) -> list[str]:
    """Keep that somebody says what `iri` means, whatever it meant; return whose it was before."""
    place = same_place(iri)
    activity = session.scalar(select(CourseActivity).where(CourseActivity.place == place))
    if activity is None:
        seen_activity(session, course_id, iri=iri, kind=kind, name=name, now=now)
        return []
    before = [str(activity.course_id)]
    activity.course_id, activity.kind, activity.contested = course_id, kind, False
    activity.name, activity.seen_at, activity.bound = name, now, True
    return before


def unbound_activity(session: Session, course_id: UUID, *, iri: str, before: Sequence[str]) -> None:
    """Take that back: it means nothing again, or, of several courses, neither."""
    activity = session.scalar(
        select(CourseActivity).where(
            CourseActivity.course_id == course_id, CourseActivity.place == same_place(iri)
        )
    )
    if activity is None:
        return
    if before:
        activity.course_id, activity.contested, activity.bound = UUID(before[0]), True, False
    else:
        session.delete(activity)
