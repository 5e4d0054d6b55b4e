"""Chromium with third-party cookies blocked by the profile's setting, as a person would set it.

Chromium's switches for tests came and went; the setting stays. Debian's Chromium blocks by default,
others do not: so it is always set, and test_frame.py shows that it has an effect. The contexts that
people get (one each) take the setting over from the profile.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Playwright

from tests.browsers import chromium

ALLOWED, BLOCKED = 0, 1
"""Values of Chromium's preference `cookie_controls_mode`."""
BLOCK_ALL = 2
"""A value of its content settings."""
ONE_PROCESS = ["--disable-site-isolation-trials"]
"""A page and its frames share one, as on most phones: a busy machine loses clicks that go into a
frame of another process just after it was loaded. Cookies and policies are not checked in there."""


@contextmanager
def running(
    playwright: Playwright,
    profile: Path,
    *,
    third_party: int,
    refused: Mapping[str, str] | None = None,
) -> Iterator[Browser]:
    """Run Chromium on a new `profile`; third-party cookies are ALLOWED or BLOCKED.

    Args:
        refused: sites that may keep nothing at all, partitioned or not, by the site of the window
            that they are shown in ("*": any).
    """
    preferences = profile / "Default" / "Preferences"
    preferences.parent.mkdir(parents=True)
    setting = {"block_third_party_cookies": bool(third_party), "cookie_controls_mode": third_party}
    exceptions = {
        f"{host},{window}": {"setting": BLOCK_ALL} for host, window in (refused or {}).items()
    }
    content = {"exceptions": {"cookies": exceptions}}
    preferences.write_text(json.dumps({"profile": {**setting, "content_settings": content}}))
    owner = playwright.chromium.launch_persistent_context(
        profile,
        executable_path=chromium(),
        args=[*ONE_PROCESS, *(["--no-sandbox"] if os.geteuid() == 0 else [])],  # it refuses root
    )
    try:
        assert owner.browser is not None
        yield owner.browser
    finally:
        owner.close()
