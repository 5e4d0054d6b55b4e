"""Content in a browser: a page of another origin stores and reads, by each of several libraries.

What each does is in pages/*.js; what it takes of the libraries is what `make clients` installed.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, Playwright, Request, sync_playwright
from werkzeug.wrappers import Response

from lti.testing import serving
from tests.browsers import chromium
from tests.clients.installed import NODE_MODULES, has_node
from tests.conformance.server import Store

PAGES = Path(__file__).parent / "pages"
BUNDLES = {
    "xapi.js": NODE_MODULES / "@xapi" / "xapi" / "dist" / "XAPI.umd.js",
    "tincanjs.js": NODE_MODULES / "tincanjs" / "build" / "tincan-min.js",
}

pytestmark = pytest.mark.skipif(chromium() is None, reason="left_out.py says how to get a Chromium")
installed = pytest.mark.skipif(not has_node(), reason="run: make clients")


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """What drives browsers."""
    with sync_playwright() as running:
        yield running


@pytest.fixture
def page(playwright: Playwright) -> Iterator[Page]:
    """A page of somebody else's, on an origin of its own."""
    content = Response("<!doctype html><title>A course</title>", content_type="text/html")
    with serving(content) as site:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox"] if os.geteuid() == 0 else []
        )
        page = browser.new_page()
        page.goto(site.url)
        yield page
        browser.close()


def run(page: Page, store: Store, script: str, version: str = "1.0.3") -> tuple[str, Any]:
    """Run a script in the page. Return the activity that it was given, and what it saw."""
    if script in BUNDLES:
        page.add_script_tag(path=BUNDLES[script])
    something = f"https://page.example/{uuid4()}"
    proof = base64.b64encode(f"{store.key}:{store.secret}".encode()).decode()
    given = {
        "endpoint": store.endpoint,
        "authorization": f"Basic {proof}",
        "version": version,
        "somebody": {"account": {"homePage": "https://page.example", "name": uuid4().hex}},
        "something": something,
    }
    return something, page.evaluate((PAGES / script).read_text(), given)


def test_without_a_library_in_the_alternate_syntax(page: Page, store: Store) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.method))
    something, seen = run(page, store, "fetch.js")
    assert seen == [[something, "1.0.3", "page 3", True]] * 2
    assert set(asked) == {"POST"}  # forms are what a browser sends without asking beforehand


@installed
@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
def test_xapi_from_npm(page: Page, store: Store, version: str) -> None:
    something, seen = run(page, store, "xapi.js", version)
    assert seen == [[something, "a certificate", 3, True]] * 2


@installed
def test_tincanjs_in_both_syntaxes(page: Page, store: Store) -> None:
    alternate: list[str] = []

    def note(request: Request) -> None:
        if "?method=" in request.url:
            alternate.append(request.url.rpartition("=")[2])

    page.on("request", note)
    _, seen = run(page, store, "tincanjs.js", "1.0.2")
    assert seen == [[1, 3, 4]] * 2
    assert {"GET", "PUT", "DELETE"} <= set(alternate)
