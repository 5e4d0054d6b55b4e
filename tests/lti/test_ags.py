"""Line items and scores, against a gradebook as strict as Moodle's."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.wrappers import Response

from lti import claims
from lti.ags import (
    ActivityProgress,
    GradingProgress,
    LineItem,
    LineItems,
    Result,
    Score,
    ScoreOutcome,
    SubmissionReview,
)
from lti.errors import ServiceRefused, ServiceUnavailable
from lti.testing.answers import as_json
from tests.lti.conftest import Campus, Script, ToolSite
from tests.lti.factories import NOW, recorded

MEETING = LineItem(label="Mentor meeting", score_maximum=10, resource_id="mm-1", tag="meeting")


@pytest.fixture
def line_items(site: ToolSite) -> LineItems:
    return LineItems(site.services)


@pytest.fixture
def column(campus: Campus, line_items: LineItems) -> str:
    """The URL of a new line item."""
    found = line_items.found_or_created(campus.registration, lineitems_url(campus), MEETING)
    assert found.id is not None
    return found.id


def lineitems_url(campus: Campus) -> str:
    return campus.platform.at.columns(campus.course, campus.tool)


def a_score(**changes: Any) -> Score:
    facts: dict[str, Any] = {
        "user_id": "4",
        "timestamp": NOW,
        "activity_progress": ActivityProgress.COMPLETED,
        "grading_progress": GradingProgress.FULLY_GRADED,
        "score_given": 8,
        "score_maximum": 10,
    }
    return Score(**{**facts, **changes})


# Line items.


def test_moodles_line_items_are_read(
    campus: Campus, site: ToolSite, script: Script, line_items: LineItems
) -> None:
    script.will_answer(
        as_json(recorded("services")["lineitems"]["body"], media_type=claims.MEDIA_LINE_ITEMS)
    )
    moodle = "http://127.0.0.1:8090/mod/lti/services.php/2/lineitems"
    assert list(line_items.listed(campus.registration, script.url)) == [
        LineItem(
            id=f"{moodle}/2/lineitem?type_id=1",
            label="Mentoring (LTI)",
            score_maximum=100,
            resource_link_id="1",
        ),
        LineItem(
            id=f"{moodle}/3/lineitem?type_id=1",
            label="Mentor meeting",
            score_maximum=10,
            resource_id="mm-1",
            tag="meeting",
        ),
    ]


def test_a_line_item_is_created_once_and_found_after(
    campus: Campus, line_items: LineItems, requests_to: Callable[[str], list[int]]
) -> None:
    url = lineitems_url(campus)
    created = line_items.found_or_created(campus.registration, url, MEETING)
    assert created == replace(MEETING, id=created.id)
    assert line_items.found_or_created(campus.registration, url, MEETING) == created
    assert requests_to("lineitems") == [200, 201, 200]
    assert [entry.column.label for entry in campus.platform.gradebook("2")] == ["Mentor meeting"]


def test_a_line_item_is_found_on_a_later_page(
    campus: Campus, line_items: LineItems, site: ToolSite
) -> None:
    url = lineitems_url(campus)
    wanted = [replace(MEETING, resource_id=f"mm-{number}") for number in range(5)]
    for item in wanted:
        line_items.found_or_created(campus.registration, url, item)
    seen = list(line_items.listed(campus.registration, f"{url}&limit=2"))
    assert [item.resource_id for item in seen] == ["mm-0", "mm-1", "mm-2", "mm-3", "mm-4"]
    found = line_items.found_or_created(campus.registration, f"{url}&limit=2", wanted[4])
    assert found == seen[4]


def test_a_platform_that_ignores_filters_is_filtered_here(
    campus: Campus, script: Script, line_items: LineItems
) -> None:
    body = recorded("services")["lineitems"]["body"]
    script.will_answer(as_json(body))
    found = line_items.found_or_created(campus.registration, script.url, MEETING)
    assert found.id == body[1]["id"]
    assert len(script.received) == 1
    assert script.received[0].args.to_dict() == {"resource_id": "mm-1", "tag": "meeting"}


def test_a_line_item_of_another_resource_link_is_another(
    campus: Campus, line_items: LineItems
) -> None:
    url = lineitems_url(campus)
    first, second = (replace(MEETING, resource_link_id=id) for id in ("1", "2"))
    created = [
        line_items.found_or_created(campus.registration, url, each) for each in (first, second)
    ]
    assert len({item.id for item in created}) == 2
    assert line_items.found_or_created(campus.registration, url, second) == created[1]


def test_a_line_item_that_could_not_be_found_again_is_not_made(
    campus: Campus, line_items: LineItems
) -> None:
    nameless = LineItem(label="Nameless", score_maximum=1)
    with pytest.raises(ValueError, match="resource_id or a tag"):
        line_items.found_or_created(campus.registration, lineitems_url(campus), nameless)


@pytest.mark.parametrize(
    "answer",
    [as_json({}), as_json([1]), as_json([{"label": "x"}]), as_json([{"id": "/1"}]), Response("x")],
)
def test_what_is_not_a_list_of_line_items_is_refused(
    campus: Campus, script: Script, line_items: LineItems, answer: Response
) -> None:
    script.will_answer(answer)
    with pytest.raises(ServiceRefused) as refusal:
        line_items.found_or_created(campus.registration, script.url, MEETING)
    assert refusal.value.slug in {"line-item-malformed", "answer-malformed"}


def test_a_line_item_that_comes_back_without_a_url_is_refused(
    campus: Campus, script: Script, line_items: LineItems
) -> None:
    script.will_answer(as_json([]), as_json({"label": "Mentor meeting"}, status=201))
    with pytest.raises(ServiceRefused) as refusal:
        line_items.found_or_created(campus.registration, script.url, MEETING)
    assert refusal.value.slug == "line-item-malformed"


def test_a_line_item_document_has_no_nulls() -> None:
    assert MEETING.document() == recorded_creation()
    assert LineItem(label="x", score_maximum=1).document() == {"label": "x", "scoreMaximum": 1}


def recorded_creation() -> dict[str, Any]:
    body = recorded("services")["lineitem_create"]["body"]
    return {name: value for name, value in body.items() if name != "id"}


def test_a_line_item_is_changed_and_what_others_keep_there_stays(
    campus: Campus, line_items: LineItems
) -> None:
    added = campus.platform.grades.add_column(
        course_id="2",
        client_id=campus.tool.client_id,
        label="Meeting",
        score_maximum=10,
        resource_id="mm-1",
        tag="meeting",
        more={"endDateTime": "2026-12-24T00:00:00Z"},
    )
    url = campus.platform.at.column(added, campus.tool)
    renamed = LineItem(id=url, label="Mentor meetings", score_maximum=4)
    now = line_items.updated(campus.registration, renamed)
    assert now == replace(renamed, resource_id="mm-1", tag="meeting")
    (entry,) = campus.platform.gradebook("2")
    assert (entry.column.label, entry.column.score_maximum) == ("Mentor meetings", 4)
    assert entry.column.more == {"endDateTime": "2026-12-24T00:00:00Z"}


def test_a_line_item_that_was_never_made_cannot_be_changed(
    campus: Campus, line_items: LineItems
) -> None:
    with pytest.raises(ValueError, match="has made"):
        line_items.updated(campus.registration, MEETING)


def test_a_line_item_that_is_gone_cannot_be_changed(
    campus: Campus, line_items: LineItems, column: str
) -> None:
    assert line_items.deleted(campus.registration, column)
    with pytest.raises(ServiceRefused) as refusal:
        line_items.updated(campus.registration, replace(MEETING, id=column))
    assert refusal.value.status == 404


def test_a_line_item_is_removed_once(campus: Campus, line_items: LineItems, column: str) -> None:
    assert line_items.deleted(campus.registration, column)
    assert campus.platform.gradebook("2") == ()
    assert not line_items.deleted(campus.registration, column)


def test_a_refused_removal_is_not_a_removal(
    campus: Campus, line_items: LineItems, column: str
) -> None:
    campus.platform.answer_next("lineitem", status=403)
    with pytest.raises(ServiceRefused):
        line_items.deleted(campus.registration, column)


def test_a_column_can_say_that_its_cells_may_be_opened(
    campus: Campus, line_items: LineItems
) -> None:
    review = SubmissionReview(
        statuses=(ActivityProgress.IN_PROGRESS, ActivityProgress.COMPLETED),
        label="Open the check-ins",
        custom={"look": "1"},
    )
    line_items.found_or_created(
        campus.registration, lineitems_url(campus), replace(MEETING, submission_review=review)
    )
    assert campus.platform.gradebook("2")[0].column.more == {
        "submissionReview": {
            "reviewableStatus": ["InProgress", "Completed"],
            "label": "Open the check-ins",
            "custom": {"look": "1"},
        }
    }


# Scores.


def test_a_score_reaches_the_gradebook(campus: Campus, line_items: LineItems, column: str) -> None:
    outcome = line_items.post_score(campus.registration, column, a_score())
    assert outcome is ScoreOutcome.RECORDED
    grade = campus.platform.gradebook("2")[0].grades["4"]
    assert (grade.score_given, grade.score_maximum) == (8, 10)
    assert (grade.activity_progress, grade.grading_progress) == ("Completed", "FullyGraded")
    assert grade.timestamp == NOW


def test_progress_can_be_reported_without_a_score(
    campus: Campus, line_items: LineItems, column: str
) -> None:
    started = a_score(
        activity_progress=ActivityProgress.IN_PROGRESS,
        grading_progress=GradingProgress.NOT_READY,
        score_given=None,
        score_maximum=None,
    )
    assert line_items.post_score(campus.registration, column, started) is ScoreOutcome.RECORDED
    grade = campus.platform.gradebook("2")[0].grades["4"]
    assert (grade.score_given, grade.activity_progress) == (None, "InProgress")


def test_a_score_that_is_not_later_is_superseded(
    campus: Campus, line_items: LineItems, column: str
) -> None:
    line_items.post_score(campus.registration, column, a_score())
    for age in (0, 60):
        late = a_score(timestamp=NOW - timedelta(seconds=age), score_given=1)
        outcome = line_items.post_score(campus.registration, column, late)
        assert outcome is ScoreOutcome.SUPERSEDED
    same_second = a_score(timestamp=NOW + timedelta(milliseconds=999))
    assert line_items.post_score(campus.registration, column, same_second) is (
        ScoreOutcome.SUPERSEDED
    )
    later = a_score(timestamp=NOW + timedelta(seconds=1), score_given=9)
    assert line_items.post_score(campus.registration, column, later) is ScoreOutcome.RECORDED
    assert campus.platform.gradebook("2")[0].grades["4"].score_given == 9


@pytest.mark.parametrize("user_id", ["3", "99"], ids=["teacher", "stranger"])
def test_a_score_for_somebody_who_does_not_learn_here_is_not_accepted(
    campus: Campus, line_items: LineItems, column: str, user_id: str
) -> None:
    with pytest.raises(ServiceRefused) as refusal:
        line_items.post_score(campus.registration, column, a_score(user_id=user_id))
    assert (refusal.value.slug, refusal.value.status) == ("score-not-accepted", 400)
    assert "no longer a learner" in str(refusal.value)


def test_a_score_that_is_refused_though_it_is_there_already_is_recorded(
    campus: Campus, line_items: LineItems, column: str
) -> None:
    line_items.post_score(campus.registration, column, a_score())
    campus.platform.answer_next("scores", status=400)  # as Open edX to the same timestamp
    again = line_items.post_score(campus.registration, column, a_score())
    assert again is ScoreOutcome.RECORDED


def test_a_score_is_known_again_on_the_scale_of_its_column(
    campus: Campus, script: Script, line_items: LineItems
) -> None:
    score = a_score(score_given=1, score_maximum=2)
    stands = {"userId": score.user_id, "resultScore": 5, "resultMaximum": 10}
    script.will_answer(Response(status=400), as_json([stands]))
    url = f"{script.url}/lineitem"
    assert line_items.post_score(campus.registration, url, score) is ScoreOutcome.RECORDED


@pytest.mark.parametrize(
    "other",
    [{"user_id": "5"}, {"score_given": 7}, {"score_given": None, "score_maximum": None}],
    ids=["of-somebody-else", "another", "none"],
)
def test_a_score_that_is_refused_and_not_there_is_not_accepted(
    campus: Campus, line_items: LineItems, column: str, other: dict[str, Any]
) -> None:
    line_items.post_score(campus.registration, column, a_score())
    campus.platform.answer_next("scores", status=400)
    with pytest.raises(ServiceRefused) as refusal:
        line_items.post_score(campus.registration, column, a_score(**other))
    assert refusal.value.slug == "score-not-accepted"


def test_a_refused_score_is_not_accepted_where_results_may_not_be_read(
    campus: Campus, line_items: LineItems, column: str
) -> None:
    line_items.post_score(campus.registration, column, a_score())
    campus.platform.answer_next("scores", status=400)
    campus.platform.answer_next("results", status=403)
    with pytest.raises(ServiceRefused) as refusal:
        line_items.post_score(campus.registration, column, a_score())
    assert (refusal.value.slug, refusal.value.status) == ("score-not-accepted", 400)


def test_a_column_that_is_gone_is_not_accepted(
    campus: Campus, line_items: LineItems, column: str
) -> None:
    campus.platform.grades.remove_column(campus.platform.gradebook("2")[0].column.id)
    with pytest.raises(ServiceRefused) as refusal:
        line_items.post_score(campus.registration, column, a_score())
    assert (refusal.value.slug, refusal.value.status) == ("score-not-accepted", 404)


def test_refusals_that_are_not_about_the_person_stay_what_they_are(
    campus: Campus, line_items: LineItems, column: str
) -> None:
    campus.platform.answer_next("scores", status=401, times=2)
    with pytest.raises(ServiceRefused) as refusal:
        line_items.post_score(campus.registration, column, a_score())
    assert (refusal.value.slug, refusal.value.status) == ("platform-refused", 401)
    with pytest.raises(ServiceRefused) as refusal:
        line_items.post_score(campus.registration, "nonsense", a_score())
    assert refusal.value.slug == "url-refused"


def test_a_busy_gradebook_may_be_asked_again(
    campus: Campus, line_items: LineItems, column: str
) -> None:
    campus.platform.answer_next("scores", status=500, times=2)
    for _ in range(2):
        with pytest.raises(ServiceUnavailable):
            line_items.post_score(campus.registration, column, a_score())
    assert line_items.post_score(campus.registration, column, a_score()) is ScoreOutcome.RECORDED


def test_a_full_grade_completes_the_item_that_the_column_belongs_to(
    campus: Campus, line_items: LineItems
) -> None:
    link = campus.platform.add_resource_link(campus.tool, "2", "Mentoring", score_maximum=10)
    graded = campus.platform.grades.column_of_link(link.id)
    assert graded is not None
    url = campus.platform.at.column(graded, campus.tool)
    pending = a_score(grading_progress=GradingProgress.PENDING)
    line_items.post_score(campus.registration, url, pending)
    assert campus.platform.completions("2") == ()
    line_items.post_score(campus.registration, url, a_score(timestamp=NOW + timedelta(seconds=1)))
    assert [c.user_id for c in campus.platform.completions("2")] == ["4"]


def test_a_score_goes_before_the_query_with_its_media_type(
    campus: Campus, script: Script, line_items: LineItems
) -> None:
    script.will_answer(Response(status=204))
    line_items.post_score(campus.registration, f"{script.url}/lineitem?type_id=1", a_score())
    request = script.received[0]
    assert (request.path, request.query_string) == ("/x/lineitem/scores", b"type_id=1")
    assert request.headers["Content-Type"] == "application/vnd.ims.lis.v1.score+json"


def test_canvas_is_told_that_a_score_is_no_new_submission(
    campus: Campus, script: Script, line_items: LineItems
) -> None:
    script.will_answer(Response(status=200))
    canvas = replace(campus.registration, product="canvas")
    line_items.post_score(canvas, script.url, a_score())
    sent = script.received[0].get_json(force=True)
    assert sent["https://canvas.instructure.com/lti/submission"] == {"new_submission": False}
    line_items.post_score(campus.registration, script.url, a_score())
    assert script.received[1].get_json(force=True) == a_score().document()


def test_a_timestamp_is_utc_with_milliseconds() -> None:
    somewhere = timezone(timedelta(hours=5, minutes=30))
    moment = datetime(2026, 11, 22, 17, 30, 0, 123456, somewhere)
    assert a_score(timestamp=moment).document()["timestamp"] == "2026-11-22T12:00:00.123Z"
    assert a_score(timestamp=NOW).document()["timestamp"] == "2026-11-22T12:00:00.000Z"


def test_a_score_document_has_what_it_needs_and_no_comment() -> None:
    assert a_score().document() == {
        "userId": "4",
        "timestamp": "2026-11-22T12:00:00.000Z",
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "scoreGiven": 8,
        "scoreMaximum": 10,
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"timestamp": datetime(2026, 11, 22)},  # noqa: DTZ001  without a zone on purpose
        {"score_given": -1},
        {"score_maximum": None},
        {"score_maximum": 0},
        {"started_at": datetime(2026, 11, 22)},  # noqa: DTZ001
        {"started_at": NOW, "submitted_at": NOW - timedelta(seconds=1)},
    ],
)
def test_a_score_that_no_platform_would_take_cannot_be_made(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="score"):
        a_score(**changes)


def test_a_score_may_exceed_its_maximum() -> None:
    assert a_score(score_given=11).document()["scoreGiven"] == 11


def test_a_score_says_when_its_work_was_begun_and_handed_in(
    campus: Campus, line_items: LineItems, column: str
) -> None:
    begun, handed_in = NOW - timedelta(hours=1), NOW - timedelta(minutes=1)
    score = a_score(started_at=begun, submitted_at=handed_in)
    line_items.post_score(campus.registration, column, score)
    grade = campus.platform.gradebook("2")[0].grades["4"]
    assert (grade.started_at, grade.submitted_at) == (begun, handed_in)


def test_two_scores_of_one_second_are_both_recorded_by_a_platform_that_counts_seconds(
    campus: Campus, line_items: LineItems, column: str
) -> None:
    first = a_score(score_given=5)
    second = a_score(timestamp=NOW + timedelta(milliseconds=400), score_given=10)
    moved = second.sent_after(first.timestamp, campus.registration.product)
    assert moved.timestamp == NOW + timedelta(seconds=1)
    for score in (first, moved):
        outcome = line_items.post_score(campus.registration, column, score)
        assert outcome is ScoreOutcome.RECORDED
    assert campus.platform.gradebook("2")[0].grades["4"].score_given == 10


MOMENTS = st.timedeltas(timedelta(days=-9000), timedelta(days=9000)).map(lambda age: NOW + age)


@given(happened=st.lists(MOMENTS, min_size=1, max_size=8), product=st.sampled_from(["moodle", ""]))
def test_whatever_happens_when_timestamps_grow_as_far_as_the_platform_can_see(
    happened: list[datetime], product: str
) -> None:
    places = 19 if product == "moodle" else 23  # "2026-11-22T12:00:00" or with ".000"
    sent: list[Score] = []
    for moment in happened:
        last = sent[-1].timestamp if sent else None
        sent.append(a_score(timestamp=moment).sent_after(last, product))
        assert sent[-1].timestamp >= moment
    seen = [score.document()["timestamp"][:places] for score in sent]
    assert seen == sorted(set(seen))


@given(last=MOMENTS, later=st.timedeltas(timedelta(seconds=1), timedelta(days=99)))
def test_a_score_that_is_late_enough_keeps_its_time(last: datetime, later: timedelta) -> None:
    score = a_score(timestamp=last + later)
    assert score.sent_after(last, "canvas") is score
    assert score.sent_after(None) is score


# Results.


def test_moodles_results_are_read(campus: Campus, script: Script, line_items: LineItems) -> None:
    script.will_answer(as_json(recorded("services")["results"]["body"]))
    found = list(line_items.results(campus.registration, f"{script.url}/lineitem?type_id=1"))
    assert found == [
        Result(user_id="4", score=80, maximum=100),
        Result(user_id="6", score=80, maximum=100),
    ]
    assert found[0].share == 0.8
    request = script.received[0]
    assert (request.path, request.query_string) == ("/x/lineitem/results", b"type_id=1")
    assert request.headers["Accept"] == claims.MEDIA_RESULTS


def test_results_are_read_to_the_last_page(
    campus: Campus, line_items: LineItems, column: str, requests_to: Callable[[str], list[int]]
) -> None:
    for user_id in ("4", "5"):
        line_items.post_score(campus.registration, column, a_score(user_id=user_id))
    found = line_items.results(campus.registration, column, limit=1)
    assert [(result.user_id, result.score) for result in found] == [("4", 8), ("5", 8)]
    assert requests_to("results") == [200, 200]


def test_one_persons_result_is_asked_for(
    campus: Campus, line_items: LineItems, column: str
) -> None:
    for user_id in ("4", "5"):
        line_items.post_score(campus.registration, column, a_score(user_id=user_id))
    (found,) = line_items.results(campus.registration, column, user_id="5")
    assert found == Result(user_id="5", score=8, maximum=10)


def test_a_platform_that_ignores_the_filter_of_results_is_filtered_here(
    campus: Campus, script: Script, line_items: LineItems
) -> None:
    script.will_answer(as_json(recorded("services")["results"]["body"]))
    found = list(line_items.results(campus.registration, script.url, user_id="6"))
    assert [result.user_id for result in found] == ["6"]


@pytest.mark.parametrize(
    ("document", "result"),
    [
        ({"userId": "4"}, Result(user_id="4", score=None)),
        ({"userId": "4", "resultScore": 0.5}, Result(user_id="4", score=0.5, maximum=1)),
        ({"userId": "4", "resultScore": "8", "resultMaximum": 0}, Result(user_id="4", score=None)),
        ({"userId": "4", "resultScore": True}, Result(user_id="4", score=None)),
        ({"userId": "4", "resultScore": 10**400}, Result(user_id="4", score=None)),
        ({"resultScore": 1}, None),
        ({"userId": 4, "resultScore": 1}, None),
        ("4", None),
    ],
)
def test_a_result_is_a_number_of_somebody_or_nothing(
    campus: Campus, script: Script, line_items: LineItems, document: Any, result: Result | None
) -> None:
    script.will_answer(as_json([document]))
    found = list(line_items.results(campus.registration, script.url))
    assert found == ([result] if result else [])


@pytest.mark.parametrize("body", [{}, None, "x", {"results": []}])
def test_what_is_not_a_list_of_results_is_refused(
    campus: Campus, script: Script, line_items: LineItems, body: Any
) -> None:
    script.will_answer(as_json(body))
    with pytest.raises(ServiceRefused) as refusal:
        list(line_items.results(campus.registration, script.url))
    assert refusal.value.slug == "results-malformed"
