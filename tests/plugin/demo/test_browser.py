"""The small browser, against a site and another site in its frame."""

import json

import pytest
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from lti.testing import serving
from plugin.demo.browser import Blocked
from plugin.demo.markup import NotOnThePage

COOKIE = "__Host-tool=1; Secure; HttpOnly; Path=/; SameSite=None; Partitioned"


def html(body, **headers):
    return Response(body, mimetype="text/html", headers=headers)


def outer(inner_url, policy=""):
    """Return a site that shows the other in a frame, and has a form for it."""

    @Request.application
    def site(request):
        if request.path == "/frame":
            return html(
                f"<form method=post action='{inner_url}/in'><input type=hidden name=a value=1>"
                "</form><script></script>"
            )
        if request.path == "/away":
            return html(
                f"<form method=post action='{inner_url}/in'><input name=a value=1></form>",
                **{"Content-Security-Policy": policy},
            )
        return html("<iframe src='/frame'></iframe><a href='/loop'>Loop</a>")

    return site


@Request.application
def inner(request):
    """A site that says back what the browser told it."""
    if request.path == "/in":
        response = redirect("/said", 303)
        response.headers.add("Set-Cookie", COOKIE)
        return response
    if request.path == "/loop":
        return redirect("/loop")
    if request.path == "/refuses":
        return html("No.", **{"Content-Security-Policy": "frame-ancestors 'none'"})
    told = {
        name: request.headers.get(name)
        for name in ("Sec-Fetch-Site", "Sec-Fetch-Dest", "Origin", "Cookie")
    }
    form = "<form method=post action='/said'><input name=b value=2></form>"
    return html(f"{form}<a href='/said'>Again</a><a href='/refuses'>No</a><p>{json.dumps(told)}")


def told(page):
    return json.loads(page.words.partition("No ")[2])


@pytest.fixture
def tool():
    with serving(inner) as server:
        yield server.url


@pytest.fixture
def site(tool):
    with serving(outer(tool)) as server:
        yield f"http://localhost:{server.port}"


def test_a_frame_follows_forms_that_send_themselves_and_keeps_a_partitioned_cookie(
    site, tool, browsers
):
    browser = browsers(places={site: "campus", tool: "tool"})
    page = browser.enter(browser.open(f"{site}/"))
    assert page.url == f"{tool}/said"
    assert told(page) == {
        "Sec-Fetch-Site": "cross-site",
        "Sec-Fetch-Dest": "iframe",
        "Origin": None,
        "Cookie": "__Host-tool=1",
    }
    assert [str(exchange) for exchange in browser.exchanges] == [
        "GET  campus / → 200",
        "GET  campus /frame → 200",
        "POST tool /in → 303",
        "GET  tool /said → 200",
    ]


def test_inside_the_frame_requests_are_the_tools_own(site, browsers):
    browser = browsers()
    page = browser.enter(browser.open(f"{site}/"))
    assert told(browser.click(page, "Again"))["Sec-Fetch-Site"] == "same-origin"
    posted = told(browser.submit(page, "/said"))
    assert posted["Sec-Fetch-Site"] == "same-origin"
    assert posted["Origin"] == page.url.removesuffix("/said")
    assert posted["Cookie"] == "__Host-tool=1"


def test_a_typed_address_comes_from_nowhere_and_has_other_cookies(site, tool, browsers):
    browser = browsers()
    browser.enter(browser.open(f"{site}/"))
    page = browser.open(f"{tool}/said")
    assert told(page) == {
        "Sec-Fetch-Site": "none",
        "Sec-Fetch-Dest": "document",
        "Origin": None,
        "Cookie": None,
    }


def test_a_page_that_does_not_want_to_be_framed_is_not_shown(site, browsers):
    browser = browsers()
    page = browser.enter(browser.open(f"{site}/"))
    with pytest.raises(Blocked, match="framed"):
        browser.click(page, "No")


def test_a_form_does_not_go_where_the_policy_forbids(tool, browsers):
    with serving(outer(tool, policy="form-action 'self'")) as server:
        browser = browsers()
        page = browser.open(f"{server.url}/away")
        with pytest.raises(Blocked, match="form"):
            browser.submit(page, "/in")


def test_going_round_in_circles_ends(tool, browsers):
    with pytest.raises(Blocked, match="circles"):
        browsers().open(f"{tool}/loop")


def test_what_is_not_on_the_page_cannot_be_done(site, tool, browsers):
    browser = browsers()
    page = browser.open(f"{site}/")
    with pytest.raises(NotOnThePage, match="no link “Join”"):
        browser.click(page, "Join")
    with pytest.raises(NotOnThePage, match="no form"):
        browser.submit(page, "/join")
    with pytest.raises(NotOnThePage, match="no frame"):
        browser.enter(browser.open(f"{tool}/said"))
