"""Reading measures: one aggregate query each, in a reading transaction."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import case, distinct, exists, func, select
from sqlalchemy.orm import Session

from plugin.checkins.model import CheckIn, Feedback
from plugin.checkins.rules import State
from plugin.completions.model import CompletionRow
from plugin.completions.understanding import COMPLETE
from plugin.pairings.model import Pairing
from plugin.programmes.model import Checkpoint, Programme
from plugin.reports.measures import FunnelCounts


def funnel(session: Session, course_id: UUID) -> FunnelCounts:
    """Return how many learners of a course completed, were matched, met, looked back.

    Completed: what a rule is about. Matched: had a mentor at some time. Met: held the check-in of
    what they completed. Reflected: both of the two gave feedback on it.
    """
    learner = CompletionRow.person_id
    matched = exists().where(
        Pairing.programme_id == Checkpoint.programme_id, Pairing.mentee_id == learner
    )
    held = exists().where(
        CheckIn.checkpoint_id == CompletionRow.checkpoint_id,
        CheckIn.mentee_id == learner,
        CheckIn.state == State.HELD,
    )
    looked_back = (
        select(func.count())
        .select_from(Feedback)
        .join(CheckIn, CheckIn.id == Feedback.checkin_id)
        .where(
            CheckIn.checkpoint_id == CompletionRow.checkpoint_id,
            CheckIn.mentee_id == learner,
        )
        .correlate(CompletionRow)
        .scalar_subquery()
    )
    row = session.execute(
        select(
            func.count(distinct(learner)),
            func.count(distinct(case((matched, learner)))),
            func.count(distinct(case((matched & held, learner)))),
            func.count(distinct(case((matched & held & (looked_back >= 2), learner)))),
        )
        .join(Checkpoint, Checkpoint.id == CompletionRow.checkpoint_id)
        .join(Programme, Programme.id == Checkpoint.programme_id)
        .where(Programme.course_id == course_id, CompletionRow.state.in_(COMPLETE))
    ).one()
    return FunnelCounts(completed=row[0], matched=row[1], met=row[2], reflected=row[3])
