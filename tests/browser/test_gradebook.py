"""The column in the gradebook, and who can open an item, in Chromium, page by page."""

from __future__ import annotations

from dataclasses import replace

from playwright.sync_api import FrameLocator, expect

from plugin.courses.model import ResourceLink
from plugin.demo.coursework import COURSE
from plugin.demo.stage import Stage
from plugin.foundation.tenancy import EVERYWHERE
from tests.browser.conftest import Visit
from tests.browser.test_bridge import Looks
from tests.plugin.factories import every


def test_an_instructor_names_stops_removes_and_takes_up_the_column(
    course: Stage, visit: Visit
) -> None:
    ines = visit("Ines")
    look = Looks(ines)
    tool = ines.open_mentoring()
    tool.get_by_role("button", name="Set up the column").click()
    look("column", tool.get_by_text("It came with an item of your course"))
    tool.get_by_label("What is it called?").fill("  ")
    tool.get_by_role("button", name="Save").click()
    look("column, sent back", tool.get_by_role("alert"))
    tool.get_by_label("What is it called?").fill("Talks with mentors")
    tool.get_by_label("How many points").fill("10")
    tool.get_by_role("button", name="Save").click()
    expect(tool.get_by_label("What is it called?")).to_have_value("Talks with mentors")
    _without_column_of_the_item(course)
    tool.get_by_role("link", name="Set up mentoring").first.click()
    tool.get_by_role("button", name="Set up the column").click()
    tool.get_by_role("button", name="Stop, and remove the column").click()
    look("column, what is lost", tool.get_by_text("All grades in “Talks with mentors” are lost"))
    tool.get_by_role("button", name="Remove the column and its grades").click()
    look("column, removed", tool.get_by_text("The column that Mentes made is"))
    tool.get_by_role("button", name="Report again").click()
    tool.get_by_role("button", name="Stop, and leave the column").click()
    look("column, stopped", tool.get_by_text("The column stays as it was."))
    assert not look.found, "\n".join(look.found)


def _without_column_of_the_item(course: Stage) -> None:
    """Let the item have brought no column, as where it was added by hand."""
    with course.mentes.database.transaction(EVERYWHERE) as session:
        for link in every(session, ResourceLink):
            link.lineitem_url = None


def test_an_instructor_asks_who_can_open_an_item(course: Stage, visit: Visit) -> None:
    ines = visit("Ines")
    look = Looks(ines)
    ines.course().get_by_role("link", name="Add an external item").click()
    tool = ines.launched(ines.page)
    tool.locator("input[name=kind][value=mentoring]").uncheck()
    tool.locator("input[name=kind][value=check-in]").check()
    tool.get_by_role("button", name="Add to the course").click()
    item = ines.page.get_by_role("link", name="Check-in with your mentor")
    item.wait_for()
    platform = course.campus.platform
    (link,) = [
        each
        for each in platform.directory.links(COURSE.id)
        if each.title == "Check-in with your mentor"
    ]
    platform.directory.add_link(replace(link, open_to=frozenset()))
    item.click()
    tool = ines.launched(ines.page)
    look("who can open it", tool.get_by_role("button", name="Ask who can open it"))
    tool.get_by_role("button", name="Ask who can open it").click()
    named = tool.get_by_text("take part in the mentoring who cannot open this item now")
    ines.until(named, again=lambda: _look_again(tool))
    look("who cannot", named)
    assert not look.found, "\n".join(look.found)
    assert ines.complaints == []


def _look_again(tool: FrameLocator) -> None:
    again = tool.get_by_role("button", name="Look again")
    if again.count():
        again.click()
