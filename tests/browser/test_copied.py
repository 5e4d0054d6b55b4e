"""A course is copied in Chromium: its instructor is asked, looks, keeps what is there, undoes."""

from __future__ import annotations

from playwright.sync_api import expect

from lti.notices import CONTEXT_COPY
from plugin.demo.coursework import COURSE
from plugin.demo.stage import Stage
from tests.browser.conftest import Visit
from tests.browser.story import MENTORS, MODULE, Telling, ruled
from tests.browser.test_accessibility import faults

TITLE = f"{COURSE.title} (copy)"


def test_a_copied_course_keeps_its_mentors_and_rules(course: Stage, visit: Visit) -> None:
    ruled(Telling(course, visit))
    (registered,) = course.campus.tools()
    assert CONTEXT_COPY in course.campus.platform.notices.handlers(registered)
    found: list[str] = []
    ines = visit("Ines")
    ines.course().get_by_role("button", name="Copy this course").click()
    expect(ines.page.get_by_role("heading", level=1)).to_have_text(TITLE)
    address = ines.page.url

    def open_copy() -> None:
        ines.page.goto(address)
        ines.page.get_by_role("link", name="Mentoring").click()
        ines.launched(ines.page)

    open_copy()
    tool = ines.tool
    asked = tool.get_by_role("region", name="A copied course")
    expect(asked).to_contain_text(
        f"This course looks copied from {COURSE.title}: keep these mentors and rules?"
    )
    expect(asked).to_contain_text("2 mentors, one rule.")
    found += faults("set-up of a copied course", ines)

    asked.get_by_role("button", name="Look at them first").click()
    here = tool.get_by_role("region", name="Mentors").get_by_text("In this course", exact=True)

    def look_again() -> None:
        open_copy()
        asked.get_by_role("button", name="Look at them first").click()

    ines.until(here.nth(1), again=look_again)  # the roster has come
    for name in MENTORS:
        expect(tool.get_by_role("region", name="Mentors")).to_contain_text(name)
    expect(tool.get_by_text("Not seen in this course yet")).to_be_visible()
    found += faults("what would be kept", ines)
    tool.get_by_role("button", name="Keep them").click()
    for name in MENTORS:
        kept = tool.get_by_role("listitem").filter(has_text=name)
        expect(kept).to_contain_text("Takes up to 3 mentees")

    ines.page.goto(address)
    ines.page.get_by_role("link", name=MODULE.name).click()  # so that records tell of it
    rule = tool.get_by_role("region", name="When they talk").get_by_text(MODULE.name).first
    ines.until(rule, again=open_copy)
    tool.get_by_role("button", name="What is kept, and what waits").click()
    expect(tool.get_by_text("Seen in this course", exact=True)).to_be_visible()
    found += faults("what is kept", ines)
    tool.get_by_role("button", name="Undo").click()
    expect(tool.get_by_text("There is no rule yet")).to_be_visible()
    assert not found, "\n".join(found)
    assert ines.complaints == []
