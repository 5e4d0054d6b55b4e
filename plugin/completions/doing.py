"""Doing what completions call for: check-ins open, or are taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from plugin.checkins import service as checkins
from plugin.checkins.model import CheckIn
from plugin.checkins.opening import Opening, open_each
from plugin.checkins.rules import State
from plugin.completions.model import CompletionRow, Reason, Status
from plugin.completions.understanding import Understood
from plugin.pairings.model import Pairing
from plugin.programmes.model import Checkpoint, Part, Participation

Outcome = tuple[Status, Reason | None]
Cause = tuple[UUID, UUID]
"""(checkpoint, person): there is one check-in of it."""


def done_each(
    session: Session,
    rows: Sequence[CompletionRow],
    several: Sequence[Understood],
    *,
    now: datetime,
) -> list[Outcome]:
    """Do what completions call for, one after the other as they happened; return what that was.

    What is there already is asked for once, for all of them, and what they open is opened together.
    """
    doing = _Doing(session, several, now=now)
    for row, known in zip(rows, several, strict=True):
        doing.do(row, known)
    doing.open()
    return [doing.outcomes[row.id] for row in rows]


class _Doing:
    def __init__(self, session: Session, several: Sequence[Understood], *, now: datetime) -> None:
        self.outcomes: dict[UUID, Outcome] = {}
        self._session = session
        self._now = now
        self._opening: dict[Cause, tuple[CompletionRow, Opening]] = {}
        self._waiting: dict[Cause, list[CompletionRow]] = {}
        self._there = There(session, several)

    def do(self, row: CompletionRow, known: Understood) -> None:
        """Do what a completion calls for, but for opening a check-in."""
        if known.status is not None or known.person_id is None or known.checkpoint is None:
            outcome = known.status or Status.COUNTED, known.reason
        elif row.state == "uncompleted":
            outcome = self._take_back(row, (known.checkpoint.id, known.person_id))
        else:
            outcome = self._to_open(row, known.checkpoint, known.person_id)
        self.outcomes[row.id] = outcome

    def open(self) -> None:
        """Open what is to be opened."""
        several = list(self._opening.items())
        self._opening.clear()
        opened = open_each(self._session, [opening for _, (_, opening) in several], now=self._now)
        for (cause, (row, _)), checkin in zip(several, opened, strict=True):
            if checkin is None:  # somebody else was quicker
                self.outcomes[row.id] = Status.COUNTED, Reason.OPEN_ALREADY
            else:
                self._there.checkins[cause] = checkin

    def _to_open(self, row: CompletionRow, checkpoint: Checkpoint, person_id: UUID) -> Outcome:
        cause = (checkpoint.id, person_id)
        pairing = self._there.pairing_for(row, checkpoint, person_id)
        if not isinstance(pairing, Pairing):
            if pairing[0] == Status.WAITING:
                self._waiting.setdefault(cause, []).append(row)
            return pairing
        checkin = self._there.checkins.get(cause)
        if cause in self._opening or (checkin is not None and checkin.state != State.WITHDRAWN):
            return Status.COUNTED, Reason.OPEN_ALREADY
        opening = Opening(
            pairing=pairing,
            checkpoint=checkpoint,
            completed_at=row.at,
            source=row.source,
            reference=row.reference,
        )
        self._opening[cause] = row, opening
        return Status.APPLIED, None

    def _take_back(self, row: CompletionRow, cause: Cause) -> Outcome:
        if cause in self._opening:
            self.open()
        self._wait_no_more(row, cause)
        if cause not in self._there.checkins:
            return Status.COUNTED, Reason.TAKEN_BACK
        checkin = checkins.of_checkpoint(self._session, *cause)
        withdrawn = checkins.withdraw(self._session, checkin, taken_back_at=row.at, now=self._now)
        return (Status.APPLIED, None) if withdrawn else (Status.COUNTED, Reason.TAKEN_BACK)

    def _wait_no_more(self, row: CompletionRow, cause: Cause) -> None:
        """Take back completions that still wait for a mentor."""
        for waiting in self._waiting.pop(cause, ()):
            if waiting.at < row.at:
                self.outcomes[waiting.id] = Status.COUNTED, Reason.TAKEN_BACK
        if cause not in self._there.waiting:
            return
        checkpoint_id, person_id = cause
        self._session.execute(
            update(CompletionRow)
            .where(
                CompletionRow.status == Status.WAITING,
                CompletionRow.person_id == person_id,
                CompletionRow.checkpoint_id == checkpoint_id,
                CompletionRow.at < row.at,
            )
            .values(status=Status.COUNTED, reason=Reason.TAKEN_BACK)
        )


class There:
    """What is there about the people and the rules of some completions.

    Attributes:
        mentees: (programme, person) of those who take part.
        pairings: that a mentee has now, by the same.
        taken_back: when something was taken back last, of what was looked at already.
        waiting: of what some completion waits.
    """

    def __init__(self, session: Session, several: Sequence[Understood]) -> None:
        matters = [known for known in several if known.status is None]
        rules = {known.checkpoint for known in matters if known.checkpoint}
        self._session = session
        self._rules = {checkpoint.id for checkpoint in rules}
        self._programmes = {checkpoint.programme_id for checkpoint in rules}
        self._people = {known.person_id for known in matters if known.person_id}
        self.mentees: set[tuple[UUID, UUID]] = set()
        self.pairings: dict[tuple[UUID, UUID], Pairing] = {}
        self.checkins: dict[Cause, CheckIn] = {}
        self.taken_back: dict[Cause, datetime] = {}
        self.waiting: set[Cause] = set()
        if self._rules and self._people:
            self._ask()

    def pairing_for(
        self, row: CompletionRow, checkpoint: Checkpoint, person_id: UUID
    ) -> Pairing | Outcome:
        """Return whose check-in a completion may open, or why it may open none."""
        if (checkpoint.programme_id, person_id) not in self.mentees:
            return Status.WAITING, Reason.NOT_TAKING_PART
        last = self.taken_back.get((checkpoint.id, person_id))
        if last is not None and last > row.at:
            return Status.COUNTED, Reason.TAKEN_BACK
        pairing = self.pairings.get((checkpoint.programme_id, person_id))
        return pairing or (Status.WAITING, Reason.NO_MENTOR_YET)

    def _ask(self) -> None:
        part, scalars = Participation, self._session.scalars
        taking_part = self._session.execute(
            select(part.programme_id, part.person_id).where(
                part.programme_id.in_(self._programmes),
                part.person_id.in_(self._people),
                part.part == Part.MENTEE,
                part.left_at.is_(None),
            )
        )
        self.mentees = {(programme_id, person_id) for programme_id, person_id in taking_part}
        pairings = scalars(
            select(Pairing).where(
                Pairing.programme_id.in_(self._programmes),
                Pairing.mentee_id.in_(self._people),
                Pairing.closed_at.is_(None),
            )
        )
        self.pairings = {(each.programme_id, each.mentee_id): each for each in pairings}
        there = scalars(
            select(CheckIn).where(
                CheckIn.checkpoint_id.in_(self._rules), CheckIn.mentee_id.in_(self._people)
            )
        )
        self.checkins = {(each.checkpoint_id, each.mentee_id): each for each in there}
        self.waiting = set(self._last(CompletionRow.status == Status.WAITING))
        self.taken_back = self._last(
            CompletionRow.state == "uncompleted", CompletionRow.status != Status.NEW
        )

    def _last(self, *those: ColumnElement[bool]) -> dict[Cause, datetime]:
        """Return when the last happened of some completions, by what they call for."""
        told = CompletionRow
        found = self._session.execute(
            select(told.checkpoint_id, told.person_id, func.max(told.at))
            .where(told.checkpoint_id.in_(self._rules), told.person_id.in_(self._people), *those)
            .group_by(told.checkpoint_id, told.person_id)
        )
        return {(rule, person): at for rule, person, at in found if rule and person}
