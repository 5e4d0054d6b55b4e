"""Course groups, from a platform on a real socket to who may join."""

from __future__ import annotations

import pytest

from lti import claims
from lti.testing import Group
from plugin.app import Mentes
from plugin.courses import groups
from plugin.courses.group_deliveries import KIND
from plugin.courses.model import Course, CourseGroup, Membership
from plugin.foundation.outbox import Debt, Outcome
from plugin.foundation.tenancy import EVERYWHERE
from plugin.programmes.model import Programme
from plugin.worker import Worker
from tests.conftest import MovableClock
from tests.plugin.factories import a_programme, every
from tests.plugin.launching import ADA, BEN, COURSE, TEACHER, Campus

RED = Group(id="11", course_id=COURSE.id, name="Red", members=frozenset({ADA.id}))
BLUE = Group(id="12", course_id=COURSE.id, name="Blue", members=frozenset({ADA.id, BEN.id}))


@pytest.fixture
def grouped(campus: Campus, worker: Worker) -> Campus:
    """A course with two groups, which we have read."""
    for group in (RED, BLUE):
        campus.platform.directory.add_group(group)
    for user in (ADA, BEN, TEACHER):
        campus.launched(user)
    worker.run_until_idle()
    return campus


def course_of(mentes: Mentes) -> Course:
    with mentes.database.reading(EVERYWHERE) as session:
        return every(session, Course)[0]


def lines(mentes: Mentes) -> list[tuple[str, str | None, int]]:
    course = course_of(mentes)
    with mentes.database.reading(course.organisation_id) as session:
        return [(line.id, line.name, line.people) for line in groups.of_course(session, course.id)]


def test_groups_and_who_is_in_them_come_with_the_roster(grouped: Campus, mentes: Mentes) -> None:
    assert lines(mentes) == [("12", "Blue", 2), ("11", "Red", 1)]
    with mentes.database.reading(EVERYWHERE) as session:
        debts = every(session, Debt, Debt.kind == KIND)
    assert {debt.outcome for debt in debts} == {Outcome.DELIVERED}


def test_a_group_that_vanishes_is_gone_and_may_come_back(
    grouped: Campus, mentes: Mentes, worker: Worker, clock: MovableClock
) -> None:
    tina = grouped.launched(TEACHER)
    page = tina.get("set-up").get_data(as_text=True)
    assert "Red" in page
    assert "Everybody in the course can join." in page
    assert tina.submit("audience", groups=["11"]).status_code == 303
    grouped.platform.directory.remove_group("11")
    clock.forward(minutes=2)
    tina.submit("roster")
    worker.run_until_idle()
    assert lines(mentes) == [("12", "Blue", 2)]
    page = tina.get("set-up").get_data(as_text=True)
    assert "no longer in your course" in page
    assert "No longer in the course" in page
    grouped.platform.directory.add_group(RED)
    clock.forward(minutes=2)
    tina.submit("roster")
    worker.run_until_idle()
    assert "no longer in your course" not in tina.get("set-up").get_data(as_text=True)


def test_a_programme_for_a_group_lets_in_who_is_in_it(
    grouped: Campus, mentes: Mentes, worker: Worker
) -> None:
    tina = grouped.launched(TEACHER)
    assert tina.submit("audience", groups=["11"]).status_code == 303
    ada, ben = grouped.launched(ADA), grouped.launched(BEN)
    assert 'name="first_use"' in ada.get("join").get_data(as_text=True)
    page = ben.get("join")
    assert page.status_code == 200
    assert "for some groups of your course" in page.get_data(as_text=True)
    answers = {"first_use": "a talk", "talk": "call", "recorded": "no"}
    refused = ben.submit("join", **answers)
    assert "for some groups of your course" in refused.get_data(as_text=True)
    assert ada.submit("join", **answers).status_code == 303
    # Who has joined stays, whatever the groups are afterwards.
    tina.submit("audience", groups=["12"])
    grouped.platform.directory.add_group(BLUE)
    assert ada.get("mine").status_code == 200


def test_a_group_of_another_course_cannot_be_chosen(grouped: Campus, mentes: Mentes) -> None:
    answer = grouped.launched(TEACHER).submit("audience", groups=["99"])
    assert answer.status_code == 422
    course = course_of(mentes)
    with mentes.database.reading(course.organisation_id) as session:
        assert all(programme.audience == [] for programme in every(session, Programme))


def test_who_is_new_is_asked_about_without_a_roster(
    grouped: Campus, mentes: Mentes, worker: Worker, clock: MovableClock
) -> None:
    clock.forward(minutes=2)
    with mentes.database.transaction(course_of(mentes).organisation_id) as session:
        for membership in every(session, Membership):
            membership.groups = []
    browser = grouped.browser()
    browser.launch(ADA, **{claims.CONTEXT: {"id": COURSE.id, "title": "Renamed"}})
    worker.run_until_idle()
    assert ("11", "Red", 1) in lines(mentes)


def test_a_platform_that_fails_is_asked_again(
    campus: Campus, mentes: Mentes, worker: Worker, clock: MovableClock
) -> None:
    campus.platform.directory.add_group(RED)
    campus.launched(TEACHER)
    campus.platform.answer_next("groups", status=500)
    worker.run_until_idle()
    clock.forward(minutes=1)
    worker.run_until_idle()
    assert [line[0] for line in lines(mentes)] == ["11"]


def test_groups_that_a_custom_parameter_names_have_numbers_for_names(
    campus: Campus, mentes: Mentes
) -> None:
    said = {claims.CUSTOM: {"groups": "7,8"}, claims.GROUPS_ENDPOINT: None}
    campus.launched(ADA, **said)
    assert lines(mentes) == [("7", None, 1), ("8", None, 1)]
    page = campus.launched(TEACHER, **{claims.GROUPS_ENDPOINT: None}).get("set-up")
    assert "Group 7" in page.get_data(as_text=True)


def test_a_circle_is_made_of_a_group(grouped: Campus, mentes: Mentes) -> None:
    tina = grouped.launched(TEACHER)
    course = course_of(mentes)
    with mentes.database.reading(EVERYWHERE) as session:
        ada = next(
            row.person_id for row in every(session, Membership) if row.groups == ["11", "12"]
        )
        assert every(session, CourseGroup)
    with mentes.database.transaction(course.organisation_id) as session:
        a_programme(session, session.get_one(Course, course.id))
    assert tina.submit("mentors", person=str(ada), capacity=1).status_code == 303
    made = tina.submit("circles", topic="Difficult talks", mentor=str(ada), group="12")
    assert made.status_code == 303, made.get_data(as_text=True)
    page = tina.client.get(made.headers["Location"]).get_data(as_text=True)
    assert "Ben Two" in page
    assert "Difficult talks" in page
