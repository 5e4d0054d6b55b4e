"""Results of a line item as completions: who has reached a share of the points is done with it.

A gradebook tells no time of a result. What is reached already at the first look was so before, and
opens nothing; what is reached later is taken to have happened when we saw it. Who reached it once
has reached it: a result that falls later takes nothing back.

https://www.imsglobal.org/spec/lti-ags/v2p0/#result-service
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from lrs_bridge.completion import Completion
from lrs_bridge.sources import gradebook
from lti.ags import LineItems
from lti.errors import ServiceRefused, ServiceUnavailable
from plugin.completions.looking import Leased, LookFailed, Page
from plugin.completions.model import Reason
from plugin.courses.model import Course
from plugin.foundation.db import Database
from plugin.foundation.outbox import Closed
from plugin.platforms.service import open_platform

TOGETHER = 200  # results a request, and a transaction


class ResultsLook:
    """Looks at the results of the line item that a source names."""

    def __init__(self, database: Database, line_items: LineItems, every: timedelta) -> None:
        self._database = database
        self._line_items = line_items
        self.every = every

    def __call__(self, source: Leased, *, now: datetime) -> Iterable[Page]:
        """Yield everybody who has reached the threshold, some at a time."""
        asked = source.configuration
        with self._database.reading(source.organisation_id) as session:
            course = session.get(Course, UUID(asked["course_id"]))
            if course is None:
                raise LookFailed("course-gone")
            try:
                platform = open_platform(session, course.registration_id)
            except Closed as closed:
                raise LookFailed(closed.problem) from closed
            deployment_id = course.deployment_id
        try:
            found = [
                gradebook.reached(
                    source.organisation_id,
                    issuer=platform.issuer,
                    user_id=result.user_id,
                    line_item=asked["lineitem"],
                    score=result.score,
                    maximum=result.maximum,
                    share=asked["share"],
                    course_key=None,  # the column is known as a part of its course
                    now=now,
                )
                for result in self._line_items.results(
                    platform, asked["lineitem"], limit=TOGETHER, deployment_id=deployment_id
                )
            ]
        except ServiceUnavailable as error:
            raise LookFailed(error.slug, error.retry_after) from error
        except ServiceRefused as error:
            raise LookFailed(error.slug) from error
        return _pages(source, [each for each in found if each is not None], now)


def _pages(source: Leased, reached: list[Completion], now: datetime) -> Iterator[Page]:
    first_look = not source.cursor.get("looked")
    for start in range(0, len(reached) or 1, TOGETHER):
        is_last = start + TOGETHER >= len(reached)
        yield Page(
            completions=tuple(reached[start : start + TOGETHER]),
            cursor={"looked": True} if is_last else source.cursor,
            read_to=now if is_last else None,
            more=not is_last,
            known_as=Reason.SO_BEFORE if first_look else None,
        )
