"""What an address means because somebody said so, and no longer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lrs_bridge.identity import same_place
from plugin.courses.model import CourseActivity
from plugin.courses.service import seen_activity
from plugin.people.identifiers import place_digest


def bound_activity(
    session: Session,
    course_id: UUID,
    *,
    iri: str,
    kind: str,
    name: str | None,
    binding_id: UUID,
    now: datetime,
) -> list[str]:
    """Keep that somebody says what `iri` means, whatever it meant; return whose it was before."""
    activity = _activity(session, iri)
    if activity is None or (activity.course_id == course_id and not activity.contested):
        seen_activity(
            session, course_id, iri=iri, kind=kind, name=name, now=now, brought_by=binding_id
        )
        return []
    before = [str(activity.course_id)]
    activity.course_id, activity.kind, activity.contested = course_id, kind, False
    activity.name, activity.seen_at = name, now
    activity.bound, activity.brought_by = True, binding_id
    return before


def unbound_activity(
    session: Session, course_id: UUID, *, iri: str, before: Sequence[str], binding_id: UUID
) -> None:
    """Take that back: it means nothing again, or, of several courses, neither.

    So does what became known by it alone. What a launch or a record has told of besides stays.
    """
    activity = _activity(session, iri)
    if before and activity is not None and activity.course_id == course_id and activity.bound:
        activity.course_id, activity.contested = UUID(before[0]), True
        activity.bound, activity.brought_by = False, None
    session.execute(
        delete(CourseActivity)
        .where(CourseActivity.course_id == course_id, CourseActivity.brought_by == binding_id)
        .execution_options(synchronize_session="fetch")
    )


def _activity(session: Session, iri: str) -> CourseActivity | None:
    digest = place_digest(same_place(iri))
    return session.scalar(select(CourseActivity).where(CourseActivity.digest == digest))
