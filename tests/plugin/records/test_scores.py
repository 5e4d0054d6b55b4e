"""Scores in a gradebook on a real socket: that check-ins took place, and no more."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID

import pytest

from lti import claims
from lti.grading import ActivityProgress, GradingProgress, Score
from plugin.app import Mentes
from plugin.foundation.outbox import Outcome
from plugin.records.scores import dated
from tests.plugin.factories import at_once, later
from tests.plugin.launching import ADA, COURSE
from tests.plugin.records.scoring import Class, endpoint


def test_each_talk_is_owed_once_and_grows_the_share(ada: Class) -> None:
    ada.launched()
    ada.hold(0)
    ada.worker.run_until_idle()
    (grade,) = ada.grades()
    assert (grade.score_given, grade.score_maximum) == (0.5, 1.0)
    assert (grade.activity_progress, grade.grading_progress) == ("InProgress", "Pending")
    ada.clock.forward(days=1)
    ada.hold(1)
    ada.worker.run_until_idle()
    (grade,) = ada.grades()
    assert grade.score_given == 1.0
    assert (grade.activity_progress, grade.grading_progress) == ("Completed", "FullyGraded")
    assert grade.timestamp == ada.clock.now
    assert [debt.outcome for debt in ada.debts()] == [Outcome.DELIVERED] * 2


def test_only_the_newest_of_a_person_and_a_course_is_sent(ada: Class) -> None:
    ada.launched()
    ada.hold(0)
    ada.clock.forward(minutes=1)
    ada.hold(1)
    ada.worker.run_until_idle()
    assert [debt.outcome for debt in ada.debts()] == [Outcome.SUPERSEDED, Outcome.DELIVERED]
    assert [grade.score_given for grade in ada.grades()] == [1.0]


def test_a_score_names_the_person_as_the_platform_does_and_nothing_else(ada: Class) -> None:
    ada.launched()
    ada.hold(0)
    (debt,) = ada.debts()
    assert debt.payload["user_id"] == ADA.id
    assert set(debt.payload) == {
        "course_id",
        "line_item",
        "user_id",
        "given",
        "began_at",
        "submitted_at",
        "at",
    }


def test_a_platform_that_fails_is_asked_again(ada: Class) -> None:
    ada.launched()
    ada.worker.run_until_idle()  # the course's groups need a token, too
    ada.hold(0)
    ada.campus.platform.answer_next("scores", status=500)
    ada.worker.run_until_idle()
    (debt,) = ada.debts()
    assert (debt.outcome, debt.problem) == (None, "platform-busy (500)")
    assert ada.grades() == []
    ada.clock.forward(minutes=1)
    ada.worker.run_until_idle()
    assert [debt.outcome for debt in ada.debts()] == [Outcome.DELIVERED]
    assert len(ada.grades()) == 1


def test_a_platform_that_asks_to_wait_is_waited_for(ada: Class) -> None:
    ada.launched()
    ada.hold(0)
    ada.campus.platform.answer_next("scores", status=429, headers={"Retry-After": "900"})
    ada.worker.run_until_idle()
    (debt,) = ada.debts()
    assert (debt.due_at - ada.clock.now).total_seconds() == 900


def test_a_score_that_the_platform_has_newer_is_settled(ada: Class) -> None:
    ada.launched()
    ada.hold(0)
    ada.campus.platform.answer_next("scores", status=409)
    ada.worker.run_until_idle()
    assert [debt.outcome for debt in ada.debts()] == [Outcome.SUPERSEDED]


def test_a_platform_that_gives_no_token_now_is_asked_again(ada: Class) -> None:
    ada.launched()
    ada.hold(0)
    ada.campus.platform.answer_next("token", status=404, times=3)  # groups and columns, too
    ada.worker.run_until_idle()
    (debt,) = ada.debts()
    assert (debt.outcome, debt.problem) == (None, "token-refused (404)")
    ada.clock.forward(minutes=1)
    ada.worker.run_until_idle()
    assert len(ada.grades()) == 1


def test_a_platform_that_takes_not_even_a_new_token_is_asked_again(ada: Class) -> None:
    ada.launched()
    ada.hold(0)
    ada.campus.platform.answer_next("scores", status=401, times=2)
    ada.worker.run_until_idle()
    (debt,) = ada.debts()
    assert (debt.outcome, debt.problem) == (None, "platform-refused (401)")
    ada.clock.forward(minutes=1)
    ada.worker.run_until_idle()
    assert [debt.outcome for debt in ada.debts()] == [Outcome.DELIVERED]
    assert len(ada.grades()) == 1


def test_a_platform_that_never_takes_a_token_is_asked_no_more_than_others(
    ada: Class, mentes: Mentes
) -> None:
    ada.launched()
    ada.hold(0)
    ada.campus.platform.answer_next("scores", status=401, times=1000)
    for _ in range(mentes.settings.outbox_attempts):
        assert [debt.outcome for debt in ada.debts()] == [None]
        ada.worker.run_until_idle()
        ada.clock.forward(hours=7)
    (debt,) = ada.debts()
    assert (debt.outcome, debt.problem) == (Outcome.GIVEN_UP, "platform-refused (401)")


@pytest.mark.parametrize("status", [400, 403, 404, 422])
def test_a_score_that_the_platform_will_not_take_is_given_up_with_the_reason(
    ada: Class, status: int
) -> None:
    ada.launched()
    ada.hold(0)
    ada.campus.platform.answer_next("scores", status=status)
    ada.worker.run_until_idle()
    (debt,) = ada.debts()
    assert debt.outcome == Outcome.GIVEN_UP
    assert debt.problem == f"score-not-accepted ({status})"


def test_a_line_item_is_made_once_where_the_item_has_none(ada: Class) -> None:
    ada.launched(**endpoint(ada.campus, lineitem=False))
    before = len(ada.campus.platform.gradebook(COURSE.id))
    for number in range(2):
        ada.hold(number)
        ada.worker.run_until_idle()
        ada.clock.forward(days=1)
    columns = ada.campus.platform.gradebook(COURSE.id)
    assert len(columns) == before + 1
    (made,) = [each.column for each in columns if each.column.resource_id == "mentoring"]
    assert made.score_maximum == 1.0
    assert [grade.score_given for grade in ada.grades()] == [1.0]


@pytest.mark.parametrize("without", ["scopes", "gradebook"])
def test_nothing_is_owed_where_there_is_no_gradebook_for_us(ada: Class, without: str) -> None:
    if without == "scopes":
        ada.launched(**endpoint(ada.campus, lineitem=True, scopes=False))
    else:
        ada.launched(**{claims.AGS_ENDPOINT: None})
    ada.hold(0)
    assert ada.debts() == []


def test_two_talks_within_one_second_are_told_apart(ada: Class) -> None:
    """Moodle compares whole seconds: the later of two would be refused with 409."""
    ada.launched()
    ada.hold(0)
    ada.worker.run_until_idle()
    ada.clock.forward(milliseconds=300)
    ada.hold(1)
    ada.worker.run_until_idle()
    assert [debt.outcome for debt in ada.debts()] == [Outcome.DELIVERED] * 2
    (grade,) = ada.grades()
    assert grade.score_given == 1.0
    assert grade.submitted_at == ada.clock.now  # when it happened; the timestamp is moved on
    assert (grade.timestamp - ada.clock.now).total_seconds() == 0.7


def test_a_score_says_when_the_first_check_in_opened_and_when_they_spoke(ada: Class) -> None:
    ada.launched()
    began = ada.clock.now
    ada.clock.forward(days=2)
    ada.hold(0)
    ada.worker.run_until_idle()
    (grade,) = ada.grades()
    assert (grade.started_at, grade.submitted_at) == (began, ada.clock.now)


def test_a_score_that_is_sent_again_keeps_its_timestamp(ada: Class) -> None:
    ada.launched()
    ada.hold(0)
    ada.campus.platform.answer_next("scores", status=500)
    ada.worker.run_until_idle()
    spoke = ada.clock.now
    ada.clock.forward(minutes=1)
    ada.worker.run_until_idle()
    (grade,) = ada.grades()
    assert grade.timestamp == spoke


def a_score(given: float, **span: float) -> Score:
    return Score(
        user_id="4",
        timestamp=later(**span),
        activity_progress=ActivityProgress.IN_PROGRESS,
        grading_progress=GradingProgress.PENDING,
        score_given=given,
        score_maximum=1.0,
    )


def test_an_older_score_that_comes_late_does_not_replace_a_newer_one(
    mentes: Mentes, organisation_id: UUID
) -> None:
    def sent(key: str, score: Score) -> Score | None:
        with mentes.database.transaction(organisation_id) as session:
            return dated(session, score, key=key, line_item="https://lms/li/1", product="moodle")

    assert sent("newer", a_score(1.0, seconds=2)) is not None
    assert sent("older", a_score(0.5, seconds=1)) is None
    assert sent("of the same moment, with less", a_score(0.5, seconds=2)) is None


def test_a_line_item_may_have_an_address_that_no_index_takes(
    mentes: Mentes, organisation_id: UUID
) -> None:
    digits = "".join(sha256(str(number).encode()).hexdigest() for number in range(64))
    for end in ("1", "2"):
        line_item = f"https://lms.example/li/{digits}/{end}"
        with mentes.database.transaction(organisation_id) as session:
            score = a_score(1.0, seconds=1)
            assert dated(session, score, key=end, line_item=line_item, product=None) is not None


def test_workers_that_date_scores_at_once_date_none_alike(
    mentes: Mentes, organisation_id: UUID
) -> None:
    def sent(number: int) -> Score | None:
        with mentes.database.transaction(organisation_id) as session:
            return dated(
                session,
                a_score(number / 8),
                key=str(number),
                line_item="https://lms/li/1",
                product="moodle",
            )

    went = [score for score in at_once(8, sent) if score is not None]
    assert all(isinstance(score, Score) for score in went), went
    seconds = [int(score.timestamp.timestamp()) for score in went if isinstance(score, Score)]
    assert len(set(seconds)) == len(seconds)


def test_a_talk_that_was_none_is_counted_no_more(ada: Class) -> None:
    ada.launched()
    ada.hold(0)
    ada.worker.run_until_idle()
    ada.clock.forward(minutes=5)
    ada.take_back(0)
    ada.worker.run_until_idle()
    (grade,) = ada.grades()
    assert (grade.score_given, grade.activity_progress) == (0.0, "InProgress")
    ada.clock.forward(minutes=5)
    ada.hold(0)
    ada.clock.forward(minutes=5)
    ada.take_back(0)  # before the worker came
    assert [debt.outcome for debt in ada.debts()] == [
        Outcome.DELIVERED,
        Outcome.DELIVERED,
        Outcome.SUPERSEDED,
        None,
    ]
