"""What the gradebook is owed: that check-ins took place. Never a judgement of anybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti import claims
from lti.grading import Score
from plugin.checkins.model import CheckIn
from plugin.checkins.rules import State, score_given
from plugin.completions.inbox import digest
from plugin.courses.model import Course, ResourceLink
from plugin.foundation.outbox import Asked, asked, owe
from plugin.foundation.tenancy import inserted_once
from plugin.people.service import account_of
from plugin.platforms.model import RegistrationRow
from plugin.programmes.checkpoints import standing
from plugin.programmes.model import Checkpoint, Programme
from plugin.records.columns import is_reported
from plugin.records.model import SentScore

SCORE = "score"


def owe_score(session: Session, event_id: UUID, checkin: CheckIn, *, at: datetime) -> None:
    """Owe the mentee's platform a score; only the newest of a course and a person counts.

    Nothing is owed where the platform keeps no gradebook for us, or an instructor wants none.
    """
    programme_id = session.get_one(Checkpoint, checkin.checkpoint_id).programme_id
    course = session.get_one(Course, session.get_one(Programme, programme_id).course_id)
    _owe(session, course, programme_id, checkin.mentee_id, key=str(event_id), at=at)


def owe_anew(session: Session, course: Course, *, key: str, now: datetime) -> None:
    """Owe the scores of everybody who has one to report: the gradebook has none, or old ones.

    Each says when they spoke last; it is sent as of now, later than whatever went before.
    """
    mentees = session.execute(
        select(Checkpoint.programme_id, CheckIn.mentee_id, func.max(CheckIn.held_at))
        .join(Checkpoint, Checkpoint.id == CheckIn.checkpoint_id)
        .join(Programme, Programme.id == Checkpoint.programme_id)
        .where(Programme.course_id == course.id)
        .group_by(Checkpoint.programme_id, CheckIn.mentee_id)
        .order_by(CheckIn.mentee_id)
    )
    for programme_id, mentee_id, spoke_at in mentees.all():
        if spoke_at is not None or _was_told(session, course, mentee_id):
            _owe(
                session,
                course,
                programme_id,
                mentee_id,
                key=f"{key}:{mentee_id}",
                at=now,
                spoke_at=spoke_at,
            )


def _was_told(session: Session, course: Course, mentee_id: UUID) -> bool:
    """Return whether a score of somebody went before: a talk may have been taken back since.

    As far as settled debts are kept; of longer ago nobody can tell which gradebook it was.
    """
    return asked(session, SCORE, _lane(course, mentee_id)) is not Asked.NOT_YET


def _lane(course: Course, mentee_id: UUID) -> str:
    return f"{course.id}:{mentee_id}"


def _owe(
    session: Session,
    course: Course,
    programme_id: UUID,
    mentee_id: UUID,
    *,
    key: str,
    at: datetime,
    spoke_at: datetime | None = None,
) -> None:
    if claims.SCOPE_SCORE not in course.service_scopes or not is_reported(session, course.id):
        return
    issuer = session.get_one(RegistrationRow, course.registration_id).issuer
    account = account_of(session, mentee_id, home=issuer)
    line_item = _line_item(session, course.id)
    if account is None or not (line_item or course.lineitems_url):
        return
    given = score_given(
        held=_held(session, programme_id, mentee_id),
        expected=len(standing(session, programme_id)) or 1,
    )
    submitted_at = spoke_at or at
    owe(
        session,
        SCORE,
        target=str(course.registration_id),
        key=key,
        lane=_lane(course, mentee_id),
        payload={
            "course_id": str(course.id),
            "line_item": line_item,
            "user_id": account[1],
            "given": given,
            "began_at": min(_began(session, programme_id, mentee_id), submitted_at).isoformat(),
            "submitted_at": submitted_at.isoformat(),
            "at": at.isoformat(),
        },
        now=at,
    )


def _held(session: Session, programme_id: UUID, mentee_id: UUID) -> int:
    return session.scalars(
        select(func.count(CheckIn.id))
        .join(Checkpoint, Checkpoint.id == CheckIn.checkpoint_id)
        .where(
            Checkpoint.programme_id == programme_id,
            CheckIn.mentee_id == mentee_id,
            CheckIn.state == State.HELD,
        )
    ).one()


def _began(session: Session, programme_id: UUID, mentee_id: UUID) -> datetime:
    """Return when a mentee's first check-in of a programme opened."""
    return session.scalars(
        select(func.min(CheckIn.opened_at))
        .join(Checkpoint, Checkpoint.id == CheckIn.checkpoint_id)
        .where(Checkpoint.programme_id == programme_id, CheckIn.mentee_id == mentee_id)
    ).one()


def dated(
    session: Session, score: Score, *, key: str, line_item: str, product: str | None
) -> Score | None:
    """Return `score` with the timestamp that it goes out with, or None: a newer one went before.

    Timestamps of a cell grow strictly, at the resolution at which the platform compares them, in
    the order in which the scores came about. The same debt keeps its timestamp however often it
    is sent. The row is taken before it is looked at, so that no two workers date alike.
    """
    cell = digest(line_item, score.user_id)
    given = score.score_given or 0.0
    first = inserted_once(
        session,
        SentScore,
        cell=cell,
        line_item=line_item,
        user_id=score.user_id,
        key=key,
        happened_at=score.timestamp,
        given=given,
        timestamp=score.timestamp,
    )
    last = session.scalars(select(SentScore).where(SentScore.cell == cell).with_for_update()).one()
    if first or last.key == key:
        return replace(score, timestamp=last.timestamp)
    if (score.timestamp, given) < (last.happened_at, last.given):
        return None
    later = score.sent_after(last.timestamp, product)
    last.key, last.happened_at, last.given = key, score.timestamp, given
    last.timestamp = later.timestamp
    return later


def _line_item(session: Session, course_id: UUID) -> str | None:
    return session.scalar(
        select(ResourceLink.lineitem_url)
        .where(ResourceLink.course_id == course_id, ResourceLink.lineitem_url.is_not(None))
        .order_by(ResourceLink.created_at, ResourceLink.id)
        .limit(1)
    )
