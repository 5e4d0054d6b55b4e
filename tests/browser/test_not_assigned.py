"""The administrator says of which course completions are, in Chromium, and takes it back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from plugin.demo.stage import Stage
from tests.browser.conftest import Visit
from tests.browser.test_bridge import Looks
from tests.browser.test_matching import programme_of
from tests.browser.test_statements import AuthoringTool
from tests.browser.visitors import Visitor
from tests.plugin.factories import a_checkpoint
from tests.plugin.statements.conftest import a_statement

ELSEWHERE = "https://publisher.example/feedback"
NAME = "Feedback at work"
BO = "bo@lms.example"


def completed(**changed: Any) -> dict[str, Any]:
    """Return a statement of a course that Mentes does not know."""
    definition = {
        "type": "http://adlnet.gov/expapi/activities/course",
        "name": {"en": NAME},
    }
    return a_statement(object={"id": ELSEWHERE, "definition": definition}, **changed)


@pytest.fixture
def told(course: Stage) -> Stage:
    """A publisher's course was completed, which nobody knows here."""
    AuthoringTool(course).post(
        completed(),
        completed(actor={"mbox": f"mailto:{BO}"}),
    )
    return course


def opened(alex: Visitor) -> Visitor:
    """Open the page."""
    alex.open_mentoring().get_by_role("link", name="Administration").click()
    alex.tool.get_by_role("link", name="Not yet assigned").click()
    expect(alex.tool.get_by_role("heading", level=1)).to_have_text("Not yet assigned")
    return alex


def line(alex: Visitor) -> Locator:
    """Return the line of the publisher's course."""
    return alex.tool.get_by_role("row").filter(has_text=NAME)


def test_a_course_is_assigned_and_that_is_undone(told: Stage, visit: Visit) -> None:
    alex = opened(visit("Alex"))
    tool = alex.tool
    expect(line(alex)).to_contain_text("2")
    line(alex).get_by_role("link").click()
    expect(tool.get_by_role("region", name="What was sent")).to_contain_text(ELSEWHERE)
    tool.get_by_role("button", name="It is this course").first.click()
    expect(tool.get_by_role("heading", level=1)).to_have_text("Assigned")
    tool.get_by_role("button", name="Undo this").click()
    expect(tool.get_by_role("heading", level=1)).to_have_text("Undone")
    assert alex.complaints == []


def test_every_page_of_it_can_be_used_by_everybody(told: Stage, visit: Visit) -> None:
    alex = opened(visit("Alex"))
    tool = alex.tool
    look = Looks(alex)

    look("not assigned", line(alex))
    line(alex).get_by_role("link").click()
    look("which course", tool.get_by_role("button", name="It is this course"))
    tool.get_by_role("button", name="It is this course").first.click()
    look("assigned", tool.get_by_role("button", name="Undo this"))
    assert not look.found, "\n".join(look.found)


def test_a_person_is_assigned_once_the_course_is(told: Stage, visit: Visit) -> None:
    with programme_of(told) as (session, programme):  # where no rule is, nobody is asked for
        a_checkpoint(session, programme, now=told.mentes.clock() - timedelta(days=1))
    alex = opened(visit("Alex"))
    tool = alex.tool
    look = Looks(alex)
    line(alex).get_by_role("link").click()
    tool.get_by_role("button", name="It is this course").first.click()
    bo = tool.get_by_role("row").filter(has_text=BO)
    alex.until(bo, again=lambda: opened(alex))
    bo.get_by_role("link").click()
    look("which person", tool.get_by_role("heading", name="It is …"))
    tool.get_by_label("Find a person").fill("a")
    tool.get_by_role("button", name="Find").click()
    look("a person found", tool.get_by_role("button", name="It is this person"))
    tool.get_by_role("button", name="It is this person").first.click()
    look("a person assigned", tool.get_by_role("button", name="Undo this"))
    tool.get_by_role("button", name="Undo this").click()
    look("a person assigned, undone", tool.get_by_role("heading", name="Undone"))
    assert not look.found, "\n".join(look.found)
    assert alex.complaints == []


def test_two_are_merged_and_parted(told: Stage, visit: Visit) -> None:
    alex = opened(visit("Alex"))
    tool = alex.tool
    look = Looks(alex)
    tool.get_by_role("link", name="Merge two people who are one").click()
    tool.get_by_label("Find a person").fill("a")
    tool.get_by_role("button", name="Find").click()
    look("merging", tool.get_by_role("button", name="See what merging would do"))
    for number in range(2):
        tool.get_by_role("checkbox").nth(number).check()
    tool.get_by_role("button", name="See what merging would do").click()
    look("what merging would do", tool.get_by_role("button", name="Merge, and keep this one"))
    tool.get_by_role("button", name="Merge, and keep this one").first.click()
    look("merged", tool.get_by_text("They are one person now."))
    tool.get_by_role("button", name="Undo: they are two people").click()
    look("parted", tool.get_by_text("They are two people again."))
    assert not look.found, "\n".join(look.found)
    assert alex.complaints == []
