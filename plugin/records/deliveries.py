"""Paying scores to gradebooks and statements to record stores.

Both may be paid twice without harm: a platform refuses a score that is not newer (409), a record
store knows a statement by its id.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from typing import Any
from uuid import UUID

from lrs_bridge.client import Outcome as DeliveryOutcome
from lrs_bridge.client import RemoteStore, State
from lrs_bridge.errors import StatementConflict, StatementInvalid
from lrs_bridge.lrs import store, wire
from lti.ags import ActivityProgress, GradingProgress, LineItems, Score, ScoreOutcome
from lti.errors import ServiceRefused, ServiceUnavailable
from lti.registration import Registration
from plugin.courses.model import Course
from plugin.foundation.clock import Clock
from plugin.foundation.db import Database
from plugin.foundation.outbox import LeasedDebt, Outcome, Postponed, Settled
from plugin.foundation.tenancy import EVERYWHERE
from plugin.launches.items import mentoring_line_item
from plugin.platforms.service import not_taken, registration
from plugin.records.scores import SCORE, dated
from plugin.records.told import STATEMENT

__all__ = [
    "OURSELVES",
    "SCORE",
    "STATEMENT",
    "EmbeddedStore",
    "RemoteDelivery",
    "ScoreDelivery",
    "our_authority",
]

OURSELVES = "mentes"


class ScoreDelivery:
    """Pays score debts."""

    def __init__(self, database: Database, line_items: LineItems) -> None:
        self._database = database
        self._line_items = line_items

    def __call__(self, debt: LeasedDebt) -> Settled | Postponed:
        """Report one score to the gradebook it belongs in."""
        with self._database.reading(debt.organisation_id) as session:
            course = session.get_one(Course, UUID(debt.payload["course_id"]))
            platform = registration(session, course.registration_id).as_value()
        try:
            line_item = self._line_item(platform, course, debt.payload["line_item"])
            if line_item is None:
                return Settled(outcome=Outcome.GIVEN_UP, problem="no-line-item")
            score = self._dated(debt, line_item, platform.product)
            if score is None:
                return Settled(outcome=Outcome.SUPERSEDED)
            outcome = self._line_items.post_score(
                platform, line_item, score, deployment_id=course.deployment_id
            )
        except (ServiceRefused, ServiceUnavailable) as error:
            return not_taken(error)
        if outcome is ScoreOutcome.SUPERSEDED:
            return Settled(outcome=Outcome.SUPERSEDED)
        return Settled()

    def _dated(self, debt: LeasedDebt, line_item: str, product: str | None) -> Score | None:
        with self._database.transaction(debt.organisation_id) as session:
            return dated(
                session, _score(debt.payload), key=debt.key, line_item=line_item, product=product
            )

    def _line_item(self, platform: Registration, course: Course, known: str | None) -> str | None:
        if known is not None or course.lineitems_url is None:
            return known
        return self._line_items.found_or_created(
            platform,
            course.lineitems_url,
            mentoring_line_item("Mentoring"),
            deployment_id=course.deployment_id,
        ).id


def _score(payload: Mapping[str, Any]) -> Score:
    given = payload["given"]
    done = given >= 1.0
    at = datetime.fromisoformat(payload["at"])
    began_at = payload.get("began_at")  # not in what was owed by earlier versions
    return Score(
        user_id=payload["user_id"],
        timestamp=at,
        started_at=datetime.fromisoformat(began_at) if began_at else None,
        submitted_at=at,
        activity_progress=ActivityProgress.COMPLETED if done else ActivityProgress.IN_PROGRESS,
        grading_progress=GradingProgress.FULLY_GRADED if done else GradingProgress.PENDING,
        score_given=given,
        score_maximum=1.0,
    )


def our_authority(home_page: str) -> dict[str, Any]:
    """Return the agent that vouches for what Mentes itself puts into the embedded store."""
    return {"objectType": "Agent", "account": {"homePage": home_page, "name": OURSELVES}}


class EmbeddedStore:
    """Puts our statements into the embedded record store, each in a transaction of its own."""

    def __init__(self, database: Database, home_page: str, clock: Clock) -> None:
        self._database = database
        self._home_page = home_page
        self._clock = clock

    def __call__(
        self, debts: Sequence[LeasedDebt]
    ) -> Iterator[tuple[LeasedDebt, Settled | Postponed]]:
        """Store the statements of `debts`; one that is there already counts as delivered."""
        for debt in debts:
            yield debt, self._stored(debt)

    def _stored(self, debt: LeasedDebt) -> Settled | Postponed:
        try:
            statement = wire.incoming(debt.payload)
            with self._database.transaction(EVERYWHERE) as session:
                store.insert(
                    session,
                    debt.organisation_id,
                    [statement],
                    authority=our_authority(self._home_page),
                    clock=self._clock,
                )
        except (StatementInvalid, StatementConflict) as error:
            return Settled(outcome=Outcome.GIVEN_UP, problem=error.slug)
        return Settled()


class RemoteDelivery:
    """Sends our statements to a remote record store, as many at once as were leased."""

    def __init__(self, endpoint: str, key: str, secret: str, clock: Clock) -> None:
        self._endpoint = endpoint
        self._key = key
        self._secret = secret
        self._clock = clock

    def __call__(
        self, debts: Sequence[LeasedDebt]
    ) -> Iterator[tuple[LeasedDebt, Settled | Postponed]]:
        """Post the statements of `debts` and say what became of each."""
        with closing(RemoteStore(self._endpoint, self._key, self._secret)) as remote:
            outcomes = remote.deliver([debt.payload for debt in debts], now=self._clock())
        for debt, outcome in zip(debts, outcomes, strict=True):
            yield debt, _came_of(outcome)


def _came_of(outcome: DeliveryOutcome) -> Settled | Postponed:
    if outcome.is_settled:
        return Settled()
    if outcome.state is State.REFUSED:
        return Settled(outcome=Outcome.GIVEN_UP, problem="statement-refused")
    # Without authorisation nothing will pass until somebody mends it: we keep asking, seldom.
    return Postponed(problem=f"record-store-{outcome.state}", retry_after=outcome.retry_after)
