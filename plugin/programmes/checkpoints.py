"""The rules of a programme: what opens a check-in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugin.courses.model import CourseActivity
from plugin.courses.own_items import is_our_own
from plugin.foundation.errors import FormInvalid, NotFound
from plugin.foundation.events import happened
from plugin.programmes import events
from plugin.programmes.model import Checkpoint, Programme
from plugin.programmes.service import taken


def set_checkpoint(
    session: Session,
    programme: Programme,
    activity: CourseActivity,
    *,
    name: str,
    minutes: int,
    within_days: int,
    by: UUID,
    now: datetime,
) -> Checkpoint:
    """Set the rule for one activity of the course; a rule that stands is changed, not doubled."""
    if activity.course_id != programme.course_id:
        raise FormInvalid("Choose something of this course.", {"activity": ["Not in this course."]})
    if is_our_own(session, activity):
        text = "This is the mentoring itself: choose something that learners work on."
        raise FormInvalid(text, {"activity": [text]})
    taken(session, programme.id)
    checkpoint = session.scalar(
        select(Checkpoint).where(
            Checkpoint.programme_id == programme.id,
            # Whatever a course is called, it is one course.
            Checkpoint.kind == "course"
            if activity.kind == "course"
            else Checkpoint.place == activity.place,
            Checkpoint.retired_at.is_(None),
        )
    )
    if checkpoint is None:
        checkpoint = Checkpoint(
            programme_id=programme.id,
            place=activity.place,
            iri=activity.iri,
            kind=activity.kind,
            created_at=now,
        )
        session.add(checkpoint)
    checkpoint.name = name
    checkpoint.minutes = minutes
    checkpoint.within_days = within_days
    session.flush()
    happened(
        session,
        events.CheckpointSet(
            at=now, subject_id=checkpoint.id, actor_id=by, programme_id=programme.id
        ),
    )
    return checkpoint


def retire_checkpoint(
    session: Session, programme: Programme, checkpoint_id: UUID, *, by: UUID, now: datetime
) -> None:
    """Take a rule back; check-ins that it opened stay."""
    checkpoint = session.get(Checkpoint, checkpoint_id)
    if checkpoint is None or checkpoint.programme_id != programme.id:
        raise NotFound("There is no such rule in this course.")
    if checkpoint.retired_at is None:
        checkpoint.retired_at = now
        happened(
            session,
            events.CheckpointRetired(
                at=now, subject_id=checkpoint.id, actor_id=by, programme_id=programme.id
            ),
        )


def standing(session: Session, programme_id: UUID) -> Sequence[Checkpoint]:
    """Return the rules that stand, oldest first."""
    return session.scalars(
        select(Checkpoint)
        .where(Checkpoint.programme_id == programme_id, Checkpoint.retired_at.is_(None))
        .order_by(Checkpoint.created_at, Checkpoint.id)
    ).all()
