"""What the campus says, member by member as a real Moodle 4.3 was recorded to say it."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from lrs_bridge.validation import check_statement
from lti.testing import Course, ResourceLink, User
from plugin.demo import statements
from plugin.demo.coursework import Module

DATA = Path(__file__).parents[2] / "data" / "moodle-4.3" / "xapi_statements_by_event.json"
RECORDED = [each["statement"] for each in json.loads(DATA.read_text())]

SITE = "http://127.0.0.1:8090"
COURSE = Course(id="2", label="MENT101", title="Mentored Course 101")
MODULE = Module(
    cmid=2, section=1, name="Read me (view to complete)", summary="", paragraphs=(), try_it=""
)
ITEM = ResourceLink(
    id="4", course_id="2", client_id="tool", title="Mentoring (LTI)", url="http://127.0.0.1:5000"
)


def a_user(id, given, family):
    return User(
        id=id, given_name=given, family_name=family, email=f"{given}@x.example", username=given
    )


ADA = a_user("4", "Ada", "One")
CHO = a_user("6", "Cho", "Three")


def recorded(verb, path):
    [found] = [
        statement
        for statement in RECORDED
        if statement["verb"]["display"]["en"] == verb and statement["object"]["id"] == SITE + path
    ]
    return found, datetime.fromisoformat(found["timestamp"])


def without_session(statement):
    """Leave out the registration, which Moodle makes from the sender's session."""
    context = {key: said for key, said in statement["context"].items() if key != "registration"}
    return {**statement, "context": context}


def completed_module(at):
    return statements.module_completed(SITE, ADA, COURSE, MODULE, at, first=True)


@pytest.mark.parametrize(
    ("verb", "path", "said"),
    [
        (
            "Viewed",
            "/course/view.php?id=2",
            lambda at: statements.course_viewed(SITE, ADA, COURSE, at),
        ),
        (
            "Viewed",
            "/mod/page/view.php?id=2",
            lambda at: statements.module_viewed(SITE, ADA, COURSE, MODULE, at),
        ),
        ("Uncompleted", "/mod/page/view.php?id=2", lambda at: completed_module(at)[0]),
        ("Completed", "/mod/page/view.php?id=2", lambda at: completed_module(at)[1]),
        (
            "Completed",
            "/course/view.php?id=2",
            lambda at: statements.course_completed(SITE, ADA, COURSE, at),
        ),
        (
            "Viewed",
            "/mod/lti/view.php?id=4",
            lambda at: statements.item_viewed(SITE, CHO, COURSE, ITEM, at),
        ),
        (
            "Completed",
            "/mod/lti/view.php?id=4",
            lambda at: statements.item_completed(SITE, CHO, COURSE, ITEM, at),
        ),
    ],
)
def test_a_statement_is_what_moodle_was_recorded_to_send(verb, path, said):
    expected, at = recorded(verb, path)
    statement = said(at)
    check_statement(statement)
    assert without_session(statement) == without_session(expected)


def test_a_repeated_completion_has_no_uncompleted_before_it():
    at = datetime.fromisoformat("2026-11-22T10:00:00+00:00")
    [said] = statements.module_completed(SITE, ADA, COURSE, MODULE, at, first=False)
    assert said["verb"]["display"] == {"en": "Completed"}
