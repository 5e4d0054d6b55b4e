"""What the gradebook is owed: that check-ins took place. Never a judgement of anybody."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti import claims
from plugin.checkins.model import CheckIn
from plugin.checkins.rules import State, score_given
from plugin.courses.model import Course, ResourceLink
from plugin.foundation.outbox import owe
from plugin.people.service import account_of
from plugin.platforms.model import RegistrationRow
from plugin.programmes.checkpoints import standing
from plugin.programmes.model import Checkpoint, Programme

SCORE = "score"


def owe_score(session: Session, event_id: UUID, checkin: CheckIn, *, at: datetime) -> None:
    """Owe the mentee's platform a score; only the newest of a course and a person counts.

    Nothing is owed where the platform keeps no gradebook for us.
    """
    programme_id = session.get_one(Checkpoint, checkin.checkpoint_id).programme_id
    course = session.get_one(Course, session.get_one(Programme, programme_id).course_id)
    if claims.SCOPE_SCORE not in course.service_scopes:
        return
    issuer = session.get_one(RegistrationRow, course.registration_id).issuer
    account = account_of(session, checkin.mentee_id, home=issuer)
    line_item = _line_item(session, course.id)
    if account is None or not (line_item or course.lineitems_url):
        return
    given = score_given(
        held=_held(session, programme_id, checkin.mentee_id),
        expected=len(standing(session, programme_id)) or 1,
    )
    owe(
        session,
        SCORE,
        key=str(event_id),
        lane=f"{course.id}:{checkin.mentee_id}",
        payload={
            "course_id": str(course.id),
            "line_item": line_item,
            "user_id": account[1],
            "given": given,
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


def _line_item(session: Session, course_id: UUID) -> str | None:
    return session.scalar(
        select(ResourceLink.lineitem_url)
        .where(ResourceLink.course_id == course_id, ResourceLink.lineitem_url.is_not(None))
        .order_by(ResourceLink.created_at, ResourceLink.id)
        .limit(1)
    )
