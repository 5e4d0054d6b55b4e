"""Who can open an item, asked of a platform on a real socket."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from lti.testing import User
from plugin.courses.model import Membership
from plugin.foundation.tenancy import EVERYWHERE
from plugin.worker import Worker
from tests.plugin.factories import every
from tests.plugin.items.school import Class
from tests.plugin.launching import ADA, BEN, MO, TEACHER, Browser

SHUT_OUT = "Somebody takes part in the mentoring who cannot open this item now"


@pytest.fixture
def teacher(school: Class, worker: Worker) -> Browser:
    """The teacher, who opened a check-in item in a course of which Ada takes part."""
    worker.run_until_idle()  # the roster
    school.joined()
    return school.campus.launched(TEACHER, **school.check_in())


def open_to(school: Class, *users: User) -> None:
    """Let the course show the item to some people only."""
    campus = school.campus
    ids = frozenset(user.id for user in users)
    campus.platform.directory.add_link(replace(campus.link, open_to=ids))


def asked(teacher: Browser, worker: Worker) -> str:
    """Ask who can open the item, and return what its page says then."""
    answer = teacher.submit("item/openers")
    assert answer.status_code == 303, answer.text
    assert "Your platform is being asked" in teacher.get("item").text
    worker.run_until_idle()
    return teacher.get("item").text


def rows(school: Class) -> list[list[str]]:
    with school.mentes.database.reading(EVERYWHERE) as session:
        return [each.shut_out for each in every(session, Membership) if each.shut_out]


def test_who_takes_part_and_cannot_open_it_is_named(
    school: Class, teacher: Browser, worker: Worker
) -> None:
    assert "Ask who can open it" in teacher.get("item").text
    open_to(school, TEACHER, BEN)
    page = asked(teacher, worker)
    assert SHUT_OUT in page
    assert ADA.name in page
    assert MO.name not in page  # cannot either, and takes no part in the mentoring
    assert len(rows(school)) == 2


def test_who_can_open_it_again_is_named_no_more(
    school: Class, teacher: Browser, worker: Worker
) -> None:
    open_to(school, TEACHER)
    assert SHUT_OUT in asked(teacher, worker)
    open_to(school, TEACHER, ADA, BEN, MO)
    school.clock.forward(minutes=2)
    assert "names everybody who takes part" in asked(teacher, worker)
    assert rows(school) == []


def test_one_item_says_nothing_of_another(school: Class, teacher: Browser, worker: Worker) -> None:
    open_to(school, TEACHER)
    asked(teacher, worker)
    campus = school.campus
    other = campus.platform.add_resource_link(campus.tool, campus.link.course_id, "Another")
    elsewhere = replace(campus, link=other).launched(TEACHER, **school.check_in())
    assert "Ask who can open it" in elsewhere.get("item").text
    assert "names everybody who takes part" in asked(elsewhere, worker)
    assert SHUT_OUT in teacher.get("item").text


def test_who_is_in_no_list_is_not_shut_out(school: Class, worker: Worker) -> None:
    school.joined()
    with school.mentes.database.transaction(school.organisation_id) as session:
        for each in every(session, Membership):
            each.listed_in = None
    open_to(school, TEACHER)
    teacher = school.campus.launched(TEACHER, **school.check_in())
    school.campus.platform.answer_next("memberships", status=403)  # the roster
    page = asked(teacher, worker)
    assert SHUT_OUT not in page


def test_a_list_that_breaks_off_changes_nothing(
    school: Class, teacher: Browser, worker: Worker
) -> None:
    open_to(school, TEACHER)
    asked(teacher, worker)
    before = rows(school)
    open_to(school, TEACHER, ADA, BEN, MO)
    school.clock.forward(minutes=2)
    school.campus.platform.answer_next("memberships", status=404)
    page = asked(teacher, worker)
    assert "does not tell Mentes who can open this item" in page
    assert rows(school) == before


def test_a_list_with_somebody_whom_nobody_could_know_changes_nothing(
    school: Class, teacher: Browser, worker: Worker
) -> None:
    open_to(school, TEACHER)
    asked(teacher, worker)
    before = rows(school)
    open_to(school, TEACHER, ADA, BEN, MO)
    school.clock.forward(minutes=2)
    listed = {"id": "x", "context": {"id": "2"}, "members": [{"name": "No Id", "roles": []}]}
    school.campus.platform.answer_next("memberships", status=200, body=json.dumps(listed).encode())
    asked(teacher, worker)
    assert rows(school) == before


@pytest.mark.parametrize("user", [ADA, BEN])
def test_learners_cannot_ask(school: Class, user: Any) -> None:
    browser = school.campus.launched(user, **school.check_in())
    assert browser.submit("item/openers").status_code == 403
    assert "Who can open it" not in browser.get("item").text
