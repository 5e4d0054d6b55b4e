"""Taking back that somebody said who a person is, or which course it is.

What was said is taken back at once. What had come of it may be a year of completions of a whole
course: it is owed, and looked at a batch a transaction, the first by whoever asks for it. Each
batch begins by locking the binding and ends by writing down how far it came, so that nothing is
taken back twice, or forgotten, by two workers or by one that is killed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from plugin.checkins import service as checkins
from plugin.checkins.model import CheckIn
from plugin.completions import observing, waiting
from plugin.completions.model import CompletionRow, Reason, Status
from plugin.completions.waiting_model import Binding, What
from plugin.courses.binding import unbound_activity
from plugin.courses.service import activities_at
from plugin.foundation.clock import Clock
from plugin.foundation.db import Database
from plugin.foundation.errors import NotFound
from plugin.foundation.outbox import LeasedDebt, Outcome, Postponed, Settled, owe, prolong
from plugin.people import bindings

KIND = "unbinding"
"""What is owed for a binding that is undone: its next completions."""
BATCH = 200
"""Completions a transaction."""
SLICE = 2_000
"""Completions a turn; between two, the worker looks after everything else."""
JUST_AFTER = timedelta(microseconds=1)
NOT_BEGUN_AGAIN = (Reason.TAKEN_BACK, Reason.SO_BEFORE)
"""What its source took back, or only ever counted."""


def undo(session: Session, id: UUID, *, by: UUID | None, now: datetime) -> Binding:
    """Take a binding back, and owe what follows: what it had opened and nobody has touched is
    withdrawn, and waits again.

    Raises:
        NotFound: there is no such binding.
    """
    binding = session.get(Binding, id, with_for_update=True)
    if binding is None:
        raise NotFound("There is no such assignment.")
    if binding.undone_at is not None:
        return binding
    if binding.what == What.PERSON:
        bindings.unbound(session, [UUID(each) for each in binding.added])
        bindings.set_aside_no_more(session, [UUID(each) for each in binding.set_aside])
    elif binding.iri is not None and binding.course_id is not None:
        unbound_activity(
            session,
            binding.course_id,
            iri=binding.iri,
            before=binding.added,
            binding_id=binding.id,
        )
    binding.undone_at, binding.undone_by = now, by
    theirs = waiting.named_by(What(binding.what)) == binding.digest
    binding.undo_total = session.scalar(select(func.count(CompletionRow.id)).where(theirs)) or 0
    _owe_next(session, binding, now=now)
    return binding


def undo_first(session: Session, id: UUID, *, now: datetime) -> bool:
    """Look at what comes first, in a transaction of its own: in that of `undo` it might wait for a
    worker that waits for what is taken back. True: that was all.
    """
    binding = session.get_one(Binding, id, with_for_update=True)
    if binding.undo_ended_at is None and binding.undo_at is None:
        undo_some(session, binding, now=now)
    return binding.undo_ended_at is not None


def _owe_next(session: Session, binding: Binding, *, now: datetime) -> None:
    key = f"{binding.id}:{binding.undo_done}"
    owe(session, KIND, key=key, payload={"binding_id": str(binding.id)}, now=now)


class UnbindingDelivery:
    """Does a slice of what is left to take back."""

    def __init__(self, database: Database, clock: Clock, *, lease: int) -> None:
        self._database = database
        self._clock = clock
        self._lease = lease

    def __call__(self, debt: LeasedDebt) -> Settled | Postponed:
        """Do a slice; the next is owed by then."""
        for number in range(1, SLICE // BATCH + 1):
            with self._database.transaction(debt.organisation_id) as session:
                id = UUID(debt.payload["binding_id"])
                binding = session.get(Binding, id, with_for_update=True)
                now = self._clock()
                if binding is None or binding.undone_at is None or binding.undo_ended_at:
                    return Settled(outcome=Outcome.SUPERSEDED)
                if not prolong(session, debt, now=now, lease=self._lease):
                    return Postponed(problem="lease-lost")
                if undo_some(session, binding, now=now):
                    break
                if number == SLICE // BATCH:
                    _owe_next(session, binding, now=now)
        return Settled()


def undo_some(session: Session, binding: Binding, *, now: datetime) -> bool:
    """Let the worker look again at some of what came of a binding, but for what people have
    touched; True: that was the last of it.
    """
    rows = session.scalars(_left(binding)).all()
    stays = _known_otherwise(session, binding, rows)
    for row in rows:
        if row.id not in stays and _is_its_doing(binding, row):
            _reopen(session, binding, row, now=now)
    if rows:
        binding.undo_at, binding.undo_id = rows[-1].at, rows[-1].id
    binding.undo_done += len(rows)
    is_last = len(rows) < BATCH
    if is_last:
        binding.undo_ended_at = now
    return is_last


def _left(binding: Binding) -> Select[CompletionRow]:
    """Return the next completions of a binding, as they happened.

    Those that a worker looks at just now are waited for: it may still go by what was said.
    """
    those = select(CompletionRow).where(waiting.named_by(What(binding.what)) == binding.digest)
    at, id = binding.undo_at, binding.undo_id
    if at is not None:
        further = or_(CompletionRow.at > at, CompletionRow.id > id)
        those = those.where(CompletionRow.at >= at, further)
    return (
        those.order_by(CompletionRow.at, CompletionRow.id)
        .limit(BATCH)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _is_its_doing(binding: Binding, row: CompletionRow) -> bool:
    if row.status == Status.NEW or row.reason in NOT_BEGUN_AGAIN:
        return False
    return binding.what != What.PERSON or row.person_id in (None, binding.person_id)


def _known_otherwise(
    session: Session, binding: Binding, rows: Sequence[CompletionRow]
) -> set[UUID]:
    """Return which completions still mean what they meant: a launch has told the same, say."""
    if binding.what != What.COURSE:
        return set()
    named = {
        row.id: (row.course_iri, row.module_iri if row.kind == "module" else None) for row in rows
    }
    iris = {iri for several in named.values() for iri in several if iri}
    known = activities_at(session, iris)
    here = {iri for iri, activity in known.items() if activity.course_id == binding.course_id}
    return {id for id, several in named.items() if here.intersection(several)}


def _reopen(session: Session, binding: Binding, row: CompletionRow, *, now: datetime) -> None:
    if row.status == Status.APPLIED and not _withdrawn(session, binding, row, now=now):
        return
    observing.no_longer_so(session, [row], now=now)
    row.status, row.reason = Status.NEW, None
    row.person_id = row.checkpoint_id = None


def _withdrawn(session: Session, binding: Binding, row: CompletionRow, *, now: datetime) -> bool:
    """Take back the check-in that a completion opened, unless another completion of theirs says the
    same; False if somebody has touched it.
    """
    if row.checkpoint_id is None or row.person_id is None:
        return True
    try:
        checkin = checkins.of_checkpoint(session, row.checkpoint_id, row.person_id)
    except NotFound:
        return True
    if _is_said_elsewhere(session, binding, checkin):
        return True
    moment = max(now, row.at + JUST_AFTER)
    # Should it be theirs after all, the same completion opens it again.
    return checkins.withdraw(session, checkin, taken_back_at=moment, now=now, as_if_never=True)


def _is_said_elsewhere(session: Session, binding: Binding, checkin: CheckIn) -> bool:
    """Tell whether a completion that came without this binding says the same."""
    others = select(CompletionRow.id).where(
        CompletionRow.checkpoint_id == checkin.checkpoint_id,
        CompletionRow.person_id == checkin.mentee_id,
        waiting.named_by(What(binding.what)).is_distinct_from(binding.digest),
        or_(
            CompletionRow.reason == Reason.OPEN_ALREADY,
            and_(CompletionRow.status == Status.APPLIED, CompletionRow.at == checkin.completed_at),
        ),
    )
    return session.scalar(others.limit(1)) is not None
