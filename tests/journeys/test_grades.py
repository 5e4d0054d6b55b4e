"""A grade that counts as finished: from the instructor's choice to an open check-in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import pytest

from lti.testing import Column
from plugin.checkins.rules import State
from plugin.completions.model import CompletionRow, SeenLineItem, SourceRow
from plugin.completions.results import TOGETHER
from plugin.courses.model import CourseActivity
from plugin.programmes.model import Checkpoint
from tests.conftest import MovableClock
from tests.journeys.stage import Stage, done
from tests.plugin.factories import every
from tests.plugin.launching import ADA, BEN

LOOK = {"minutes": 16}
"""After so long the worker looks at the results again."""


def grade(stage: Stage, quiz: Column, given: float, *users: str) -> None:
    """Let a teacher give `users` so many of a hundred points."""
    stage.mentes.clock.forward(seconds=1)  # type: ignore[attr-defined] # a MovableClock
    for user in users:
        score = {
            "userId": user,
            "timestamp": stage.mentes.clock().isoformat(),
            "activityProgress": "Completed",
            "gradingProgress": "FullyGraded",
            "scoreGiven": given,
            "scoreMaximum": 100,
        }
        stage.campus.platform.grades.record(quiz, score, frozenset(users))


def look(stage: Stage) -> list[State]:
    """Let the worker look at the results again; return how the check-ins stand."""
    stage.mentes.clock.forward(**LOOK)  # type: ignore[attr-defined]
    stage.worker.run_until_idle()
    return [State(checkin.state) for checkin in stage.checkins()]


def rows(stage: Stage, table: Any, *where: Any) -> list[Any]:
    with stage.mentes.database.reading(stage.organisation_id) as session:
        return list(every(session, table, *where))


def choose(stage: Stage, percent: int) -> None:
    """Let the instructor choose the column that the platform told of, and from where it counts."""
    (column,) = rows(stage, SeenLineItem)
    done(stage.teacher.submit("grades", column=str(column.id), percent=str(percent)))


@pytest.fixture
def quiz(stage: Stage, clock: MovableClock) -> Column:
    """A column of the course, chosen from 80 per cent on, with a rule about it.

    Ben had reached it before it was chosen. Ada and Ben have joined.
    """
    column = stage.campus.platform.grades.add_column(
        course_id="2", client_id=stage.campus.tool.client_id, label="Quiz", score_maximum=100
    )
    stage.join(stage.learner)
    stage.join(stage.campus.launched(BEN))
    grade(stage, column, 90, BEN.id)
    done(stage.teacher.submit("grades/columns"))
    stage.worker.run_until_idle()
    assert "Quiz" in stage.teacher.get("grades").text
    choose(stage, 80)
    (module,) = rows(stage, CourseActivity, CourseActivity.name == "Quiz")
    done(
        stage.teacher.submit("checkpoints", activity=str(module.id), minutes="10", within_days="14")
    )
    assert look(stage) == []
    return column


def whose(stage: Stage) -> list[UUID]:
    return [checkin.mentee_id for checkin in stage.checkins()]


def test_who_reaches_the_threshold_has_a_check_in_once_whatever_the_score_becomes(
    stage: Stage, quiz: Column
) -> None:
    grade(stage, quiz, 79.99, ADA.id)
    assert look(stage) == []
    grade(stage, quiz, 80, ADA.id)
    assert look(stage) == [State.OPEN]
    assert whose(stage) == [stage.person_id(ADA)]
    for given in (20, 100):  # the teacher looks at it again, and again
        grade(stage, quiz, given, ADA.id)
        assert look(stage) == [State.OPEN]
    told = rows(stage, CompletionRow, CompletionRow.source == "lti-result")
    assert sorted(row.status for row in told) == ["applied", "counted"]
    (source,) = rows(stage, SourceRow, SourceRow.kind == "results")
    assert (source.received, source.problem) == (2, None)


def test_a_threshold_that_is_lowered_counts_from_then_on_and_a_raised_one_takes_nothing_back(
    stage: Stage, quiz: Column
) -> None:
    grade(stage, quiz, 60, ADA.id)
    assert look(stage) == []
    choose(stage, 60)
    assert look(stage) == [State.OPEN]
    choose(stage, 95)
    assert look(stage) == [State.OPEN]
    assert [it.configuration["share"] for it in rows(stage, SourceRow)] == [0.95]
    assert len(rows(stage, Checkpoint, Checkpoint.name == "Quiz")) == 1


def test_a_platform_that_is_down_on_the_way_is_asked_again_and_pages_are_read_to_the_end(
    stage: Stage, quiz: Column
) -> None:
    grade(stage, quiz, 10, *(f"of the crowd, {number}" for number in range(1, TOGETHER)))
    grade(stage, quiz, 85, ADA.id)  # Ben's and the crowd's fill a page: hers begins the next
    server = stage.campus.server
    campus, asked = server.app, []

    def without_its_second_page(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"].endswith("/results"):
            asked.append("from=" in environ["QUERY_STRING"])
            if asked[-1]:
                start("503 Service Unavailable", [])
                return [b""]
        return campus(environ, start)  # type: ignore[no-any-return]

    server.app = without_its_second_page
    assert look(stage) == []
    assert asked == [False, True]
    server.app = campus
    stage.come_back()
    assert "platform-busy" in stage.teacher.get("grades").text
    stage.campus.platform.answer_next("results", status=502)
    assert look(stage) == []
    assert look(stage) == [State.OPEN]
    assert whose(stage) == [stage.person_id(ADA)]
    assert "platform-busy" not in stage.teacher.get("grades").text
    assert len(rows(stage, CompletionRow, CompletionRow.source == "lti-result")) == 2
