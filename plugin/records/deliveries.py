"""Paying scores to gradebooks.

They may be paid twice without harm: a platform refuses a score that is not newer (409), or that it
has already (400), and neither counts as a failure.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from lti.ags import (
    ActivityProgress,
    GradingProgress,
    LineItem,
    LineItems,
    Score,
    ScoreOutcome,
)
from lti.errors import ServiceRefused, ServiceUnavailable
from lti.registration import Registration
from plugin.courses.model import Course
from plugin.foundation.clock import Clock
from plugin.foundation.db import Database
from plugin.foundation.outbox import LeasedDebt, Outcome, Result, Settled
from plugin.platforms.service import not_taken, open_platform
from plugin.records import columns
from plugin.records.scores import dated


class ScoreDelivery:
    """Pays score debts."""

    def __init__(self, database: Database, line_items: LineItems, clock: Clock) -> None:
        self._database = database
        self._line_items = line_items
        self._clock = clock

    def __call__(self, debt: LeasedDebt) -> Result:
        """Report one score to the gradebook it belongs in."""
        with self._database.reading(debt.organisation_id) as session:
            course = session.get_one(Course, UUID(debt.payload["course_id"]))
            platform = open_platform(session, course.registration_id)
            is_reported = columns.is_reported(session, course.id)
            column = columns.line_item(session, course.id)
        if not is_reported:
            return Settled(outcome=Outcome.SUPERSEDED, problem="no-longer-reported")
        known = debt.payload["line_item"]
        try:
            line_item = known or self._line_item(platform, course, column)
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
        if known is None:
            self._taken_back_if_unwanted(debt, course.id)
        if outcome is ScoreOutcome.SUPERSEDED:
            return Settled(outcome=Outcome.SUPERSEDED)
        return Settled()

    def _dated(self, debt: LeasedDebt, line_item: str, product: str | None) -> Score | None:
        with self._database.transaction(debt.organisation_id) as session:
            return dated(
                session, _score(debt.payload), key=debt.key, line_item=line_item, product=product
            )

    def _line_item(self, platform: Registration, course: Course, column: LineItem) -> str | None:
        if course.lineitems_url is None:
            return None
        return self._line_items.found_or_created(
            platform, course.lineitems_url, column, deployment_id=course.deployment_id
        ).id

    def _taken_back_if_unwanted(self, debt: LeasedDebt, course_id: UUID) -> None:
        """Let the column go again if somebody took it away while this score made it."""
        with self._database.reading(debt.organisation_id) as session:
            if columns.is_wanted(session, course_id):
                return
        with self._database.transaction(debt.organisation_id) as session:
            if not columns.is_wanted(session, course_id):
                course = session.get_one(Course, course_id)
                columns.remove_again(session, course, key=f"{debt.key}:late", now=self._clock())


def _score(payload: Mapping[str, Any]) -> Score:
    given = payload["given"]
    done = given >= 1.0
    at = datetime.fromisoformat(payload["at"])
    began_at = payload.get("began_at")  # not in what was owed by earlier versions
    return Score(
        user_id=payload["user_id"],
        timestamp=at,
        started_at=datetime.fromisoformat(began_at) if began_at else None,
        submitted_at=datetime.fromisoformat(payload.get("submitted_at", payload["at"])),
        activity_progress=ActivityProgress.COMPLETED if done else ActivityProgress.IN_PROGRESS,
        grading_progress=GradingProgress.FULLY_GRADED if done else GradingProgress.PENDING,
        score_given=given,
        score_maximum=1.0,
    )
