"""Telling platforms what their gradebook's column of ours is to be.

It may be told twice without harm: a column that is so already is left alone, and one that is gone
is gone. Only columns with our own resource id and tag are touched, and of these none is removed
that came with an item of the course.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from lti.ags import LineItem, LineItems
from lti.errors import ServiceRefused, ServiceUnavailable
from lti.registration import Registration
from plugin.courses.model import Course
from plugin.foundation.clock import Clock
from plugin.foundation.db import Database
from plugin.foundation.outbox import LeasedDebt, Outcome, Postponed, Settled
from plugin.launches.items import mentoring_line_item
from plugin.platforms.service import not_taken, open_platform
from plugin.records import columns
from plugin.records.scores import owe_anew


class ColumnDelivery:
    """Pays debts of columns: calls outside any transaction."""

    def __init__(self, database: Database, line_items: LineItems, clock: Clock) -> None:
        self._database = database
        self._line_items = line_items
        self._clock = clock

    def __call__(self, debt: LeasedDebt) -> Settled | Postponed:
        """Let the column be what `debt` says."""
        with self._database.reading(debt.organisation_id) as session:
            course = session.get_one(Course, UUID(debt.payload["course_id"]))
            platform = open_platform(session, course.registration_id)
            of_items = columns.urls_of_items(session, course.id)
            is_wanted = columns.is_wanted(session, course.id)
        if course.lineitems_url is None:
            return Settled(outcome=Outcome.SUPERSEDED, problem="no-lineitems-url")
        if debt.payload["column"] == columns.REMOVED and is_wanted:
            return Settled(outcome=Outcome.SUPERSEDED, problem="wanted-again")
        wanted = replace(
            mentoring_line_item(debt.payload["label"]), score_maximum=debt.payload["points"]
        )
        try:
            ours = self._ours(platform, course, course.lineitems_url, wanted)
            if debt.payload["column"] == columns.CHANGED:
                self._change(platform, course, ours, wanted)
            else:
                self._remove(platform, course, ours, of_items)
                self._made_anew_if_wanted(debt, course.id)
        except (ServiceRefused, ServiceUnavailable) as error:
            return not_taken(error)
        return Settled()

    def _ours(
        self, platform: Registration, course: Course, lineitems_url: str, wanted: LineItem
    ) -> list[LineItem]:
        return list(
            self._line_items.listed(
                platform,
                lineitems_url,
                resource_id=wanted.resource_id,
                tag=wanted.tag,
                deployment_id=course.deployment_id,
            )
        )

    def _change(
        self, platform: Registration, course: Course, ours: Sequence[LineItem], wanted: LineItem
    ) -> None:
        for each in ours:
            if (each.label, each.score_maximum) != (wanted.label, wanted.score_maximum):
                self._line_items.updated(
                    platform, replace(wanted, id=each.id), deployment_id=course.deployment_id
                )

    def _remove(
        self,
        platform: Registration,
        course: Course,
        ours: Sequence[LineItem],
        of_items: set[str],
    ) -> None:
        for each in ours:
            if each.resource_link_id is None and each.id is not None and each.id not in of_items:
                self._line_items.deleted(platform, each.id, deployment_id=course.deployment_id)

    def _made_anew_if_wanted(self, debt: LeasedDebt, course_id: UUID) -> None:
        """Owe the scores once more if somebody wanted them back while the column went."""
        with self._database.transaction(debt.organisation_id) as session:
            if columns.is_reported(session, course_id):
                course = session.get_one(Course, course_id)
                owe_anew(session, course, key=debt.key, now=self._clock())
