"""Takes the pictures of the README: `python -m tests.browser.photographs docs/images`."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from config.log import configure_logging
from plugin.demo.stage import stage
from tests.browser.blocking import BLOCKED, running
from tests.browser.story import CHAPTERS, Telling, booked
from tests.browser.test_accessibility import five_more_learners_take_the_same_way
from tests.browser.visitors import Visitor
from tests.browsers import chromium

SIZE = {"width": 1280, "height": 800}


def take(into: Path) -> None:
    """Tell the story, and take a picture of a booked check-in and of the report."""
    configure_logging("error")
    chromium()  # asked before Playwright runs: it cannot run twice
    with (
        TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        running(playwright, Path(folder) / "profile", third_party=BLOCKED) as browser,
        stage(Path(folder)) as up,
    ):
        telling = Telling(up, lambda given_name: Visitor(browser, up, given_name))
        for chapter in CHAPTERS:
            chapter(telling)
            if chapter is booked:
                telling["Ada"].open_mentoring().get_by_role("button", name="Open the").click()
                photograph(telling["Ada"], "You have a time", into / "checkin-in-course.png")
        five_more_learners_take_the_same_way(up)
        telling["Ana"].open_mentoring()
        photograph(telling["Ana"], "How far learners came", into / "report.png")


def photograph(visitor: Visitor, heading: str, path: Path) -> None:
    """Take a picture of the campus with the tool in its frame, once `heading` is there."""
    visitor.page.set_viewport_size(SIZE)
    visitor.tool.get_by_role("heading", name=heading).wait_for()
    visitor.page.screenshot(path=path)


if __name__ == "__main__":
    take(Path(sys.argv[1]))
