"""The administrator looks through statements in Chromium: finds, reads, voids, asks why not.

Statements are posted as learning systems do, over HTTP.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests
from playwright.sync_api import Locator, expect
from sqlalchemy import select

from lrs_bridge.lrs.access.credentials import add_credential
from plugin.demo.stage import Stage
from plugin.foundation.tenancy import EVERYWHERE, Organisation
from plugin.statements.search import PAGE
from tests.browser.conftest import Visit
from tests.browser.test_accessibility import faults
from tests.browser.visitors import Visitor
from tests.plugin.statements.conftest import a_statement

KEY, SECRET = "authoring", "a secret of the authoring tool"
HEADERS = {"X-Experience-API-Version": "1.0.3", "User-Agent": "authoring/1.0"}
TIMEOUT = 10  # s
WHY = "Sent by a course that was a test."


class AuthoringTool:
    """A system that sends statements to the tool's record store."""

    def __init__(self, stage: Stage) -> None:
        self._url = f"{stage.tool_url}/xapi/statements"
        with stage.mentes.database.transaction(EVERYWHERE) as session:
            organisation_id = session.scalars(select(Organisation.id)).one()
            add_credential(
                session,
                organisation_id,
                KEY,
                SECRET,
                ["all"],
                stage.mentes.clock(),
                label="Authoring tool",
            )

    def post(self, *statements: dict[str, Any], status: int = 200, secret: str = SECRET) -> None:
        """Send statements, which are answered with `status`."""
        answer = requests.post(
            self._url,
            json=list(statements),
            auth=(KEY, secret),
            headers=HEADERS,
            timeout=TIMEOUT,
        )
        assert answer.status_code == status, answer.text


@pytest.fixture
def authoring(course: Stage) -> AuthoringTool:
    """An authoring tool that has sent two pages of statements, and one that differs."""
    tool = AuthoringTool(course)
    everybody = [{"name": f"P{n:02}", "mbox": f"mailto:p{n}@lms.example"} for n in range(2 * PAGE)]
    tool.post(*(a_statement(actor=each) for each in everybody))
    tool.post(
        a_statement(
            actor={"name": "Zoe <b>Bold</b>", "mbox": "mailto:zoe@lms.example"},
            verb={"id": "http://adlnet.gov/expapi/verbs/passed", "display": {"en": "passed"}},
            result={"success": True, "score": {"scaled": 0.9}, "response": "I would ask first."},
        )
    )
    return tool


def opened(alex: Visitor) -> Visitor:
    """Open the list of statements."""
    alex.open_mentoring().get_by_role("link", name="Administration").click()
    alex.tool.get_by_role("main").get_by_role("link", name="Statements", exact=True).click()
    expect(alex.tool.get_by_role("heading", level=1)).to_have_text("Statements")
    return alex


def found(alex: Visitor) -> Locator:
    """Return the lines of the list."""
    return alex.tool.get_by_role("row").filter(has=alex.tool.get_by_role("rowheader"))


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_statement_is_found_read_and_voided(
    authoring: AuthoringTool, visit: Visit, scripts: bool
) -> None:
    alex = opened(visit("Alex", scripts=scripts))
    tool = alex.tool
    tool.get_by_role("textbox", name="Person").fill("zoe@lms.example")
    tool.get_by_role("combobox", name="Verb").fill("passed")
    tool.get_by_role("button", name="Find").click()
    expect(found(alex)).to_have_count(1)
    expect(found(alex)).to_contain_text("Zoe <b>Bold</b>")
    found(alex).get_by_role("link").click()
    expect(tool.get_by_role("region", name="In the record store")).to_contain_text("Authoring tool")
    expect(tool.get_by_role("textbox", name="Raw")).to_have_value(
        re.compile('"I would ask first."')
    )
    tool.get_by_role("button", name="Void this statement").click()
    expect(tool.get_by_role("alert")).to_contain_text("This cannot be undone")
    tool.get_by_label("Why?").fill(WHY)
    tool.get_by_role("button", name="Void it for good").click()
    expect(tool.get_by_text("The statement is voided.")).to_be_visible()
    expect(tool.get_by_role("region", name="Voided")).to_contain_text(WHY)
    tool.get_by_role("link", name="See the voiding statement").click()
    expect(tool.get_by_role("region", name="Voids another statement")).to_contain_text(WHY)
    assert alex.complaints == []


def test_the_list_is_paged_and_cleared_by_keyboard_alone(
    authoring: AuthoringTool, visit: Visit
) -> None:
    alex = opened(visit("Alex"))
    tool = alex.tool
    tool.get_by_role("combobox", name="Verb").press_sequentially("completed")
    alex.page.keyboard.press("Enter")
    expect(tool.get_by_role("button", name="Clear all")).to_be_visible()
    expect(found(alex).first).to_contain_text(f"P{2 * PAGE - 1}")
    tool.get_by_role("link", name="Older").press("Enter")
    expect(found(alex).first).to_contain_text(f"P{PAGE - 1}")
    tool.get_by_role("link", name="Newer").press("Enter")
    expect(found(alex).first).to_contain_text(f"P{2 * PAGE - 1}")
    tool.get_by_role("button", name="Clear all").press("Enter")
    expect(found(alex).filter(has_text="Zoe")).to_have_count(1)


def test_a_refusal_says_whose_it_was_why_and_what_to_do(
    authoring: AuthoringTool, visit: Visit
) -> None:
    wrong = a_statement(actor={"mbox": "zoe@lms.example"})
    for _ in range(2):
        authoring.post(wrong, status=400)
    alex = opened(visit("Alex"))
    tool = alex.tool
    tool.get_by_role("link", name="See what was refused").click()
    line = found(alex).filter(has_text="A statement breaks a rule of xAPI")
    expect(line).to_contain_text("Authoring tool")
    line.get_by_role("link").click()
    said = tool.get_by_role("region", name="What the sender was told")
    expect(said).to_contain_text("must be a mail address that begins with mailto:")
    expect(tool.get_by_role("region", name="Who sent it")).to_contain_text("authoring/1.0")
    expect(tool.get_by_role("main")).not_to_contain_text("zoe")


def test_nobody_else_is_led_to_statements(authoring: AuthoringTool, visit: Visit) -> None:
    for who in ("Ines", "Ada"):
        tool = visit(who).open_mentoring()
        for name in ("Administration", "Statements"):
            expect(tool.get_by_role("link", name=name)).to_have_count(0)


def test_every_page_about_statements_can_be_used_by_everybody(
    authoring: AuthoringTool, visit: Visit
) -> None:
    alex = opened(visit("Alex"))
    tool = alex.tool
    faulty: list[str] = []

    def look(name: str, sign: Locator) -> None:
        """Look for faults, once `sign` shows that the page is there."""
        sign.first.wait_for()
        faulty.extend(faults(name, alex))

    look("statements", found(alex))
    tool.get_by_role("textbox", name="Person").fill("a")
    tool.get_by_role("button", name="Find").click()
    look("who is meant", tool.get_by_role("heading", name="Who is meant?"))
    tool.get_by_role("textbox", name="Person").fill("")
    tool.get_by_role("combobox", name="Verb").fill("no such verb")
    tool.get_by_role("button", name="Find").click()
    look("search that comes back", tool.get_by_role("alert"))
    tool.get_by_role("combobox", name="Verb").fill("passed")
    tool.get_by_role("button", name="Find").click()
    expect(found(alex)).to_have_count(1)
    found(alex).get_by_role("link").click()
    look("one statement", tool.get_by_role("textbox", name="Raw"))
    tool.get_by_role("button", name="Void this statement").click()
    look("voiding", tool.get_by_label("Why?"))
    tool.get_by_label("Why?").fill(WHY)
    tool.get_by_role("button", name="Void it for good").click()
    look("a voided statement", tool.get_by_text("The statement is voided."))
    tool.get_by_role("link", name="Statements", exact=True).last.click()
    tool.get_by_role("link", name="See what was refused").click()
    look("nothing refused", tool.get_by_role("heading", name="Nothing was refused"))
    authoring.post(a_statement(), secret="not the secret", status=401)
    tool.get_by_role("link", name="Statements", exact=True).last.click()
    tool.get_by_role("link", name="See what was refused").click()
    look("refused", found(alex))
    found(alex).get_by_role("link").click()
    look("one refusal", tool.get_by_role("heading", name="What to do"))
    assert not faulty, "\n".join(faulty)
