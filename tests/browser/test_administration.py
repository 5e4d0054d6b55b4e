"""The administrator looks after platforms in Chromium: registers, lets in, closes, asks why not."""

from __future__ import annotations

import pytest
import requests
from playwright.sync_api import FrameLocator, Locator, expect
from sqlalchemy import select

from plugin.demo.stage import Stage
from plugin.foundation.tenancy import EVERYWHERE
from plugin.platforms import deployments
from plugin.platforms.model import RegistrationRow
from tests.browser.conftest import Visit
from tests.browser.test_accessibility import faults
from tests.browser.visitors import Visitor

TIMEOUT = 10  # s


def at(alex: Visitor, place: str) -> FrameLocator:
    """Open a place of the administration."""
    tool = alex.open_mentoring()
    tool.get_by_role("link", name="Administration").click()
    tool.get_by_role("main").get_by_role("link", name=place).click()
    expect(tool.get_by_role("heading", level=1)).to_have_text(place)
    return tool


def the_campus(stage: Stage) -> RegistrationRow:
    with stage.mentes.database.reading(EVERYWHERE) as session:
        return session.scalars(select(RegistrationRow)).one()


def launched_elsewhere(stage: Stage) -> None:
    """Let a deployment that nobody knows be seen, and a login for somebody else's page refused."""
    row = the_campus(stage)
    with stage.mentes.database.transaction(EVERYWHERE) as session:
        deployments.launched(session, row.id, "course 7", now=stage.mentes.clock())
    answer = requests.post(
        f"{stage.tool_url}/lti/login",
        data={
            "iss": row.issuer,
            "client_id": row.client_id,
            "login_hint": "7",
            "target_link_uri": "https://elsewhere.example/",
        },
        headers={"Accept": "text/html"},
        timeout=TIMEOUT,
    )
    assert answer.status_code == 400


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_platform_is_registered_by_hand_changed_and_closed(
    course: Stage, visit: Visit, scripts: bool
) -> None:
    alex = visit("Alex", scripts=scripts)
    tool = at(alex, "Learning platforms")
    tool.get_by_role("button", name="Register by hand").click()
    tool.get_by_role("radio", name="Brightspace").check()
    tool.get_by_role("textbox", name="Where is it?").fill("school.brightspace.com")
    tool.get_by_role("button", name="Go on").click()
    expect(tool.get_by_label("Audience of access tokens")).to_have_value(
        "https://api.brightspace.com/auth/token"
    )
    tool.get_by_label("Client id").fill("0c1c6a3e")
    tool.get_by_role("button", name="Register it").click()
    expect(tool.get_by_role("heading", level=1)).to_contain_text("Brightspace school.bright")
    tool.get_by_role("button", name="Change").click()
    tool.get_by_label("What you call it").fill("The second campus")
    tool.get_by_role("button", name="Save").click()
    expect(tool.get_by_role("heading", level=1)).to_contain_text("The second campus")
    tool.get_by_role("button", name="Close this platform").click()
    expect(tool.get_by_role("heading", level=1)).to_contain_text("Closed")
    assert alex.complaints == []


def test_a_deployment_that_waits_is_let_in(course: Stage, visit: Visit) -> None:
    launched_elsewhere(course)
    alex = visit("Alex")
    tool = at(alex, "Deployments that wait")
    tool.get_by_role("button", name="Let it in course 7").click()
    expect(tool.get_by_role("heading", name="Nothing waits")).to_be_visible()
    tool = at(alex, "Learning platforms")
    tool.get_by_role("region", name="Registered").get_by_role("link").click()
    tool.get_by_role("button", name="Let them administer Mentes course 7").click()
    tool.get_by_role("button", name="Let them no longer course 7").click()
    expect(tool.get_by_role("button", name="Let them administer Mentes course 7")).to_be_visible()


def test_a_refused_launch_says_what_to_change(course: Stage, visit: Visit) -> None:
    launched_elsewhere(course)
    tool = at(visit("Alex"), "Refused launches")
    tool.get_by_role("rowheader").get_by_role("link").first.click()
    expect(tool.get_by_role("heading", level=1)).to_have_text(
        "It was to open something else than Mentes"
    )
    expect(tool.get_by_role("region", name="What to do")).to_contain_text("Manage tools")


def test_the_approval_can_be_cancelled_and_the_window_closes(stage: Stage, visit: Visit) -> None:
    alex = visit("Alex", stays=True)
    page = alex.open("/admin/tools.php")
    page.get_by_label("Registration link").fill(stage.invitation)
    page.get_by_role("button", name="Register", exact=True).click()
    alex.tool.get_by_role("button", name="Cancel").click()
    expect(alex.tool.get_by_role("heading", level=1)).to_have_text("Nothing was registered")


def test_every_page_about_platforms_can_be_used_by_everybody(course: Stage, visit: Visit) -> None:
    launched_elsewhere(course)
    alex = visit("Alex")
    faulty: list[str] = []

    def look(name: str, sign: Locator) -> None:
        """Look for faults, once `sign` shows that the page is there."""
        sign.first.wait_for()
        faulty.extend(faults(name, alex))

    tool = at(alex, "Learning platforms")
    look("platforms", tool.get_by_role("heading", name="Registered"))
    tool.get_by_role("button", name="Make a link").click()
    look("a link", tool.get_by_label("Registration link"))
    tool.get_by_role("button", name="Register by hand").click()
    look("product", tool.get_by_role("radio", name="Sakai"))
    tool.get_by_role("radio", name="Sakai").check()
    tool.get_by_role("textbox", name="Where is it?").fill("sakai.example.org")
    tool.get_by_role("button", name="Go on").click()
    look("form", tool.get_by_label("Client id"))
    tool.get_by_label("Client id").fill("c-1")
    tool.get_by_role("button", name="Register it").click()
    look("form that comes back", tool.get_by_role("alert"))
    tool = at(alex, "Learning platforms")
    tool.get_by_role("region", name="Registered").get_by_role("link").click()
    look("one platform", tool.get_by_role("heading", name="Deployments"))
    look("waiting", at(alex, "Deployments that wait").get_by_role("button", name="Let it in"))
    tool = at(alex, "Refused launches")
    look("refused launches", tool.get_by_role("rowheader"))
    tool.get_by_role("rowheader").get_by_role("link").first.click()
    look("one refused launch", tool.get_by_role("heading", name="What to do"))
    tool.get_by_role("link", name="Administration").click()
    look("administration", tool.get_by_role("heading", name="Learning platforms"))
    assert not faulty, "\n".join(faulty)
