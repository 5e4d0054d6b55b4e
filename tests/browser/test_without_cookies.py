"""Mentes where a frame is refused every cookie: by platform storage, or in a tab of its own.

That third-party cookies alone are blocked is the usual case, and what all other tests here run on:
the partitioned cookie is kept. Here the browser refuses that one, too, as Safari long did.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from plugin.demo.stage import Stage
from tests.browser.blocking import BLOCKED, running
from tests.browser.test_accessibility import faults
from tests.browser.test_frame import cookies_of_the_tool
from tests.browser.visitors import Visitor, inside

STORAGE = "platform_storage"
KEYED = re.compile(r"/s/[\w-]{43}/l/")
FORGING = """<!doctype html><script>
addEventListener("message", ({ data }) => {
  const { subject, message_id, key } = data;
  if (!["lti.put_data", "lti.get_data"].includes(subject)) return;
  const forged = JSON.stringify({ subject: `${subject}.response`, message_id, key, value: "x" });
  const stranger = document.createElement("iframe");
  stranger.sandbox = "allow-scripts"; // of no origin at all
  stranger.srcdoc = `<script>
    for (let each = 0; each < top.length; each++) top[each].postMessage(${forged}, "*");
    <\\/script>`;
  document.body.append(stranger);
});
</script><body>"""
"""A frame of the platform's that says nothing itself, and lets another origin answer for it."""
NOTES_WHEN = """new MutationObserver((changes) => {
  for (const { target } of changes)
    if (target.id === "other-way" && !target.hidden)
      document.documentElement.dataset.waited = performance.now();
}).observe(document, { subtree: true, attributes: true, attributeFilter: ["hidden"] });"""
"""Notes for how many ms a page has been there when the script on it shows the other way."""


@pytest.fixture(scope="module")
def refusing(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A Chromium that keeps no cookie of the tool in the campus's frame, only in its own tabs."""
    profile = tmp_path_factory.mktemp("refusing") / "profile"
    refused = {"http://127.0.0.1:*": "http://localhost:*"}
    with running(playwright, profile, third_party=BLOCKED, refused=refused) as started:
        yield started


@pytest.fixture(scope="module")
def refusing_all(
    playwright: Playwright, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """A Chromium that keeps no cookie of the tool anywhere."""
    profile = tmp_path_factory.mktemp("refusing-all") / "profile"
    with running(
        playwright, profile, third_party=BLOCKED, refused={"http://127.0.0.1:*": "*"}
    ) as started:
        yield started


@pytest.fixture
def enter(course: Stage) -> Iterator[ExitStack]:
    """Whoever enters a visitor here sees them out again."""
    with ExitStack() as stack:
        yield stack


def opened(visitor: Visitor) -> None:
    """Open the item, wherever that leads."""
    visitor.course().get_by_role("link", name="Mentoring").click()


def address(visitor: Visitor) -> str:
    """Return the address of the tool's page in the frame."""
    (frame,) = [each for each in visitor.page.frames if each.url.startswith(visitor.stage.tool_url)]
    return frame.url


def in_a_new_tab(visitor: Visitor) -> Page:
    with visitor.context.expect_page() as opening:
        visitor.tool.get_by_role("button", name="Open in a new tab").click()
    return opening.value


def test_with_platform_storage_the_frame_works_without_any_cookie(
    course: Stage, enter: ExitStack, refusing_all: Browser
) -> None:
    course.campus.platform.storage_frame = STORAGE
    ada = enter.enter_context(Visitor(refusing_all, course, "Ada"))
    tool = ada.open_mentoring()
    expect(tool.get_by_role("link", name="Your data")).to_be_visible()
    assert cookies_of_the_tool(ada) == []
    assert KEYED.search(address(ada))

    tool.get_by_label("What from this course would you like to use first?").fill("The review")
    tool.get_by_label("On a call").check()
    tool.get_by_role("radio", name="No, record nothing").check()
    tool.get_by_role("button", name="Find my mentor").click()
    expect(tool.get_by_role("heading", name="Whom you talk with")).to_be_visible()
    tool.get_by_role("link", name="Your data").click()
    expect(tool.get_by_role("heading", level=1)).to_have_text("Your data and choices")
    assert ada.complaints == []


def test_a_platform_that_knows_the_messages_by_their_older_names_is_asked_by_those(
    course: Stage, enter: ExitStack, refusing_all: Browser
) -> None:
    course.campus.platform.storage_frame = STORAGE
    course.campus.platform.storage_names = "org.imsglobal.lti"
    ada = enter.enter_context(Visitor(refusing_all, course, "Ada"))
    expect(ada.open_mentoring().get_by_role("link", name="Your data")).to_be_visible()
    assert KEYED.search(address(ada))


def test_what_the_address_of_such_a_visit_says_opens_nothing_elsewhere(
    course: Stage, enter: ExitStack, refusing_all: Browser
) -> None:
    course.campus.platform.storage_frame = STORAGE
    ada = enter.enter_context(Visitor(refusing_all, course, "Ada"))
    ada.open_mentoring()
    pasted = ada.context.new_page()
    answer = pasted.goto(address(ada))
    assert answer is not None
    assert answer.status == 401
    expect(pasted.get_by_role("heading", level=1)).to_have_text(
        "Please open Mentes from your course"
    )


def test_without_platform_storage_it_opens_in_a_new_tab(
    course: Stage, enter: ExitStack, refusing: Browser
) -> None:
    ada = enter.enter_context(Visitor(refusing, course, "Ada"))
    opened(ada)
    expect(ada.tool.get_by_role("heading", level=1)).to_have_text("Open Mentes in a new tab")
    tab = in_a_new_tab(ada)
    expect(tab.get_by_role("banner")).to_contain_text("Ada Okafor")
    assert not KEYED.search(tab.url)
    tab.get_by_role("link", name="Your data").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Your data and choices")
    assert ada.complaints == []


def test_the_ticket_of_the_new_tab_is_good_once(
    course: Stage, enter: ExitStack, refusing: Browser
) -> None:
    ada = enter.enter_context(Visitor(refusing, course, "Ada"))
    opened(ada)
    expect(in_a_new_tab(ada).get_by_role("banner")).to_contain_text("Ada Okafor")
    ada.page.bring_to_front()
    again = in_a_new_tab(ada)
    expect(again.get_by_role("main")).to_contain_text("opened twice, or too late")


def test_a_platform_that_promises_storage_and_does_not_answer_leads_to_the_new_tab(
    course: Stage, enter: ExitStack, refusing: Browser
) -> None:
    course.campus.platform.storage_frame = STORAGE
    course.campus.platform.answer_next("storage", status=503, times=9)
    ada = enter.enter_context(Visitor(refusing, course, "Ada"))
    opened(ada)
    expect(ada.tool.get_by_role("button", name="Open in a new tab")).to_be_visible()
    expect(in_a_new_tab(ada).get_by_role("banner")).to_contain_text("Ada Okafor")


def test_a_frame_that_never_answers_is_given_up_after_two_seconds(
    course: Stage, enter: ExitStack, refusing: Browser
) -> None:
    course.campus.platform.storage_frame = STORAGE
    ada = enter.enter_context(Visitor(refusing, course, "Ada"))
    ada.context.add_init_script(NOTES_WHEN)
    mute = "<!doctype html><title>Platform storage</title>"
    ada.context.route(
        course.campus.platform.at.storage,
        lambda route: route.fulfill(body=mute, content_type="text/html"),
    )
    opened(ada)
    page = ada.tool.locator("html[data-waited]")
    page.wait_for(state="attached")
    expect(ada.tool.get_by_role("button", name="Open in a new tab")).to_be_visible()
    assert 2000 <= float(page.get_attribute("data-waited") or 0) < 6000


def test_what_another_origin_answers_for_the_platform_is_not_believed(
    course: Stage, enter: ExitStack, refusing: Browser
) -> None:
    course.campus.platform.storage_frame = STORAGE
    ada = enter.enter_context(Visitor(refusing, course, "Ada"))
    ada.context.route(
        course.campus.platform.at.storage,
        lambda route: route.fulfill(body=FORGING, content_type="text/html"),
    )
    opened(ada)
    ada.page.frame_locator(f"[name={STORAGE}]").locator("iframe").wait_for(state="attached")
    expect(ada.tool.get_by_role("button", name="Open in a new tab")).to_be_visible()


def test_without_scripts_there_is_the_new_tab(
    course: Stage, enter: ExitStack, refusing: Browser
) -> None:
    course.campus.platform.storage_frame = STORAGE
    ada = enter.enter_context(Visitor(refusing, course, "Ada", scripts=False))
    opened(ada)
    inside(ada.page).get_by_role("button", name="Continue").click()
    tab = in_a_new_tab(ada)
    tab.get_by_role("button", name="Continue").click()
    expect(tab.get_by_role("banner")).to_contain_text("Ada Okafor")


def test_who_refuses_cookies_everywhere_is_told_what_to_do(
    course: Stage, enter: ExitStack, refusing_all: Browser
) -> None:
    ada = enter.enter_context(Visitor(refusing_all, course, "Ada"))
    opened(ada)
    expect(in_a_new_tab(ada).get_by_role("main")).to_contain_text("Allow cookies for this site")


def test_the_page_on_the_way_can_be_used_by_everybody(
    course: Stage, enter: ExitStack, refusing: Browser
) -> None:
    ada = enter.enter_context(Visitor(refusing, course, "Ada"))
    opened(ada)
    ada.tool.get_by_role("button", name="Open in a new tab").wait_for()
    assert faults("open in a new tab", ada) == []
