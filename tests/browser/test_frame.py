"""What the campus's frame lets through: cookies, launches side by side, forms, other frames."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Cookie, Page, Playwright, expect
from werkzeug.wrappers import Request, Response

from lti.testing import Course, Server, serving
from plugin.demo.stage import Stage
from plugin.foundation.web.access import SESSION_COOKIE
from tests.browser.blocking import ALLOWED, running
from tests.browser.conftest import Visit
from tests.browser.visitors import Visitor, inside

COOKIES = ("third=1; Path=/; Secure; SameSite=None", "__Host-apart=1; Path=/; Secure; Partitioned")


@pytest.fixture
def elsewhere() -> Iterator[Server]:
    """A site that is neither the campus nor the tool; set what it serves."""
    with serving() as server:
        yield server


def showing(page: str) -> Response:
    return Response(page, mimetype="text/html")


def sent_back(browser: Browser, third: Server) -> set[str]:
    """Return which cookies of a site come back to it from its frame on another site."""

    @Request.application
    def site(request: Request) -> Response:
        if request.path == "/again":
            return showing(f"<p>{' '.join(sorted(request.cookies)) or 'none'}</p>")
        response = showing('<a href="/again">Again</a>')
        for cookie in COOKIES:
            response.headers.add("Set-Cookie", f"{cookie}; SameSite=None; HttpOnly")
        return response

    third.app = site
    with serving() as first, browser.new_context() as context:
        first.app = showing(f'<iframe class="tool" src="{third.url}/"></iframe>')
        page = context.new_page()
        page.goto(f"http://localhost:{first.port}/")
        inside(page).get_by_role("link", name="Again").click()
        return set(inside(page).get_by_role("paragraph").inner_text().split())


def test_this_browser_blocks_third_party_cookies(browser: Browser, elsewhere: Server) -> None:
    assert sent_back(browser, elsewhere) == {"__Host-apart"}


def test_it_is_the_setting_that_blocks_them(
    playwright: Playwright, tmp_path: Path, elsewhere: Server
) -> None:
    with running(playwright, tmp_path / "profile", third_party=ALLOWED) as allowing:
        assert sent_back(allowing, elsewhere) == {"third", "__Host-apart"}


def test_the_session_survives_in_the_frame_and_is_kept_apart(course: Stage, visit: Visit) -> None:
    ada = visit("Ada")
    ada.open_mentoring()
    session = session_cookie(ada)
    assert (session["secure"], session["httpOnly"]) == (True, True)
    assert session["sameSite"] == "None"
    assert session["partitionKey"] == "http://localhost"
    assert [kept["name"] for kept in cookies_of_the_tool(ada)] == [SESSION_COOKIE]

    ada.tool.get_by_role("link", name="Your data").click()
    expect(ada.tool.get_by_role("heading", level=1)).to_have_text("Your data and choices")
    ada.open_mentoring()
    assert session_cookie(ada)["value"] == session["value"]


def test_the_session_of_the_frame_is_none_outside_of_it(course: Stage, visit: Visit) -> None:
    ada = visit("Ada")
    ada.open_mentoring()
    alone = ada.context.new_page()
    answer = alone.goto(address(ada.page))
    assert answer is not None
    assert answer.status == 401
    expect(alone.get_by_role("heading", level=1)).to_have_text(
        "Please open Mentes from your course"
    )


def test_two_courses_are_open_in_two_tabs(course: Stage, visit: Visit) -> None:
    ines = visit("Ines")
    other = another_course(ines)
    ines.open_mentoring()
    for tab, title in ((other, "Another course"), (ines.page, "Giving feedback that helps")):
        tab.bring_to_front()
        inside(tab).get_by_role("link", name="People").click()
        expect(inside(tab).get_by_role("heading", level=1)).to_have_text("People")
        expect(inside(tab).get_by_role("banner")).to_contain_text(title)
    assert len({address(other), address(ines.page)}) == 2


def test_whoever_comes_next_in_this_browser_does_not_get_the_visit(
    course: Stage, visit: Visit
) -> None:
    ada = visit("Ada")
    left_open = ada.open_mentoring()
    tab = ada.context.new_page()
    ada.open("/", tab=tab).get_by_role("button", name="Ben Larsen").click()
    expect(ada.open_mentoring(tab=tab).get_by_role("banner")).to_contain_text("Ben Larsen")
    ada.page.bring_to_front()
    left_open.get_by_role("link", name="Your data").click()
    expect(left_open.get_by_role("main")).to_contain_text("This visit has ended.")
    expect(left_open.get_by_role("banner")).not_to_contain_text("Ben Larsen")


def test_a_form_in_the_frame_comes_from_our_own_origin(course: Stage, visit: Visit) -> None:
    ada = visit("Ada")
    tool = ada.open_mentoring()
    tool.get_by_label("What from this course would you like to use first?").fill("The review")
    tool.get_by_label("On a call").check()
    tool.get_by_role("radio", name="No, record nothing").check()
    with ada.page.expect_request("**/join") as sent:
        tool.get_by_role("button", name="Find my mentor").click()
    headers = sent.value.all_headers()
    assert headers["sec-fetch-site"] == "same-origin"
    assert headers["sec-fetch-dest"] == "iframe"
    assert headers["sec-fetch-storage-access"] == "none"
    expect(tool.get_by_role("heading", name="Whom you talk with")).to_be_visible()


def test_a_form_of_another_site_is_refused(course: Stage, visit: Visit, elsewhere: Server) -> None:
    ada = visit("Ada")
    ada.open_mentoring()
    answers = {"first_use": "Forged", "talk": "call", "recorded": "yes"}
    fields = "".join(
        f'<input type="hidden" name="{name}" value="{value}">' for name, value in answers.items()
    )
    # In the same partition as the campus's frame, so that the session would come along.
    elsewhere.app = showing(
        f'<iframe class="tool" srcdoc="{escape(form(address(ada.page), fields))}"></iframe>'
    )
    tab = ada.context.new_page()
    tab.goto(f"http://localhost:{elsewhere.port}/")
    with tab.expect_response("**/join") as answer:
        inside(tab).get_by_role("button", name="Win").click()
    assert answer.value.status == 403
    assert SESSION_COOKIE in answer.value.request.all_headers()["cookie"]
    ada.open_mentoring()
    expect(ada.tool.get_by_role("button", name="Find my mentor")).to_be_visible()


def form(url: str, fields: str) -> str:
    return f'<form method="post" action="{url}">{fields}<button>Win</button></form>'


def test_another_site_that_frames_the_tool_shows_nothing(
    course: Stage, visit: Visit, elsewhere: Server
) -> None:
    ada = visit("Ada")
    ada.open_mentoring()
    elsewhere.app = showing(f'<iframe class="tool" src="{address(ada.page)}"></iframe>')
    tab = ada.context.new_page()
    with tab.expect_response(address(ada.page)) as answer:
        tab.goto(f"http://localhost:{elsewhere.port}/")
    assert answer.value.status == 200  # the session came along: the policy is what keeps it back
    assert soon(tab, lambda: tab.frames[1].url == "chrome-error://chromewebdata/")
    expect(inside(tab).get_by_text("Ada Okafor")).to_have_count(0)
    assert soon(tab, lambda: any("frame-ancestors" in text for text in ada.complaints))


def test_a_violation_of_the_policy_is_noticed(course: Stage, visit: Visit) -> None:
    ada = visit("Ada")
    ada.open_mentoring().locator("body").evaluate(
        "body => { const script = document.createElement('script');"
        "script.textContent = '1'; body.append(script); }"
    )
    assert soon(ada.page, lambda: any("script-src" in text for text in ada.complaints))


def soon(tab: Page, holds: Callable[[], bool]) -> bool:
    """Tell whether something comes to hold within ten seconds, while the browser goes on."""
    for _ in range(200):
        if holds():
            return True
        tab.wait_for_timeout(50)
    return False


def cookies_of_the_tool(visitor: Visitor) -> list[Cookie]:
    return visitor.context.cookies(visitor.stage.tool_url)


def session_cookie(visitor: Visitor) -> Cookie:
    (found,) = [each for each in cookies_of_the_tool(visitor) if each["name"] == SESSION_COOKIE]
    return found


def address(page: Page) -> str:
    """Return the address of the page in the frame."""
    return page.frames[1].url


def another_course(visitor: Visitor) -> Page:
    """Open Mentoring of a second course in a second tab, as its instructor."""
    platform, user = visitor.stage.campus.platform, visitor.person.user
    (tool,) = visitor.stage.campus.tools()
    platform.directory.add_course(Course(id="3", label="OTHER", title="Another course"))
    platform.directory.enrol(user.id, "3", "Instructor")
    link = platform.add_resource_link(tool, "3", "Mentoring")
    begun = platform.login_initiation(tool, user, link)
    tab = visitor.context.new_page()
    visitor.open_mentoring(tab=tab)
    # The campus's pages know one course; so the frame is pointed at the other one.
    frame = tab.locator("iframe.tool")
    frame.evaluate("(frame, url) => { frame.src = url }", f"{begun.url}?{urlencode(begun.params)}")
    expect(inside(tab).get_by_role("banner")).to_contain_text("Another course")
    return tab
