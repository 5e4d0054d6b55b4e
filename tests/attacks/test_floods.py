"""Platforms that tell of everything they have: most of it is about courses without mentoring."""

from __future__ import annotations

from sqlalchemy import select

from lrs_bridge.testing import moodle_module_completed
from plugin.completions.inbox import due
from plugin.completions.model import CompletionRow, Reason
from plugin.completions.service import look_again_at_waiting
from tests.conftest import MovableClock
from tests.journeys.stage import Stage


def test_completions_of_unknown_courses_are_looked_at_once(
    stage: Stage, clock: MovableClock
) -> None:
    site = stage.campus.platform.issuer
    stage.post_statements(
        *(moodle_module_completed(site, number, 50, 900, clock()) for number in range(1000, 1050))
    )
    stage.worker.run_until_idle()
    clock.forward(minutes=2)
    with stage.mentes.database.transaction(stage.organisation_id) as session:
        look_again_at_waiting(session, now=clock())
        assert due(session) == []
        assert set(session.scalars(select(CompletionRow.reason))) == {Reason.COURSE_UNKNOWN}
