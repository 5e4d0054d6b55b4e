"""Copied courses: keeping the mentors and rules of what a course was copied from.

What is kept waits, each part for itself, until it is seen in the copy: a mentor until they are in
it, a rule until something of its name is. Nobody who is mentored comes along, nor anything between
two people. See ADR 0023.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from plugin.courses import copies
from plugin.courses import service as courses
from plugin.courses.copies import Answer
from plugin.courses.events import ActivitySeen, MembersArrived
from plugin.courses.model import Course, CourseActivity, CourseCopy, Membership
from plugin.courses.titles import compared
from plugin.foundation.errors import NotFound
from plugin.foundation.events import happened
from plugin.foundation.tenancy import inserted_each, rows_of
from plugin.programmes import checkpoints, events, service
from plugin.programmes.model import Checkpoint, KeptPart, Part, Participation, Programme

UNDOABLE = timedelta(days=14)


def answered(
    session: Session,
    copy: CourseCopy,
    answer: Answer,
    *,
    gates: str,
    by: UUID,
    now: datetime,
) -> None:
    """Do what an instructor of a copy says; saying it twice is saying it once.

    Args:
        gates: as `keepable` takes it.
    """
    course = session.get_one(Course, copy.course_id, with_for_update={"key_share": True})
    session.refresh(copy)
    if copy.answer == answer or copy.answer == Answer.KEPT:
        return
    if answer is Answer.KEPT and copies.kept_in(session, course.id) is not None:
        return  # in another tab, of another ancestor
    copy.answer, copy.answered_at = answer, now
    session.flush()
    if answer is Answer.KEPT:
        _kept(session, course, copy, gates=gates, by=by, now=now)
    happened(session, events.CopyAnswered(at=now, subject_id=copy.id, actor_id=by, answer=answer))


def keepable(
    session: Session, origin_id: UUID, *, gates: str
) -> tuple[Sequence[Participation], Sequence[Checkpoint]]:
    """Return the mentors and the rules of a course that a copy can keep.

    Args:
        gates: how the IRIs begin of what our own items complete when they are opened. In a copy
            they complete nothing (ADR 0016), so rules about them stay where they are.
    """
    programme = service.found_of_course(session, origin_id)
    if programme is None:
        return (), ()
    rules = checkpoints.standing(session, programme.id)
    return (
        service.participants(session, programme.id, Part.MENTOR),
        [rule for rule in rules if not rule.iri.startswith(gates)],
    )


def _kept(
    session: Session, course: Course, copy: CourseCopy, *, gates: str, by: UUID, now: datetime
) -> None:
    mentors, rules = keepable(session, copy.origin_id, gates=gates)
    programme = service.of_course(session, course, by=by, now=now)
    common = {"copy_id": copy.id, "became": None, "was_there": False, "kept_by": by, "kept_at": now}
    rows = [
        *({**common, "mentor_id": mentor.id, "rule_id": None} for mentor in mentors),
        *({**common, "mentor_id": None, "rule_id": rule.id} for rule in rules),
    ]
    inserted_each(session, KeptPart, rows)
    service.taken(session, programme.id)
    for part in waiting(session, copy.id):
        _bound(session, programme, part, now=now)


def waiting(session: Session, copy_id: UUID) -> Sequence[KeptPart]:
    """Return what waits to be seen in a copy."""
    return [part for part in parts(session, copy_id) if part.became is None]


def parts(session: Session, copy_id: UUID) -> Sequence[KeptPart]:
    """Return what a copy keeps."""
    return session.scalars(
        select(KeptPart).where(KeptPart.copy_id == copy_id).order_by(KeptPart.kept_at, KeptPart.id)
    ).all()


def kept(session: Session, copy_id: UUID) -> tuple[Sequence[Participation], Sequence[Checkpoint]]:
    """Return the mentors and the rules that a copy keeps, as they are where they come from."""
    found = parts(session, copy_id)
    mentors = rows_of(session, Participation, [it.mentor_id for it in found if it.mentor_id])
    rules = rows_of(session, Checkpoint, [it.rule_id for it in found if it.rule_id])
    return list(mentors.values()), sorted(rules.values(), key=lambda it: (it.created_at, it.id))


def on_members_arrived(session: Session, _event_id: UUID, event: MembersArrived) -> None:
    """Attach the mentors who came into a copy that keeps them."""
    theirs = select(Participation.id).where(Participation.person_id.in_(event.people))
    _bound_each(session, event.subject_id, KeptPart.mentor_id.in_(theirs), now=event.at)


def on_activity_seen(session: Session, _event_id: UUID, event: ActivitySeen) -> None:
    """Set the rules about what was seen of a copy that keeps them."""
    _bound_each(session, event.subject_id, KeptPart.rule_id.is_not(None), now=event.at)


def _bound_each(
    session: Session, course_id: UUID, which: ColumnElement[bool], *, now: datetime
) -> None:
    copy = copies.kept_in(session, course_id)
    programme = service.found_of_course(session, course_id)
    if copy is None or programme is None:
        return
    found = session.scalars(
        select(KeptPart)
        .where(KeptPart.copy_id == copy.id, KeptPart.became.is_(None), which)
        .order_by(KeptPart.kept_at, KeptPart.id)
    ).all()
    if found:
        service.taken(session, programme.id)
    for part in found:
        _bound(session, programme, part, now=now)


def _bound(session: Session, programme: Programme, part: KeptPart, *, now: datetime) -> None:
    """Let a part take effect if what it waits for is there."""
    session.refresh(part)
    if part.became is not None:
        return  # another worker was quicker
    if part.mentor_id is not None:
        _attached(session, programme, part, part.mentor_id, now=now)
    elif part.rule_id is not None:
        _set(session, programme, part, session.get_one(Checkpoint, part.rule_id), now=now)
    session.flush()


def _attached(
    session: Session, programme: Programme, part: KeptPart, mentor_id: UUID, *, now: datetime
) -> None:
    there = session.get_one(Participation, mentor_id)
    if there.person_id not in members_among(session, programme.course_id, [there.person_id]):
        return
    here = service.participation(session, programme.id, there.person_id, Part.MENTOR)
    if here is not None and here.left_at is None:
        part.became, part.was_there = here.id, True
        return
    part.became = service.attach_mentor(
        session, programme, there.person_id, capacity=there.capacity, by=part.kept_by, now=now
    ).id


def _set(
    session: Session, programme: Programme, part: KeptPart, rule: Checkpoint, *, now: datetime
) -> None:
    activity = counterpart(rule, courses.activities(session, programme.course_id))
    if activity is None:
        return
    for standing in checkpoints.standing(session, programme.id):
        whole = standing.kind == activity.kind == "course"
        if whole or standing.place == activity.place:
            part.became, part.was_there = standing.id, True
            return
    part.became = checkpoints.set_checkpoint(
        session,
        programme,
        activity,
        name=activity.name or rule.name,
        minutes=rule.minutes,
        within_days=rule.within_days,
        by=part.kept_by,
        now=now,
    ).id


def counterpart(rule: Checkpoint, activities: Sequence[CourseActivity]) -> CourseActivity | None:
    """Return what in a copy is what `rule` is about: the course itself, or the one of its name.

    Addresses differ in a copy, names do not. Two of one name are told apart by nobody but people.
    """
    if rule.kind == "course":
        return next((each for each in activities if each.kind == "course"), None)
    named = [
        each
        for each in activities
        if each.kind == rule.kind and each.name and compared(each.name) == compared(rule.name)
    ]
    return named[0] if len(named) == 1 else None


def members_among(session: Session, course_id: UUID, people: Sequence[UUID]) -> set[UUID]:
    """Return who of `people` is in a course."""
    return set(
        session.scalars(
            select(Membership.person_id).where(
                Membership.course_id == course_id,
                Membership.active,
                Membership.person_id.in_(people),
            )
        )
    )


def undoable(copy: CourseCopy, now: datetime) -> bool:
    """Tell whether keeping can be taken back with one button."""
    kept_at = copy.answered_at if copy.answer == Answer.KEPT else None
    return kept_at is not None and now - kept_at < UNDOABLE


def undone(session: Session, copy: CourseCopy, *, by: UUID, now: datetime) -> None:
    """Take back what was kept: its mentors are detached, its rules taken back, nothing waits.

    As ever, mentors keep whom they have by then, and check-ins that a rule opened stay.

    Raises:
        NotFound: nothing is kept, or it is too long ago.
    """
    course = session.get_one(Course, copy.course_id, with_for_update={"key_share": True})
    session.refresh(copy)
    programme = service.found_of_course(session, course.id)
    if programme is None or not undoable(copy, now):
        raise NotFound("There is nothing here that could be undone. Detach and take back by hand.")
    service.taken(session, programme.id)
    for part in parts(session, copy.id):
        if part.became is None or part.was_there:
            continue
        if part.mentor_id is not None:
            mentor = session.get_one(Participation, part.became)
            service.detach_mentor(session, programme, mentor.person_id, by=by, now=now)
        else:
            checkpoints.retire_checkpoint(session, programme, part.became, by=by, now=now)
    session.execute(
        delete(KeptPart)
        .where(KeptPart.copy_id == copy.id)
        .execution_options(synchronize_session=False)
    )
    copy.answer, copy.answered_at = Answer.UNDONE, now
    happened(
        session,
        events.CopyAnswered(at=now, subject_id=copy.id, actor_id=by, answer=Answer.UNDONE),
    )
