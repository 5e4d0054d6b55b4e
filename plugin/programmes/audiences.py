"""Whom a programme is for: everybody in the course, or some of its groups."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from plugin.courses import groups
from plugin.courses.groups import GroupLine
from plugin.foundation.errors import FormInvalid
from plugin.foundation.events import happened
from plugin.programmes import events
from plugin.programmes.model import Part, Programme
from plugin.programmes.service import taken, takes_part


def set_audience(
    session: Session, programme: Programme, group_ids: Sequence[str], *, by: UUID, now: datetime
) -> None:
    """Let a programme be for some course groups, or for everybody; who takes part stays in it.

    Raises:
        FormInvalid: one is no group of the course, nor was one of the audience already.
    """
    taken(session, programme.id)
    here = {group.id for group in groups.of_course(session, programme.course_id)}
    if not set(group_ids) <= here | set(programme.audience):
        text = "Choose groups of this course."
        raise FormInvalid(text, {"groups": [text]})
    wanted = sorted(set(group_ids))
    if programme.audience == wanted:
        return
    programme.audience = wanted
    session.flush()
    happened(
        session,
        events.AudienceSet(at=now, subject_id=programme.id, actor_id=by, programme_id=programme.id),
    )


def audience(session: Session, programme: Programme) -> list[GroupLine]:
    """Return the groups that a programme is for, also those that are gone; none: everybody."""
    found = (groups.called(session, programme.course_id, each) for each in programme.audience)
    return [group for group in found if group is not None]


def is_for(session: Session, programme: Programme, person_id: UUID) -> bool:
    """Tell whether somebody may join: they are in one of the groups, or take part already."""
    if not programme.audience:
        return True
    if groups.groups_of(session, programme.course_id, person_id) & set(programme.audience):
        return True
    return any(takes_part(session, programme.id, person_id, part) for part in Part)
