"""Copied courses: what a course descends from, as far as we know it.

Three tell: a notice at the moment of the copy, the history that a platform fills into a launch, and
an item of ours, whose parameters are copied with it. Each names the ancestors that it knows; only
those from which somebody launched once are ours to know.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from lti.message import LaunchMessage
from lti.notices import ContextCopyNotice
from plugin.courses import places
from plugin.courses.events import ActivitySeen, MembersArrived
from plugin.courses.model import Course, CourseCopy, ResourceLink
from plugin.foundation.events import happened
from plugin.foundation.tenancy import found_or_inserted
from plugin.platforms.model import RegistrationRow

SOMEWHERE = 1000
"""How far away an ancestor is of which nobody says how far."""


class Evidence(StrEnum):
    """How we know that a course is a copy."""

    NOTICE = "notice"
    CONTEXT_HISTORY = "context-history"
    LINK_HISTORY = "link-history"
    ITEM = "item"


SUREST = (Evidence.NOTICE, Evidence.ITEM, Evidence.CONTEXT_HISTORY, Evidence.LINK_HISTORY)
SURE = frozenset({Evidence.NOTICE, Evidence.ITEM})
"""A platform signed it, or it names what nobody can guess. A history is a custom parameter: on some
platforms whoever adds an item may write what they like into it."""


class Answer(StrEnum):
    """What an instructor of a copy says to keeping mentors and rules of what it descends from."""

    KEPT = "kept"
    LATER = "later"
    NEVER = "never"
    UNDONE = "undone"


def told_by_notice(
    session: Session, registration: RegistrationRow, notice: ContextCopyNotice, *, now: datetime
) -> Course | None:
    """Keep what a notice says of a copy, made known if need be; None: its origin is not ours.

    https://www.imsglobal.org/spec/lti-pns/v1p0/main/#context-copy-notice
    """
    spoken_of = places.meant(registration.id, notice.deployment_id)
    origins = _known(session, spoken_of, notice.origin_contexts)
    if not origins:
        return None
    context = notice.context
    course = places.found_or_made(
        session,
        registration,
        notice.deployment_id,
        context.id,
        title=context.title or context.label or "Course",
        label=context.label,
        created_at=now,
    )
    for origin in origins:
        descends(session, course, origin, distance=0, evidence=Evidence.NOTICE, now=now)
    return course


def told_by_launch(
    session: Session, course: Course, message: LaunchMessage, *, now: datetime
) -> None:
    """Keep what a launch says of what its course descends from.

    An item's history tells where the course's own says nothing.
    """
    spoken_of = places.meant(course.registration_id, message.deployment_id)
    history = message.context_history
    origins = _known(session, spoken_of, history)
    evidence = Evidence.CONTEXT_HISTORY
    if not origins:
        history = message.resource_link_history
        origins = _of_links(session, spoken_of, history)
        evidence = Evidence.LINK_HISTORY
    for distance, origin in enumerate(origins):
        descends(session, course, origin, distance=distance, evidence=evidence, now=now)


def told_by_item(session: Session, course: Course, origin: Course, *, now: datetime) -> None:
    """Keep that an item of `course` was put into `origin`, near or far among its ancestors."""
    descends(session, course, origin, distance=SOMEWHERE, evidence=Evidence.ITEM, now=now)


def descends(
    session: Session,
    course: Course,
    origin: Course,
    *,
    distance: int,
    evidence: Evidence,
    now: datetime,
) -> None:
    """Keep, once, that `course` descends from `origin`; of several the surest counts.

    An item of ours may have travelled to another institution, in a package of a course.
    """
    speaks_of_it = origin.within in (course.deployment_id, places.EVERY_DEPLOYMENT)
    is_elsewhere = origin.registration_id != course.registration_id or not speaks_of_it
    if origin.id == course.id or is_elsewhere:
        return
    copy = found_or_inserted(
        session,
        select(CourseCopy).where(
            CourseCopy.course_id == course.id, CourseCopy.origin_id == origin.id
        ),
        CourseCopy,
        course_id=course.id,
        origin_id=origin.id,
        distance=distance,
        evidence=evidence,
        told_at=now,
    )
    if SUREST.index(evidence) < SUREST.index(Evidence(copy.evidence)):
        copy.evidence = evidence
    copy.distance = min(copy.distance, distance)


def origins(session: Session, course_id: UUID) -> Sequence[CourseCopy]:
    """Return what a course descends from, the nearest first."""
    return session.scalars(
        select(CourseCopy)
        .where(CourseCopy.course_id == course_id)
        .order_by(CourseCopy.distance, CourseCopy.told_at, CourseCopy.id)
    ).all()


def kept_in(session: Session, course_id: UUID) -> CourseCopy | None:
    """Return of which of its ancestors a course keeps mentors and rules, if of any."""
    return session.scalar(
        select(CourseCopy).where(
            CourseCopy.course_id == course_id, CourseCopy.answer == Answer.KEPT
        )
    )


def members_arrived(
    session: Session, course_id: UUID, people: Sequence[UUID], *, now: datetime
) -> None:
    """Say who came into a course, if it keeps what may wait for them."""
    if people and kept_in(session, course_id) is not None:
        happened(session, MembersArrived(at=now, subject_id=course_id, people=tuple(people)))


def activity_seen(session: Session, course_id: UUID, activity_id: UUID, *, now: datetime) -> None:
    """Say what was seen of a course, if it keeps what may wait for it."""
    if kept_in(session, course_id) is not None:
        happened(session, ActivitySeen(at=now, subject_id=course_id, activity_id=activity_id))


def _known(
    session: Session, spoken_of: ColumnElement[bool], context_ids: Sequence[str]
) -> list[Course]:
    """Return those of `context_ids` that are courses of ours, in their order."""
    rows = session.scalars(
        select(Course)
        .where(spoken_of, Course.context_id.in_(context_ids))
        .order_by(Course.within)  # the deployment's own comes last, and counts
    )
    found = {course.context_id: course for course in rows}
    return [found[id] for id in context_ids if id in found]


def _of_links(
    session: Session, spoken_of: ColumnElement[bool], link_ids: Sequence[str]
) -> list[Course]:
    """Return the courses in which the items with `link_ids` are, each once, in their order."""
    if not link_ids:
        return []
    rows = session.execute(
        select(ResourceLink.link_id, Course)
        .join(Course, Course.id == ResourceLink.course_id)
        .where(spoken_of, ResourceLink.link_id.in_(link_ids))
        .order_by(Course.within)
    )
    found: dict[str, Course] = {row.link_id: row.Course for row in rows}
    return list(dict.fromkeys(found[id] for id in link_ids if id in found))
