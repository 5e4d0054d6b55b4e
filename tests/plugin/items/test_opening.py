"""Opening an item: to its page, by role, in every state, over HTTP."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from lti import claims
from plugin.courses.model import Course
from plugin.launches.items import Kind, Said
from plugin.programmes import checkpoints
from tests.plugin.factories import (
    a_programme,
)
from tests.plugin.items.school import Class
from tests.plugin.launching import ADA, BEN, TEACHER

GATE = "https://tool.example/items/1"


def led(school: Class, user: Any, said: dict[str, Any]) -> tuple[str, str]:
    """Return the end of the address to which an item leads, and the words of that page."""
    browser = school.campus.launched(user, **said)
    page = browser.follow(browser.get(""))
    assert page.status_code == 200, page.text
    return page.request.path.removeprefix(f"/l/{browser.launch_id}/"), page.text


def test_who_has_not_joined_is_shown_the_way_to_a_mentor(school: Class) -> None:
    where, page = led(school, ADA, school.check_in())
    assert (where, "First, find a mentor" in page) == ("item", True)


def test_who_has_no_mentor_yet_waits_calmly(school: Class) -> None:
    school.joined()
    where, page = led(school, ADA, school.check_in())
    assert (where, "We look for your mentor" in page) == ("item", True)


def test_before_the_module_is_completed_nothing_is_open(school: Class) -> None:
    school.mentored()
    where, page = led(school, ADA, school.check_in())
    assert (where, "when you have completed “Read me”" in page) == ("item", True)


def test_behind_a_restriction_the_check_in_is_on_its_way(school: Class) -> None:
    school.mentored()
    _, page = led(school, ADA, school.check_in(after=GATE))
    assert "Your check-in is being opened" in page


def test_the_learners_own_check_in_opens(school: Class) -> None:
    school.mentored()
    checkin_id = school.opened()
    said = school.check_in()
    assert led(school, ADA, said)[0] == f"check-ins/{checkin_id}"
    assert led(school, BEN, said)[0] == "item"


def test_a_rule_that_was_taken_back_opens_nothing_new(school: Class) -> None:
    with school.mentes.database.transaction(school.organisation_id) as session:
        programme = a_programme(session, session.get_one(Course, school.course_id))
        checkpoints.retire_checkpoint(
            session,
            programme,
            school.checkpoint_id,
            by=school.id_of(TEACHER),
            now=school.clock(),
        )
    assert "No check-in here at present" in led(school, ADA, school.check_in())[1]


@pytest.mark.parametrize("user", [ADA, TEACHER])
def test_a_window_is_obeyed_for_learners_and_told_to_instructors(school: Class, user: Any) -> None:
    def at(**span: float) -> datetime:
        return school.clock() + timedelta(**span)

    early = led(school, user, school.check_in(available_from=at(days=1)))[1]
    late = led(school, user, school.check_in(available_until=at(days=-1)))[1]
    open_now = led(
        school, user, school.check_in(available_from=at(days=-1), available_until=at(days=1))
    )[1]
    assert ("Not open yet" in early) == ("This has closed" in late) == (user is ADA)
    assert "Not open yet" not in open_now
    assert "This has closed" not in open_now


def test_a_copied_item_leads_learners_home_and_tells_the_instructor(school: Class) -> None:
    elsewhere = {claims.CONTEXT: {"id": "77", "title": "A copy"}}
    said = {**school.check_in(), **elsewhere}
    assert led(school, ADA, said)[0] == "mine"
    where, page = led(school, TEACHER, said)
    assert (where, "copied from another course" in page) == ("item", True)


@pytest.mark.parametrize(
    "said",
    [
        Said(kind="quiz", id="7"),
        Said(kind="check-in"),
        Said(kind="circle", id=str(uuid4())),
        Said(kind="goal-review", id="DROP TABLE"),
    ],
)
def test_an_item_that_nobody_knows_is_a_mentoring_home(school: Class, said: Said) -> None:
    custom = {claims.CUSTOM: said.custom()}
    assert led(school, TEACHER, custom)[0] == "set-up"
    assert led(school, ADA, custom)[0] == "join"


def test_a_circle_opens_for_those_in_it_and_says_so_to_others(school: Class) -> None:
    circle_id = school.circle(ADA)
    said = school.placed(Kind.CIRCLE, circle_id=circle_id)
    assert led(school, ADA, said)[0] == f"circles/{circle_id}"
    where, page = led(school, BEN, said)
    assert (where, "You are not in this circle" in page) == ("item", True)
    where, page = led(school, TEACHER, said)
    assert (where, f"circles/{circle_id}" in page) == ("item", True)


def test_a_goal_review_opens_next_steps_also_where_there_are_none(school: Class) -> None:
    where, page = led(school, ADA, school.placed(Kind.GOAL_REVIEW))
    assert (where, "No next step yet" in page) == ("next-steps", True)


def test_an_instructor_sees_what_the_item_is(school: Class) -> None:
    where, page = led(school, TEACHER, school.check_in())
    assert (where, "own check-in about “Read me”" in page) == ("item", True)
