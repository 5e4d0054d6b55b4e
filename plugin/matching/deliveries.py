"""What the worker does for a draft: finding its pairs; making them pairings, a batch at a time.

Killed anywhere, either is simply taken again. A draft's pairs are written in one transaction, and
only while nobody else has: there are never two sets. Nothing is held while the engine works.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from plugin.foundation.clock import Clock
from plugin.foundation.db import AWAY, Database
from plugin.foundation.outbox import LeasedDebt, Outcome, Postponed, Settled, prolong
from plugin.matching.drafts import DRAFTING
from plugin.matching.earlier import Earlier, earlier_of
from plugin.matching.engine.errors import MatchingError
from plugin.matching.engine.process import task_of
from plugin.matching.engine.reading import rules_from_json
from plugin.matching.engine.results import Origin
from plugin.matching.model import Draft, DraftPair, DraftState, DraftUnmatched
from plugin.matching.people import People, people_of
from plugin.matching.publishing import PUBLISHING, publish_some
from plugin.matching.reasons import Reason, reasons_of
from plugin.matching.solving import EngineDied, EngineFailed, Solve, in_a_process
from plugin.matching.wording import PROBLEMS
from plugin.programmes.model import Programme

__all__ = ["DRAFTING", "PUBLISHING", "DraftDelivery", "PublishDelivery"]

log = structlog.get_logger()

MOST_ATTEMPTS = 3
"""A draft whose workers died so often is given up: the next one would die of it too."""
MEASURED = ("before", "after", "total", "bound", "gap", "floor")
"""What of a solution are statistics."""
READ, SOLVED = 5, 90
"""Per cent done when the people are read, and when the pairs are found."""
TOO_LARGE = (
    "The matching was stopped several times before it was done. The programme may need more memory "
    "than there is: ask whoever runs Mentes."
)
OUR_FAULT = "Something went wrong on our side. Make the draft again; if it stays, tell us."

Json = dict[str, Any]


class LeaseLost(Exception):
    """Another worker has the debt: we took too long to say that we are at it."""


class PutAway(Exception):
    """The draft was discarded, or is made already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """What one draft needs, read in one moment."""

    people: People
    earlier: Earlier
    task: Json

    @property
    def digest(self) -> str:
        """Return what tells whether the engine saw the same people."""
        seen = {key: self.task[key] for key in ("mentees", "mentors", "accepted", "proposed")}
        return hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()


class DraftDelivery:
    """Finds the pairs of drafts."""

    def __init__(
        self, database: Database, clock: Clock, *, lease: int, solve: Solve = in_a_process
    ) -> None:
        self._database = database
        self._clock = clock
        self._lease = lease
        self._solve = solve

    def __call__(self, debt: LeasedDebt) -> Settled | Postponed:
        """Find the pairs that `debt` asks for, and write them down."""
        if debt.attempts > MOST_ATTEMPTS:
            return self._failed(debt, TOO_LARGE, Outcome.GIVEN_UP, "engine-died")
        try:
            return self._drafted(debt)
        except EngineDied:
            return Postponed(problem="engine-died")
        except LeaseLost:  # another worker thought us dead, and has the debt now
            return Postponed(problem="lease-lost")
        except MatchingError as error:
            texts = (PROBLEMS.get(each.slug, each.text) for each in error.problems)
            text = " ".join(dict.fromkeys(texts))
            return self._failed(debt, text, Outcome.DELIVERED, "not-usable")
        except EngineFailed as error:
            return self._failed(debt, OUR_FAULT, Outcome.GIVEN_UP, f"internal ({error})")
        except AWAY:
            raise
        except Exception as error:
            log.error("draft.failed", exc_info=True)
            problem = f"internal ({type(error).__name__})"
            return self._failed(debt, OUR_FAULT, Outcome.GIVEN_UP, problem)

    def _drafted(self, debt: LeasedDebt) -> Settled:
        try:
            self._beat(debt, "reading", 0)
            with self._database.reading(debt.organisation_id) as session:
                work = _work(session, session.get_one(Draft, _draft_id(debt)))
            solution = self._solve(
                work.task,
                lambda stage, part: self._beat(debt, stage, READ + round((SOLVED - READ) * part)),
            )
            reasons = _reasons(work, solution)
            self._beat(debt, "writing", SOLVED)
        except PutAway:
            return Settled(outcome=Outcome.SUPERSEDED)
        with self._database.transaction(debt.organisation_id) as session:
            draft = session.get_one(Draft, _draft_id(debt), with_for_update=True)
            if draft.state == DraftState.RUNNING:
                _write(session, draft, work, solution, reasons, self._clock())
        return Settled()

    def _beat(self, debt: LeasedDebt, stage: str | None, percent: int) -> None:
        """Hold the debt for another while, and say how far the draft is.

        Raises:
            LeaseLost: the debt is somebody else's by now.
            PutAway: the draft is not to be made any more.
        """
        said = {"state": DraftState.RUNNING, "progress": percent}
        with self._database.transaction(debt.organisation_id) as session:
            if not prolong(session, debt, now=self._clock(), lease=self._lease):
                raise LeaseLost
            if not _changed(session, debt, {**said, "stage": stage} if stage else said):
                raise PutAway

    def _failed(self, debt: LeasedDebt, text: str, outcome: Outcome, problem: str) -> Settled:
        """Tell the instructor that there will be no such draft, and the operator why."""
        failed = {"state": DraftState.FAILED, "problem": text, "ended_at": self._clock()}
        with self._database.transaction(debt.organisation_id) as session:
            _changed(session, debt, failed)
        return Settled(outcome=outcome, problem=problem)


class PublishDelivery:
    """Makes pairings of the pairs of published drafts."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def __call__(self, debt: LeasedDebt) -> Settled:
        """Make the next pairings of the draft; the rest is owed in the same transaction."""
        with self._database.transaction(debt.organisation_id) as session:
            publish_some(session, _draft_id(debt), now=self._clock())
        return Settled()


def _draft_id(debt: LeasedDebt) -> UUID:
    return UUID(debt.payload["draft_id"])


def _changed(session: Session, debt: LeasedDebt, values: Json) -> bool:
    """Change a draft that is still being made; return whether it is."""
    being_made = Draft.state.in_((DraftState.WAITING, DraftState.RUNNING))
    changed = session.scalars(
        update(Draft)
        .where(Draft.id == _draft_id(debt), being_made)
        .values(**values)
        .returning(Draft.id)
        .execution_options(synchronize_session=False)
    )
    return changed.first() is not None


def _work(session: Session, draft: Draft) -> _Work:
    programme = session.get_one(Programme, draft.programme_id)
    people = people_of(session, programme, draft.made_at)  # that time which passes changes nothing
    earlier = earlier_of(session, draft, people)
    return _Work(
        people=people,
        earlier=earlier,
        task=task_of(
            people.mentees,
            people.mentors,
            draft.rules,
            accepted=earlier.accepted,
            proposed=earlier.proposed,
            options=draft.options,
        ),
    )


def _reasons(work: _Work, solution: Json) -> list[list[Reason]]:
    """Return why the two of each pair are one, in the order of the pairs."""
    rules = rules_from_json(work.task["rules"])
    mentees = {each.id: each for each in work.people.mentees}
    mentors = {each.id: each for each in work.people.mentors}
    return [
        reasons_of(rules, mentees[pair["mentee"]], mentors[pair["mentor"]])
        for pair in solution["pairs"]
    ]


def _write(
    session: Session,
    draft: Draft,
    work: _Work,
    solution: Json,
    reasons: Sequence[list[Reason]],
    now: datetime,
) -> None:
    """Write down what came of a draft, all at once."""
    own = {"organisation_id": draft.organisation_id, "draft_id": draft.id}
    pairs = [
        {
            **own,
            "mentee_id": UUID(pair["mentee"]),
            "mentor_id": UUID(pair["mentor"]),
            "score": pair["score"],
            "origin": pair["origin"],
            "reasons": why,
            "accepted": pair["origin"] == Origin.ACCEPTED,
        }
        for pair, why in zip(solution["pairs"], reasons, strict=True)
    ]
    without = [
        {
            **own,
            "mentee_id": UUID(each["mentee"]),
            "why": each["why"],
            "ruled_out": each["ruled_out"],
        }
        for each in solution["unmatched"]
    ]
    for table, rows in ((DraftPair, pairs), (DraftUnmatched, without)):
        if rows:
            session.execute(insert(table), rows)
    draft.state, draft.stage, draft.progress = DraftState.READY, None, 100
    draft.people_digest, draft.ended_at = work.digest, now
    draft.prices = solution["prices"]
    draft.statistics = {
        **{key: solution[key] for key in MEASURED},
        "changed": _changes(work.earlier, solution),
    }


def _changes(earlier: Earlier, solution: Json) -> int:
    """Return how many who had somebody before have somebody else now, or nobody."""
    now = {pair["mentee"]: pair["mentor"] for pair in solution["pairs"]}
    before = (*earlier.accepted, *earlier.proposed)
    return sum(now.get(mentee) != mentor for mentee, mentor in before)
