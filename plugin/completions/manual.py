"""Learners who say themselves that they have finished something, and may take it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lrs_bridge.completion import Completion, PersonKey
from plugin.checkins.model import CheckIn
from plugin.checkins.rules import State
from plugin.completions import inbox, service, sources
from plugin.completions.model import CompletionRow, Reason, SourceKind, Status
from plugin.completions.taking_back import take_back
from plugin.foundation.errors import NotFound, TransitionRefused
from plugin.people.service import accounts_of
from plugin.programmes import checkpoints
from plugin.programmes import service as programmes
from plugin.programmes.model import Checkpoint, Part, Programme

SOURCE = "manual"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finishing:
    """How far a learner is with one thing of their course.

    Attributes:
        checkin: the check-in about it, unless there is none yet or it was withdrawn.
        said: their own word that they have finished, unless they took it back.
    """

    checkpoint: Checkpoint
    checkin: CheckIn | None
    said: CompletionRow | None

    @property
    def may_be_undone(self) -> bool:
        """Whether it is their own word alone, and nobody has acted upon it."""
        if self.said is None:
            return False
        return self.checkin is None or (
            self.said.status == Status.APPLIED
            and self.checkin.state == State.OPEN
            and not self.checkin.booking_sequence
        )


def finishings(session: Session, programme: Programme, person_id: UUID) -> Sequence[Finishing]:
    """Return what a learner of a programme can finish, in the order of its rules.

    Raises:
        NotFound: they do not take part as a learner.
    """
    mentee = programmes.participation(session, programme.id, person_id, Part.MENTEE)
    if mentee is None or mentee.left_at is not None:
        raise NotFound("You take no part as a learner in this course.")
    rules = checkpoints.standing(session, programme.id)
    of_rules = [rule.id for rule in rules]
    opened = {
        checkin.checkpoint_id: checkin
        for checkin in session.scalars(
            select(CheckIn).where(
                CheckIn.checkpoint_id.in_(of_rules),
                CheckIn.mentee_id == person_id,
                CheckIn.state != State.WITHDRAWN,
            )
        )
    }
    said = {
        row.checkpoint_id: row
        for row in session.scalars(
            select(CompletionRow).where(
                CompletionRow.checkpoint_id.in_(of_rules),
                CompletionRow.person_id == person_id,
                CompletionRow.source == SOURCE,
                CompletionRow.status.in_((Status.APPLIED, Status.WAITING)),
            )
        )
    }
    return [
        Finishing(checkpoint=rule, checkin=opened.get(rule.id), said=said.get(rule.id))
        for rule in rules
    ]


def finish(
    session: Session,
    programme: Programme,
    checkpoint_id: UUID,
    person_id: UUID,
    *,
    now: datetime,
    cutoff_days: int,
) -> Finishing:
    """Take a learner's word that they have finished; saying it twice is saying it once."""
    before = _one(session, programme, checkpoint_id, person_id)
    if before.said is not None or before.checkin is not None:
        return before
    completion = _completion(session, before.checkpoint, person_id, now)
    received = inbox.receive(session, [completion], came_by=SourceKind.MANUAL, now=now)
    if received.new:
        row = session.scalars(
            select(CompletionRow).where(
                CompletionRow.source == SOURCE,
                CompletionRow.source_event_id == completion.source_event_id,
            )
        ).one()
        service.look_at(session, [row], now=now, cutoff_days=cutoff_days)
        session.flush()
        source = sources.of_itself(session, SourceKind.MANUAL, SOURCE, now=now)
        sources.brought(session, source, received, now=now)
    return _one(session, programme, checkpoint_id, person_id)


def undo(
    session: Session, programme: Programme, checkpoint_id: UUID, person_id: UUID, *, now: datetime
) -> None:
    """Take back what a learner said.

    Raises:
        TransitionRefused: the check-in that it opened was touched already.
    """
    finishing = _one(session, programme, checkpoint_id, person_id)
    if finishing.said is None:
        return
    if not take_back(session, finishing.said, now=now, as_if_never=True):
        raise TransitionRefused("A time was agreed already. Call it off in the check-in first.")


def _one(session: Session, programme: Programme, checkpoint_id: UUID, person_id: UUID) -> Finishing:
    for each in finishings(session, programme, person_id):
        if each.checkpoint.id == checkpoint_id:
            return each
    raise NotFound("There is no such rule in this course.")


def _completion(
    session: Session, checkpoint: Checkpoint, person_id: UUID, now: datetime
) -> Completion:
    times = session.scalar(
        select(func.count()).where(
            CompletionRow.checkpoint_id == checkpoint.id,
            CompletionRow.person_id == person_id,
            CompletionRow.source == SOURCE,
            CompletionRow.reason == Reason.TAKEN_BACK,
        )
    )
    is_course = checkpoint.kind == "course"
    return Completion(
        organisation_id=checkpoint.organisation_id,
        source=SOURCE,
        source_event_id=f"{checkpoint.id}:{person_id}:{times}",
        person_keys=tuple(
            PersonKey.account(home, name) for home, name in sorted(accounts_of(session, person_id))
        ),
        course_key=checkpoint.iri if is_course else None,
        module_key=None if is_course else checkpoint.iri,
        kind="course" if is_course else "module",
        state="completed",
        at=now,
    )
