"""What is recorded is chosen, and what was said by mistake is taken back, by clicking."""

from __future__ import annotations

from playwright.sync_api import expect

from plugin.demo.run import told
from plugin.demo.stage import Stage
from plugin.demo.story import STEPS
from tests.browser.conftest import Visit
from tests.browser.story import MODULE
from tests.browser.test_accessibility import faults


def test_what_is_recorded_is_chosen_by_everybody(course: Stage, visit: Visit) -> None:
    ines = visit("Ines")
    tool = ines.open_mentoring()
    tool.get_by_role("button", name="Choose what is recorded").click()
    expect(tool.get_by_role("heading", level=1)).to_have_text("What is recorded")
    found = faults("what is recorded", ines)
    tool.get_by_role("checkbox", name="Looking back").uncheck()
    tool.get_by_role("button", name="Save").click()
    expect(tool.get_by_text("Saved. It holds from now on.")).to_be_visible()
    expect(tool.get_by_role("checkbox", name="Looking back")).not_to_be_checked()
    expect(tool.get_by_role("checkbox", name="Check-ins")).to_be_checked()
    found += faults("what is recorded, saved", ines)
    assert not found, "\n".join(found)


def test_what_was_said_by_mistake_is_taken_back_and_both_see_it(stage: Stage, visit: Visit) -> None:
    for result in told(stage, STEPS[:8]):
        assert result.held, f"{result.title} {result.why}"
    ada, mo = visit("Ada"), visit("Mo")
    tool = ada.open_mentoring()
    tool.get_by_role("region", name=MODULE.name).get_by_role("button").first.click()
    tool.get_by_role("button", name="We spoke").click()
    tool.get_by_text("You spoke for 10 minutes. Not right?").click()
    tool.get_by_label("How many minutes was it?").fill("25")
    tool.get_by_role("button", name="Correct it").click()
    tool.get_by_text("You spoke for 25 minutes. Not right?").click()
    found = faults("check-in, held, to correct", ada)
    tool.get_by_role("button", name="We have not spoken").click()
    expect(tool.get_by_text("You took back that you two spoke.")).to_be_visible()
    found += faults("check-in, taken back", ada)
    mo.open_mentoring().get_by_role("region", name=MODULE.name).get_by_role("button").first.click()
    expect(mo.tool.get_by_text("took back that you two spoke.")).to_be_visible()
    assert not found, "\n".join(found)
