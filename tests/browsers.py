"""A Chromium for the browser tests, from wherever this machine has one."""

from __future__ import annotations

import os
import shutil
from functools import cache
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@cache
def chromium() -> str | None:
    """Return the program: the one of `MENTES_TEST_CHROMIUM`, Playwright's own, or the system's."""
    named = os.environ.get("MENTES_TEST_CHROMIUM")
    if named:
        return named
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    if own and Path(own).exists():
        return own
    return next((found for name in NAMES if (found := shutil.which(name))), None)
