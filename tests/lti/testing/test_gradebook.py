"""The shipped platform's gradebook over HTTP: as strict as Moodle's."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from lti import claims, urls
from lti.ags import ActivityProgress, GradingProgress, LineItem, LineItems, Score
from lti.errors import ServiceRefused
from lti.http import Answer
from lti.testing import Completion
from tests.lti.conftest import Campus, Clock, ToolSite
from tests.lti.factories import NOW

Call = Callable[..., Answer]
SCORE = {
    "userId": "4",
    "timestamp": "2026-11-22T12:00:00.000Z",
    "activityProgress": "Completed",
    "gradingProgress": "FullyGraded",
    "scoreGiven": 8,
    "scoreMaximum": 10,
}


@pytest.fixture
def column(campus: Campus, site: ToolSite) -> str:
    item = LineItem(label="Meeting", score_maximum=10, resource_id="mm-1", tag="meeting")
    url = campus.platform.at.columns(campus.course, campus.tool)
    found = LineItems(site.services).found_or_created(campus.registration, url, item)
    assert found.id is not None
    return found.id


@pytest.fixture
def call(campus: Campus, site: ToolSite) -> Call:
    """Call a service with all scopes."""

    def _call(method: str, url: str, document: Any = None, **changes: Any) -> Answer:
        circumstances = {
            "scopes": campus.tool.scopes,
            "accept": "*/*",
            "content_type": claims.MEDIA_SCORE,
            **changes,
        }
        return site.services.call(
            method, campus.registration, url, document=document, **circumstances
        )

    return _call


def refused(call: Call, *arguments: Any, **changes: Any) -> int | None:
    with pytest.raises(ServiceRefused) as refusal:
        call(*arguments, **changes)
    return refusal.value.status


def scores(column: str) -> str:
    return urls.with_path_suffix(column, "/scores")


@pytest.mark.parametrize(
    "changes",
    [
        {"userId": None},
        {"userId": 4},
        {"timestamp": None},
        {"timestamp": "2026-11-22T12:00:00.000"},
        {"timestamp": "yesterday"},
        {"timestamp": 1795348800},
        {"activityProgress": None},
        {"activityProgress": "Done"},
        {"gradingProgress": "Graded"},
        {"gradingProgress": None},
        {"scoreGiven": None},
        {"scoreGiven": "8"},
        {"scoreGiven": -1},
        {"scoreGiven": True},
        {"scoreMaximum": 0},
        {"scoreMaximum": None},
        {"activityProgress": []},
        {"gradingProgress": {}},
        {"scoreGiven": 10**400},
        {"scoreMaximum": 10**400},
        {"userId": "4\ud800"},
    ],
    ids=str,
)
def test_a_score_that_is_not_right_is_refused(
    call: Call, column: str, changes: dict[str, Any]
) -> None:
    assert refused(call, "POST", scores(column), {**SCORE, **changes}) == 400


@pytest.mark.parametrize(
    "missing", ["userId", "timestamp", "activityProgress", "gradingProgress", "scoreMaximum"]
)
def test_a_score_that_lacks_something_is_refused(call: Call, column: str, missing: str) -> None:
    score = {name: value for name, value in SCORE.items() if name != missing}
    assert refused(call, "POST", scores(column), score) == 400


def test_a_maximum_without_a_score_is_refused(call: Call, column: str) -> None:
    score = {name: value for name, value in SCORE.items() if name != "scoreGiven"}
    assert refused(call, "POST", scores(column), score) == 400


def test_a_score_needs_its_media_type_and_its_scope(call: Call, column: str) -> None:
    for media_type in ("application/json", claims.MEDIA_LINE_ITEM):
        assert refused(call, "POST", scores(column), SCORE, content_type=media_type) == 400
    narrow = frozenset({claims.SCOPE_LINE_ITEM})
    assert refused(call, "POST", scores(column), SCORE, scopes=narrow) == 403


def test_a_score_that_is_no_object_is_refused(call: Call, column: str) -> None:
    assert refused(call, "POST", scores(column), [SCORE]) == 400


def test_results_are_what_was_scored(call: Call, column: str) -> None:
    call("POST", scores(column), SCORE)
    progress = {name: value for name, value in SCORE.items() if not name.startswith("score")}
    call("POST", scores(column), {**progress, "userId": "5"})
    url = urls.with_path_suffix(column, "/results")
    (result,) = call("GET", url).json()
    assert (result["userId"], result["resultScore"], result["scoreOf"]) == ("4", 8, column)
    assert result["id"].endswith("/lineitem/results?type_id=1&user_id=4")
    assert call("GET", urls.with_query(url, [("user_id", "5")])).json() == []


def test_a_line_item_can_be_read_changed_and_removed(
    campus: Campus, call: Call, column: str
) -> None:
    assert call("GET", column).json()["label"] == "Meeting"
    renamed = {"label": "Talk", "scoreMaximum": 5}
    changed = call("PUT", column, renamed, content_type=claims.MEDIA_LINE_ITEM).json()
    assert (changed["label"], changed["scoreMaximum"], changed["tag"]) == ("Talk", 5, "")
    assert call("DELETE", column).status == 204
    assert refused(call, "GET", column) == 404
    assert campus.platform.gradebook("2") == ()


def test_a_line_item_of_another_tool_is_not_there(campus: Campus, call: Call, column: str) -> None:
    other = campus.platform.register_tool(
        login_url="https://other.example/login",
        launch_url="https://other.example/launch",
        jwks_uri="https://other.example/jwks",
    )
    foreign = campus.platform.grades.add_column(
        course_id="2", client_id=other.client_id, label="Foreign", score_maximum=1
    )
    assert refused(call, "GET", campus.platform.at.column(foreign, campus.tool)) == 404
    listed = call("GET", campus.platform.at.columns(campus.course, campus.tool)).json()
    assert [item["label"] for item in listed] == ["Meeting"]


@pytest.mark.parametrize(
    "document",
    [
        [],
        {"label": "x"},
        {"scoreMaximum": 1},
        {"label": "x", "scoreMaximum": 0},
        {"label": "x", "scoreMaximum": "1"},
        {"label": "x", "scoreMaximum": 1, "tag": None},
        {"label": "x", "scoreMaximum": 1, "tag": 1},
        {"label": "x\ud800", "scoreMaximum": 1},
        {"label": "x", "scoreMaximum": 10**400},
    ],
)
def test_a_line_item_that_is_not_right_is_refused(
    campus: Campus, call: Call, document: Any
) -> None:
    url = campus.platform.at.columns(campus.course, campus.tool)
    media_type = claims.MEDIA_LINE_ITEM
    assert refused(call, "POST", url, document, content_type=media_type) == 400


def test_asking_for_plain_json_is_refused_as_in_moodle(campus: Campus, call: Call) -> None:
    url = campus.platform.at.columns(campus.course, campus.tool)
    assert refused(call, "GET", url, accept="application/json") == 400


def test_a_course_that_does_not_exist_is_not_found(campus: Campus, call: Call) -> None:
    url = f"{campus.platform.issuer}/mod/lti/services.php/9/lineitems"
    document = {"label": "x", "scoreMaximum": 1}
    assert refused(call, "POST", url, document, content_type=claims.MEDIA_LINE_ITEM) == 404


def test_whoever_wants_to_know_is_told_once_of_each_completion(
    campus: Campus, site: ToolSite, clock: Clock
) -> None:
    told: list[Completion] = []
    campus.platform.after_completion = told.append
    link = campus.platform.add_resource_link(campus.tool, "2", "Talk", score_maximum=10)
    graded = campus.platform.grades.column_of_link(link.id)
    assert graded is not None
    for seconds in (0, 1):
        LineItems(site.services).post_score(
            campus.registration,
            campus.platform.at.column(graded, campus.tool),
            Score(
                user_id="4",
                timestamp=NOW + timedelta(seconds=seconds),
                activity_progress=ActivityProgress.COMPLETED,
                grading_progress=GradingProgress.FULLY_GRADED,
                score_given=10,
                score_maximum=10,
            ),
        )
        clock.advance(seconds=1)
    campus.platform.complete("5", "2", "module-1")
    assert [(each.user_id, each.activity) for each in told] == [
        ("4", campus.platform.at.activity(link.id)),
        ("5", "module-1"),
    ]
