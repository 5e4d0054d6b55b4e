"""Items, circles and next steps in Chromium: an instructor chooses, looks, adds; learners open."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from plugin.demo.stage import Stage
from tests.browser.conftest import Visit
from tests.browser.test_accessibility import faults


def test_items_are_chosen_looked_at_added_and_opened(course: Stage, visit: Visit) -> None:
    found: list[str] = []
    ines = visit("Ines")
    tool = ines.open_mentoring()
    tool.get_by_role("link", name="Circles").click()
    tool.get_by_label("What is it about?").fill("Difficult talks")
    for name in ("Ada", "Ben"):
        tool.get_by_role("checkbox", name=name).check()
    found += faults("circles", ines)
    tool.get_by_role("button", name="Make this circle").click()
    expect(tool.get_by_role("heading", level=1)).to_have_text("Difficult talks")
    found += faults("circle, for the instructor", ines)

    ines.course().get_by_role("link", name="Add an external item").click()
    tool = ines.launched(ines.page)
    tool.get_by_role("checkbox", name="Mentoring circle").check()
    tool.get_by_role("button", name="Look at it first").click()
    expect(tool.get_by_role("heading", name="This is what your learners will find")).to_be_visible()
    found += faults("picker, with a preview", ines)
    tool.get_by_role("button", name="Add to the course").click()
    expect(ines.page.get_by_role("link", name="Mentoring circle")).to_be_visible()

    ada = visit("Ada")
    ada.course().get_by_role("link", name="Mentoring circle").click()
    tool = ada.launched(ada.page)
    expect(tool.get_by_role("heading", level=1)).to_have_text("Difficult talks")
    tool.get_by_label("When?").fill("2047-03-01T10:00")
    tool.get_by_label("Point 1").fill("What did you try?")
    tool.get_by_role("button", name="Propose this session").click()
    expect(tool.get_by_text("Proposed", exact=True)).to_be_visible()
    expect(tool.get_by_text("What did you try?")).to_be_visible()
    found += faults("circle, for a learner", ada)
    tool.get_by_role("link", name="Next steps").click()
    expect(tool.get_by_role("heading", name="No next step yet")).to_be_visible()
    found += faults("next steps", ada)
    tool.get_by_role("link", name="Your data").click()
    tool.get_by_role("button", name=re.compile("How much is held")).click()
    tool.get_by_role("button", name="Ask for a copy").click()
    expect(tool.get_by_text("Asked for on")).to_be_visible()
    found += faults("privacy desk", ada)
    assert not found, "\n".join(found)
    assert ines.complaints == ada.complaints == []
