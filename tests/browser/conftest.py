"""Fixtures of the browser tests; without a Chromium there are none, as left_out.py says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from plugin.demo.run import told
from plugin.demo.stage import Stage
from plugin.demo.stage import stage as raised
from plugin.demo.story import SETTING_UP
from tests.browser.blocking import BLOCKED, running
from tests.browser.visitors import PATIENCE, Visitor
from tests.browsers import chromium

collect_ignore_glob = [] if chromium() else ["test_*.py"]

Visit = Callable[..., Visitor]


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """What drives browsers."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as running_:
        yield running_


@pytest.fixture(scope="package")
def browser(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A Chromium that blocks third-party cookies."""
    profile = tmp_path_factory.mktemp("profile")
    with running(playwright, profile, third_party=BLOCKED) as started:
        yield started


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A tool and a campus that do not know each other yet."""
    with raised(tmp_path) as running_:
        yield running_


@pytest.fixture
def course(stage: Stage) -> Stage:
    """A course with Mentoring in it, and two mentors attached."""
    for result in told(stage, SETTING_UP):
        assert result.held, f"{result.title} {result.why}"
    return stage


@pytest.fixture
def visit(browser: Browser, stage: Stage) -> Iterator[Visit]:
    """Let people in: `visit("Ada")` is Ada, signed in on the campus in a browser of her own."""
    with ExitStack() as stack:

        def come(given_name: str, *, scripts: bool = True, stays: bool = False) -> Visitor:
            visitor = Visitor(browser, stage, given_name, scripts=scripts, stays=stays)
            return stack.enter_context(visitor)

        yield come
