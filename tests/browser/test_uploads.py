"""An administrator uploads who has finished what in Chromium: preview, apply, report, take back."""

from __future__ import annotations

import pytest
from playwright.sync_api import FilePayload, expect

from plugin.demo.coursework import COURSE
from plugin.demo.stage import Stage
from tests.browser.conftest import Visit
from tests.browser.test_accessibility import faults
from tests.browser.visitors import Visitor


def a_file(stage: Stage) -> FilePayload:
    """Return a table of one who is known, one who is not, and a date that is none."""
    course = f"{stage.campus_url}/course/view.php?id={COURSE.id}"
    rows = (
        "account;course;completed_at",
        f"{stage.campus.named('Ada').user.id};{course};2026-11-20",
        f"nobody;{stage.campus_url}/course/view.php?id=99;2026-11-20",
        f"{stage.campus.named('Ada').user.id};{course};20. November",
    )
    return {"name": "finished.csv", "mimeType": "text/csv", "buffer": "\n".join(rows).encode()}


def opened(alex: Visitor) -> Visitor:
    """Open the page where tables are uploaded."""
    alex.open_mentoring().get_by_role("link", name="Administration").click()
    alex.tool.get_by_role("main").get_by_role("link", name="Upload completions").click()
    expect(alex.tool.get_by_role("heading", level=1)).to_have_text("Upload completions")
    return alex


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_table_is_looked_through_applied_and_taken_back(
    course: Stage, visit: Visit, scripts: bool
) -> None:
    alex = opened(visit("Alex", scripts=scripts))
    tool, found = alex.tool, []
    if scripts:
        found += faults("uploads", alex)
    tool.get_by_label("The file").set_input_files(files=[a_file(course)])
    tool.get_by_role("button", name="See what it would do").click()

    def look() -> None:
        again = tool.get_by_role("button", name="Look again")
        if not scripts and again.count():
            with alex.page.expect_event("framenavigated"):
                again.click()

    alex.until(tool.get_by_role("heading", name="What the rows would do"), again=look)
    expect(tool.get_by_role("region", name="Rows that cannot be read")).to_contain_text(
        "This is no time: write it as 2026-11-20"
    )
    expect(tool.get_by_role("region", name="What the rows would do")).to_contain_text("Waits")
    if scripts:
        found += faults("preview", alex)
    tool.get_by_role("button", name="Apply it").click()
    alex.until(tool.get_by_role("heading", name="What became of the rows"), again=look)
    if scripts:
        with alex.page.expect_download() as download:
            tool.get_by_role("button", name="All lines as a table (CSV)").click()
        assert download.value.suggested_filename == "mentes-upload.csv"
        found += faults("applied", alex)
    tool.get_by_role("button", name="Take this upload back").click()
    alex.until(tool.get_by_text("This upload is taken back."), again=look)
    if scripts:
        found += faults("taken back", alex)
    assert found == []
    assert alex.complaints == []
