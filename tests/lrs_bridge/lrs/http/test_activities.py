"""The Activities resource."""

import pytest

from lrs_bridge.testing import a_statement

ID = "https://lms.example/a"
COURSE = {"objectType": "Activity", "id": ID, "definition": {"name": {"en": "Course"}}}


def get(lrs, method="GET", **query):
    return lrs.ask(method, "/xapi/activities", query=query)


def test_all_that_statements_said_of_an_activity_is_returned(lrs):
    """XAPI-00253, XAPI-00254."""
    lrs.post([a_statement(object=COURSE), a_statement(object={"id": ID})])
    assert get(lrs, activityId=ID).json == COURSE
    lrs.post(a_statement(object={"id": ID, "definition": {"name": {"fr": "réunion"}}}))
    answer = get(lrs, activityId=ID)
    assert answer.json["definition"]["name"] == {"en": "Course", "fr": "réunion"}
    assert "réunion" in answer.text


def test_an_unknown_activity_is_what_it_is_called(lrs):
    assert get(lrs, activityId=ID).json == {"objectType": "Activity", "id": ID}


def test_a_batch_that_is_refused_defines_nothing(lrs):
    lrs.post([a_statement(object=COURSE), a_statement(verb=None)])
    assert "definition" not in get(lrs, activityId=ID).json


@pytest.mark.parametrize("query", [{}, {"activityId": "no IRI"}, {"activityid": ID}])
def test_an_activity_has_an_id(lrs, query):
    """XAPI-00250."""
    answer = get(lrs, **query)
    assert (answer.status_code, answer.json["slug"]) == (400, "parameter-invalid")


def test_head_says_what_get_says(lrs):
    """XAPI-00125, XAPI-00126."""
    lrs.post(a_statement(object=COURSE))
    head = get(lrs, "HEAD", activityId=ID)
    assert dict(head.headers) == dict(get(lrs, activityId=ID).headers)
    assert head.data == b""


def test_other_methods_are_not_allowed(lrs):
    answer = get(lrs, "PUT", activityId=ID)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")


@pytest.mark.parametrize(
    ("scopes", "counts"),
    [("all", True), ("statements/write define", True), ("statements/write", False)],
)
def test_only_who_may_define_does(open_lrs, scopes, counts):
    sender = open_lrs(scopes)
    assert sender.post(a_statement(object=COURSE)).status_code == 200
    assert ("definition" in get(open_lrs("all/read"), activityId=ID).json) == counts


@pytest.mark.parametrize(
    ("scopes", "status"),
    [("statements/write define", 403), ("state", 200), ("statements/read/mine", 200)],
)
def test_whoever_reads_anything_may_look_an_activity_up(open_lrs, scopes, status):
    assert get(open_lrs(scopes), activityId=ID).status_code == status
