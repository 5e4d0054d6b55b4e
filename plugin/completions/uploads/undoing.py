"""Taking an upload back: what it brought is forgotten, unless somebody has acted upon it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from plugin.checkins.rules import State as CheckInState
from plugin.checkins.service import of_checkpoint
from plugin.completions import observing, waiting
from plugin.completions.model import CompletionRow, Status
from plugin.completions.taking_back import take_back
from plugin.completions.uploads.model import Outcome, Undone, Upload, UploadLine
from plugin.completions.waiting_model import What


def undo_some(session: Session, upload: Upload, *, limit: int, now: datetime) -> int:
    """Take back some of what an upload brought; return how many rows that were.

    Those that opened nothing come first: of two rows that say the same of one person, it is not
    the other that lets the check-in stay.
    """
    found = session.execute(
        select(UploadLine, CompletionRow)
        .join(CompletionRow, CompletionRow.id == UploadLine.completion_id)
        .where(
            UploadLine.upload_id == upload.id,
            UploadLine.outcome == Outcome.BROUGHT,
            UploadLine.undone.is_(None),
        )
        .order_by(CompletionRow.status == Status.APPLIED, UploadLine.line)
        .limit(limit)
        .with_for_update(of=CompletionRow)
    ).all()
    waited = [row for _, row in found if row.status == Status.WAITING]
    for line, row in found:
        line.undone = _taken_back(session, row, now)
        if line.undone not in (Undone.STAYS, Undone.STAYS_TAKEN_BACK):
            observing.no_longer_so(session, [row], now=now)
            line.completion_id = None
            session.flush()
            session.delete(row)
            session.flush()
    waiting.no_longer(session, What.PERSON, {row.person_digest for row in waited})
    courses = {row.course_digest for row in waited if row.course_digest}
    waiting.no_longer(session, What.COURSE, courses)
    upload.progress = min(99, _share(session, upload))
    return len(found)


def _taken_back(session: Session, row: CompletionRow, now: datetime) -> Undone:
    if row.status != Status.APPLIED or row.checkpoint_id is None or row.person_id is None:
        return Undone.FORGOTTEN
    if row.state == "uncompleted":
        return Undone.STAYS_TAKEN_BACK
    checkin = of_checkpoint(session, row.checkpoint_id, row.person_id)
    if checkin.state == CheckInState.WITHDRAWN:
        return Undone.WITHDRAWN  # somebody took it back before
    if not take_back(session, row, now=now, as_if_never=True):
        return Undone.STAYS
    if checkin.state == CheckInState.WITHDRAWN:
        return Undone.WITHDRAWN
    return Undone.TOLD_ELSEWHERE


def _share(session: Session, upload: Upload) -> int:
    """Return how much is taken back, in per cent."""
    session.flush()
    total, done = session.execute(
        select(func.count(UploadLine.id), func.count(UploadLine.undone)).where(
            UploadLine.upload_id == upload.id, UploadLine.outcome == Outcome.BROUGHT
        )
    ).one()
    return int(100 * done // max(total, 1))
