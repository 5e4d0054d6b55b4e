"""Where completions come from and where statements go, in Chromium, page by page."""

from __future__ import annotations

import json
from pathlib import Path

import requests
from playwright.sync_api import FrameLocator, Locator, expect

from plugin.demo.run import told
from plugin.demo.stage import Stage
from plugin.demo.story import STEPS
from tests.browser.conftest import Visit
from tests.browser.story import MODULE
from tests.browser.test_accessibility import faults
from tests.browser.test_administration import at
from tests.browser.visitors import Visitor

NOBODY_LISTENS = "http://127.0.0.1:9/xapi"
TIMEOUT = 10  # s
GOLDEN = Path(__file__).parents[1] / "golden" / "completions"
DOCEBO = json.loads((GOLDEN / "webhook-docebo-course-completed.json").read_text())["given"]


class Looks:
    """Faults of the pages that somebody saw."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.found: list[str] = []

    def __call__(self, name: str, sign: Locator) -> None:
        """Look for faults, once `sign` shows that the page is there."""
        sign.first.wait_for()
        self.found += faults(name, self.visitor)


def test_administrators_add_a_source_and_a_target(course: Stage, visit: Visit) -> None:
    alex = visit("Alex")
    look = Looks(alex)

    tool = at(alex, "Where completions come from")
    look("sources", tool.get_by_role("heading", name="Add a source"))
    tool.get_by_role("link", name="Docebo").click()
    look("a webhook", tool.get_by_label("What do you call it?"))
    tool.get_by_label("What do you call it?").fill("Academy")
    tool.get_by_role("button", name="Add this source").click()
    look("a webhook, sent back", tool.get_by_role("alert"))
    tool.get_by_label("Address of the system").fill("https://acme.docebosaas.com")
    tool.get_by_role("button", name="Add this source").click()
    look("a source", tool.get_by_text("Copy the secret now"))

    tool = at(alex, "Where statements go")
    look("targets", tool.get_by_role("button", name="Add a record store"))
    tool.get_by_role("button", name="Add a record store").click()
    tool.get_by_role("textbox", name="Name", exact=True).fill("University")
    tool.get_by_role("button", name="Add", exact=True).click()
    look("a target, sent back", tool.get_by_role("alert"))
    tool.get_by_role("textbox", name="Address").first.fill(NOBODY_LISTENS)
    tool.get_by_role("textbox", name="Key").fill("mentes")
    tool.get_by_label("Secret").fill("secret")
    tool.get_by_role("button", name="Add", exact=True).click()
    expect(tool.get_by_text("Added. It gets what happens from now on")).to_be_visible()
    tool.get_by_role("button", name="Test it").click()
    look("a target that is away", tool.get_by_role("alert"))
    tool.get_by_role("button", name="Pause").click()
    look("a target that is paused", tool.get_by_text("What is owed to it waits"))
    tool = at(alex, "What could not be delivered")
    look("undelivered", tool.get_by_role("heading", name="Nothing was given up"))
    assert not look.found, "\n".join(look.found)


def test_a_webhook_is_tried_out_and_says_what_it_did_not_take(course: Stage, visit: Visit) -> None:
    alex = visit("Alex")
    look = Looks(alex)
    tool = at(alex, "Where completions come from")
    tool.get_by_role("link", name="Docebo").click()
    tool.get_by_label("What do you call it?").fill("Academy")
    tool.get_by_label("Address of the system").fill("https://acme.docebosaas.com")
    tool.get_by_text("Try an example").click()
    tool.get_by_label("What the other system sends").fill(json.dumps(DOCEBO))
    tool.get_by_role("button", name="Try it").click()
    tried = tool.get_by_role("region", name="What the example gives")
    look("a webhook, tried", tried)
    expect(tried).to_contain_text("No course is known by that name yet")
    tool.get_by_role("button", name="Add this source").click()
    to_paste = tool.get_by_role("region", name="Paste this into the other system")
    address = to_paste.get_by_role("code").first.inner_text()
    assert requests.post(address, json=DOCEBO, timeout=TIMEOUT).status_code == 401
    tool = at(alex, "Where completions come from")
    tool.get_by_role("link", name="Academy").click()
    look("a source that was refused", tool.get_by_role("table", name="By the hour"))
    assert not look.found, "\n".join(look.found)
    assert alex.complaints == []


def _look_again(tool: FrameLocator) -> None:
    again = tool.get_by_role("button", name="Look again")
    if again.count():
        again.click()


def test_an_instructor_asks_for_grades_and_a_learner_says_it(stage: Stage, visit: Visit) -> None:
    for result in told(stage, STEPS[:6]):
        assert result.held, f"{result.title} {result.why}"
    ines = visit("Ines")
    look = Looks(ines)
    tool = ines.open_mentoring()
    tool.get_by_role("link", name="Let a grade count").click()
    tool.get_by_role("button", name="Ask for the columns").click()
    asked = tool.get_by_text("Your platform shows Mentes no column of this gradebook but its own.")
    ines.until(asked, again=lambda: _look_again(tool))
    look("grades", asked)

    ada = visit("Ada")
    look.visitor = ada
    tool = ada.open_mentoring()
    tool.get_by_role("link", name="I have finished something").click()
    look("finished", tool.get_by_role("button", name=f"I have finished this {MODULE.name}"))
    tool.get_by_role("button", name=f"I have finished this {MODULE.name}").click()
    look("finished, said", tool.get_by_text("Your check-in is open."))
    tool.get_by_role("button", name=f"Undo {MODULE.name}").click()
    look("finished, undone", tool.get_by_text("It is taken back, as if you had not said it."))
    assert not look.found, "\n".join(look.found)
    assert ines.complaints + ada.complaints == []
