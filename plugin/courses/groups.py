"""The groups of a course, as its platform has them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti import roles
from lti.groups import Group, GroupSet
from plugin.courses.model import Course, CourseGroup, Membership
from plugin.foundation.tenancy import found_or_inserted


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLine:
    """A group of a course."""

    id: str
    """As the platform calls it."""
    name: str | None
    """None where the platform tells numbers only (Moodle's custom parameter)."""
    set_name: str | None = None
    people: int = 0
    is_gone: bool = False
    """Whether the platform no longer names it."""


def read(
    session: Session,
    course: Course,
    groups: Sequence[Group],
    sets: Sequence[GroupSet],
    *,
    now: datetime,
) -> None:
    """Keep which groups a platform says that there are; what it no longer names is gone."""
    names = {each.id: each.name for each in sets}
    for group in groups:
        row = found_or_inserted(
            session,
            select(CourseGroup).where(
                CourseGroup.course_id == course.id, CourseGroup.group_id == group.id
            ),
            CourseGroup,
            course_id=course.id,
            group_id=group.id,
            name=group.name or group.id,
            seen_at=now,
        )
        row.name, row.set_name = group.name or group.id, names.get(group.set_id or "")
        row.seen_at, row.gone_at = now, None
    named = {group.id for group in groups}
    for row in _rows(session, course.id):
        if row.group_id not in named and row.gone_at is None:
            row.gone_at = now
    course.groups_synced_at = now
    session.flush()


def joined(session: Session, course_id: UUID, person_id: UUID, group_ids: Collection[str]) -> None:
    """Keep which groups somebody is in."""
    membership = session.scalar(
        select(Membership).where(
            Membership.course_id == course_id, Membership.person_id == person_id
        )
    )
    if membership is not None and membership.groups != sorted(group_ids):
        membership.groups = sorted(group_ids)


def of_course(session: Session, course_id: UUID) -> list[GroupLine]:
    """Return the groups that a course has now, by set and name, with how many are in each."""
    found = _known(session, course_id)
    return [line for line in found.values() if not line.is_gone]


def called(session: Session, course_id: UUID, group_id: str | None) -> GroupLine | None:
    """Return one group, also one that is gone; None where there is none to return."""
    if group_id is None:
        return None
    gone = GroupLine(id=group_id, name=None, is_gone=True)
    return _known(session, course_id).get(group_id, gone)


def learners_in(session: Session, course_id: UUID, group_id: str) -> set[UUID]:
    """Return who is in a group, other than those who teach."""
    return {
        membership.person_id
        for membership in _memberships(session, course_id)
        if group_id in membership.groups and not teaches(membership)
    }


def teaches(membership: Membership) -> bool:
    """Tell whether a membership is that of an instructor."""
    return roles.has(membership.roles, roles.INSTRUCTOR)


def groups_of(session: Session, course_id: UUID, person_id: UUID) -> frozenset[str]:
    """Return the ids of the groups that somebody is in."""
    membership = session.scalar(
        select(Membership).where(
            Membership.course_id == course_id, Membership.person_id == person_id
        )
    )
    return frozenset(membership.groups if membership else ())


def _known(session: Session, course_id: UUID) -> dict[str, GroupLine]:
    counted: dict[str, int] = {}
    for membership in _memberships(session, course_id):
        for group_id in membership.groups:
            counted[group_id] = counted.get(group_id, 0) + 1
    found = {
        row.group_id: GroupLine(
            id=row.group_id,
            name=row.name,
            set_name=row.set_name,
            people=counted.get(row.group_id, 0),
            is_gone=row.gone_at is not None,
        )
        for row in _rows(session, course_id)
    }
    for group_id in sorted(counted.keys() - found.keys()):
        found[group_id] = GroupLine(id=group_id, name=None, people=counted[group_id])
    return found


def _rows(session: Session, course_id: UUID) -> Sequence[CourseGroup]:
    return session.scalars(
        select(CourseGroup)
        .where(CourseGroup.course_id == course_id)
        .order_by(CourseGroup.set_name, CourseGroup.name, CourseGroup.group_id)
    ).all()


def _memberships(session: Session, course_id: UUID) -> Sequence[Membership]:
    return session.scalars(
        select(Membership).where(Membership.course_id == course_id, Membership.active)
    ).all()
