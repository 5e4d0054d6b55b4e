"""Understanding completions and opening check-ins for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from lrs_bridge.completion import same_place
from plugin.checkins import service as checkins
from plugin.completions import waiting
from plugin.completions.events import CompletionObserved
from plugin.completions.model import XAPI, CompletionRow, Reason, Status
from plugin.courses import service as courses
from plugin.courses.model import CourseActivity, ResourceLink
from plugin.courses.service import activity_at
from plugin.foundation.errors import NotFound
from plugin.foundation.events import happened
from plugin.pairings.events import PairingMade
from plugin.pairings.service import open_pairing
from plugin.people import identifiers
from plugin.people.rules import Resolution
from plugin.programmes.model import Checkpoint, Part, Programme
from plugin.programmes.service import participation

COMPLETE = frozenset({"completed", "passed"})
CLOCKS_DIFFER = timedelta(minutes=2)
"""How far a platform's clock may be behind ours before a completion counts as older."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What a completion means here, before anything is done about it.

    Attributes:
        activity: what was completed, if it is known.
        status, reason: what becomes of it; a status of None: a check-in opens, or is taken back.
    """

    whose: Resolution
    activity: CourseActivity | None
    checkpoint: Checkpoint | None
    status: Status | None
    reason: Reason | None

    @property
    def person_id(self) -> UUID | None:
        """Whose it is, if that is known."""
        return self.whose.person_id


def apply(session: Session, completion_id: UUID, *, now: datetime, cutoff_days: int) -> Status:
    """Look at one completion and do what it calls for; doing it twice is doing it once."""
    row = session.get_one(CompletionRow, completion_id, with_for_update=True)
    if row.status == Status.NEW:
        look_at(session, row, now=now, cutoff_days=cutoff_days)
    return Status(row.status)


def look_at(session: Session, row: CompletionRow, *, now: datetime, cutoff_days: int) -> None:
    """Do what a completion calls for, and write down what that was."""
    known = understood(session, row, now=now, cutoff_days=cutoff_days)
    row.person_id = known.person_id
    row.checkpoint_id = known.checkpoint.id if known.checkpoint else None
    row.status, row.reason = _done(session, row, known, now)
    _observed(session, row, known)
    waiting.noted(session, row)
    if known.activity is None and row.kind == "module" and row.course_iri and row.module_iri:
        courses.module_seen(
            session,
            row.course_iri,
            row.module_iri,
            name=row.module_name,
            now=row.received_at,
        )


def understood(
    session: Session, row: CompletionRow, *, now: datetime, cutoff_days: int
) -> Understood:
    """Return what a completion means; nothing is changed by asking."""
    keys = [(scheme, home, value) for scheme, home, value in row.person_keys]
    whose = identifiers.whose(session, keys)
    activity, checkpoint = _place(session, row)
    status, reason = _reason_to_leave(session, row, whose, activity, checkpoint, now, cutoff_days)
    return Understood(
        whose=whose, activity=activity, checkpoint=checkpoint, status=status, reason=reason
    )


def _reason_to_leave(
    session: Session,
    row: CompletionRow,
    whose: Resolution,
    activity: CourseActivity | None,
    checkpoint: Checkpoint | None,
    now: datetime,
    cutoff_days: int,
) -> tuple[Status | None, Reason | None]:
    """Return why nothing opens and nothing is taken back; (None, None) if something may."""
    if activity is None and not _is_known(session, row.course_iri):
        return Status.WAITING, Reason.COURSE_UNKNOWN
    if activity is not None and _is_our_own(session, row, activity):
        return Status.COUNTED, Reason.OWN_ITEM
    if checkpoint is None:
        return Status.COUNTED, Reason.NO_CHECKPOINT
    if whose.rivals:
        return Status.WAITING, Reason.PERSON_AMBIGUOUS
    if whose.person_id is None:
        return Status.WAITING, Reason.PERSON_UNKNOWN
    if row.at < checkpoint.created_at - CLOCKS_DIFFER:
        return Status.COUNTED, Reason.BEFORE_CHECKPOINT
    if row.at < now - timedelta(days=cutoff_days):
        return Status.COUNTED, Reason.TOO_OLD
    if row.state != "uncompleted" and row.state not in COMPLETE:
        return Status.COUNTED, Reason.NOT_PASSED
    return None, None


def _done(
    session: Session, row: CompletionRow, known: Understood, now: datetime
) -> tuple[Status, Reason | None]:
    if known.status is not None or known.person_id is None or known.checkpoint is None:
        return known.status or Status.COUNTED, known.reason
    if row.state == "uncompleted":
        return _taken_back(session, row, known.checkpoint, known.person_id, now)
    return _opened(session, row, known.checkpoint, known.person_id, now)


def _observed(session: Session, row: CompletionRow, known: Understood) -> None:
    """Say once that somebody completed something, unless a learning record of the LMS does."""
    if row.observed or row.came_by in XAPI or row.state not in COMPLETE:
        return
    if known.person_id is None or known.activity is None or row.reason == Reason.OWN_ITEM:
        return
    row.observed = True
    happened(
        session,
        CompletionObserved(
            at=row.at,
            subject_id=row.id,
            actor_id=known.person_id,
            course_id=known.activity.course_id,
            activity=known.activity.iri,
            of=row.kind,
            state=row.state,
            source=row.came_by,
        ),
    )


def _place(session: Session, row: CompletionRow) -> tuple[CourseActivity | None, Checkpoint | None]:
    """Return what was completed as we know it, and the rule that stands about it."""
    iri = row.module_iri if row.kind == "module" else row.course_iri
    if iri is None:
        return None, None
    rule = and_(Checkpoint.programme_id == Programme.id, Checkpoint.retired_at.is_(None))
    same = or_(  # a course has several IRIs, and one rule
        Checkpoint.place == CourseActivity.place,
        and_(Checkpoint.kind == "course", CourseActivity.kind == "course"),
    )
    first = session.execute(
        select(CourseActivity, Checkpoint)
        # A rule counts in the course that the place belongs to.
        .outerjoin(Programme, Programme.course_id == CourseActivity.course_id)
        .outerjoin(Checkpoint, and_(rule, same))
        .where(CourseActivity.place == same_place(iri), CourseActivity.contested.is_(False))
    ).first()
    return (first[0], first[1]) if first else (None, None)


def _is_known(session: Session, course_iri: str | None) -> bool:
    return course_iri is not None and activity_at(session, course_iri) is not None


def _is_our_own(session: Session, row: CompletionRow, activity: CourseActivity) -> bool:
    """Tell whether the module is an item of ours: an LTI item called as one of ours is.

    An LMS does not say which tool its item opens, and calls it by other numbers in its learning
    records than in launches; but it tells the item's title in both.
    """
    if not row.lti_item_names:
        return False
    ours = select(ResourceLink.id).where(
        ResourceLink.course_id == activity.course_id,
        ResourceLink.title.in_(row.lti_item_names),
    )
    return session.scalar(ours.limit(1)) is not None


def _opened(
    session: Session, row: CompletionRow, checkpoint: Checkpoint, person_id: UUID, now: datetime
) -> tuple[Status, Reason | None]:
    mentee = participation(session, checkpoint.programme_id, person_id, Part.MENTEE)
    if mentee is None or mentee.left_at is not None:
        return Status.WAITING, Reason.NOT_TAKING_PART
    if _was_taken_back(session, row, checkpoint.id, person_id):
        return Status.COUNTED, Reason.TAKEN_BACK
    pairing = open_pairing(session, checkpoint.programme_id, person_id)
    if pairing is None:
        return Status.WAITING, Reason.NO_MENTOR_YET
    checkin = checkins.open_once(
        session,
        pairing,
        checkpoint,
        completed_at=row.at,
        source=row.source,
        reference=row.reference,
        now=now,
    )
    if checkin is None:
        return Status.COUNTED, Reason.OPEN_ALREADY
    return Status.APPLIED, None


def _was_taken_back(
    session: Session, row: CompletionRow, checkpoint_id: UUID, person_id: UUID
) -> bool:
    """Tell whether a later word, which was looked at before this one, took it back."""
    later = select(CompletionRow.id).where(
        CompletionRow.checkpoint_id == checkpoint_id,
        CompletionRow.person_id == person_id,
        CompletionRow.state == "uncompleted",
        CompletionRow.at > row.at,
        CompletionRow.status != Status.NEW,
    )
    return session.scalar(later.limit(1)) is not None


def _taken_back(
    session: Session, row: CompletionRow, checkpoint: Checkpoint, person_id: UUID, now: datetime
) -> tuple[Status, Reason | None]:
    # A completion that still waits for a mentor is taken back as well.
    session.execute(
        update(CompletionRow)
        .where(
            CompletionRow.status == Status.WAITING,
            CompletionRow.person_id == person_id,
            CompletionRow.checkpoint_id == checkpoint.id,
            CompletionRow.at < row.at,
        )
        .values(status=Status.COUNTED, reason=Reason.TAKEN_BACK)
    )
    try:
        checkin = checkins.of_checkpoint(session, checkpoint.id, person_id)
    except NotFound:
        return Status.COUNTED, Reason.TAKEN_BACK
    withdrawn = checkins.withdraw(session, checkin, taken_back_at=row.at, now=now)
    return (Status.APPLIED, None) if withdrawn else (Status.COUNTED, Reason.TAKEN_BACK)


def take_back(session: Session, row: CompletionRow, *, now: datetime) -> bool:
    """Take back one completion, as if its source had never told of it.

    False, and nothing changes, if somebody has acted upon the check-in that it opened. A check-in
    that another completion would have opened as well stays.
    """
    if row.status == Status.APPLIED and row.person_id and row.checkpoint_id:
        checkin = checkins.of_checkpoint(session, row.checkpoint_id, row.person_id)
        is_its_own = checkin.completed_at == row.at and not _is_said_elsewhere(session, row)
        moment = max(now, row.at + timedelta(microseconds=1))
        if is_its_own and not checkins.withdraw(session, checkin, taken_back_at=moment, now=now):
            return False
    row.status, row.reason = Status.COUNTED, Reason.TAKEN_BACK
    session.flush()
    return True


def _is_said_elsewhere(session: Session, row: CompletionRow) -> bool:
    """Tell whether another completion says the same of the same person."""
    others = select(CompletionRow.id).where(
        CompletionRow.checkpoint_id == row.checkpoint_id,
        CompletionRow.person_id == row.person_id,
        CompletionRow.id != row.id,
        CompletionRow.reason == Reason.OPEN_ALREADY,
    )
    return session.scalar(others.limit(1)) is not None


def on_pairing_made(session: Session, _event_id: UUID, event: PairingMade) -> None:
    """Look again at what the mentee completed before they had a mentor."""
    rules = select(Checkpoint.id).where(Checkpoint.programme_id == event.programme_id)
    _look_again(
        session,
        CompletionRow.reason.in_((Reason.NO_MENTOR_YET, Reason.NOT_TAKING_PART)),
        CompletionRow.person_id == event.mentee_id,
        CompletionRow.checkpoint_id.in_(rules),
    )


def _look_again(session: Session, *those: ColumnElement[bool]) -> None:
    session.execute(
        update(CompletionRow)
        .where(CompletionRow.status == Status.WAITING, *those)
        .values(status=Status.NEW, reason=None)
    )


def look_again_at_recent(session: Session, *, now: datetime) -> None:
    """Look again at what came within the hour and waits.

    On PostgreSQL a completion may be looked at while the join that it needs is not committed yet,
    and the join cannot see the completion; this closes that gap. A course that was not known then
    had no rules either, and a platform tells of all its courses: those are left to wait.
    """
    _look_again(
        session,
        CompletionRow.reason != Reason.COURSE_UNKNOWN,
        CompletionRow.received_at > now - timedelta(hours=1),
    )
