"""An Open edX beside the tool: its process, what Studio shows, browsers that launch from it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from flask import Flask
from werkzeug.test import TestResponse

from benchmarks.environments import python_with
from benchmarks.lrs.processes import Process
from lti.registration import Registration
from lti.testing import User
from tests.plugin.launching import HTML, Browser
from tests.servers import free_port

REQUIREMENT = "lti-consumer-xblock==11.4.4"
BESIDE = ("cryptography==50.0.2",)
"""PyJWT signs with it; edx-platform has it."""
SERVE = Path(__file__).parent / "open_edx" / "serve.py"
BLOCK = {
    "display_name": "Mentoring",
    "lti_version": "lti_1p3",
    "lti_1p3_tool_key_mode": "keyset_url",
    "has_score": True,
    "weight": 1.0,
    "ask_to_send_full_name": True,
    "ask_to_send_email": True,
    "lti_1p3_enable_nrps": True,
    "lti_advantage_deep_linking_enabled": True,
}
"""What an author fills in, beside our addresses."""


def python() -> Path:
    """Return the interpreter that has it, installed at first use."""
    return python_with(REQUIREMENT, *BESIDE)


@dataclass
class OpenEdx:
    """A running platform with one LTI block, which leads to the tool `app`."""

    url: str
    app: Flask

    def shown_in_studio(self, browser: EdxBrowser) -> dict[str, Any]:
        """Return what the block shows its author."""
        shown: dict[str, Any] = browser.asked("studio").json()
        return shown

    def browser(self) -> EdxBrowser:
        """Return a browser that has been nowhere yet."""
        return EdxBrowser(self, self.app.test_client())

    def launched(self, user: User) -> EdxBrowser:
        """Return a browser in which `user` has just opened the block."""
        browser = self.browser()
        answer = browser.launch(user)
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return browser

    def known(self, user: User) -> str:
        """Return what tools know `user` by."""
        return self.browser().enter(user)

    def registration(self, author: User) -> Registration:
        """Return what an author copies from Studio into the tool."""
        browser = self.browser()
        browser.enter(author)
        shown = self.shown_in_studio(browser)
        return Registration(
            id="",
            issuer=shown["issuer"],
            client_id=shown["client_id"],
            authorization_endpoint=shown["oidc_callback"],
            token_endpoint=shown["token_url"],
            jwks_uri=shown["keyset_url"],
            deployment_ids=frozenset({shown["deployment_id"]}),
            product="openedx",
        )

    def gradebook(self) -> list[dict[str, Any]]:
        """Return what came to the gradebook, in order."""
        published: list[dict[str, Any]] = requests.get(f"{self.url}/gradebook", timeout=30).json()
        return published


@dataclass
class EdxBrowser(Browser):
    """A browser with a session at the platform and one at the tool."""

    campus: OpenEdx  # type: ignore[assignment] # of the real thing, not of `lti.testing`
    session: requests.Session = field(default_factory=requests.Session)

    def asked(self, address: str) -> requests.Response:
        """Return a page of the platform."""
        answer = self.session.get(f"{self.campus.url}/{address}", timeout=30)
        assert answer.status_code == 200, answer.text
        return answer

    def enter(self, user: User) -> str:
        """Log in at the platform; return what it calls `user` before tools."""
        return self.asked(f"enter/{user.username}").text

    def launch(self, user: User, **_: Any) -> TestResponse:
        """Log in, look at the unit, and follow where its frame leads."""
        self.enter(user)
        return self.follow(self.frame())

    def frame(self) -> str:
        """Return where the frame of the block leads.

        Its "&" are written bare; "&lti_…" is no "&lt;" to a browser, as it is to `unescape`.
        """
        (address,) = re.findall(r'data-target="([^"]+)"', self.asked("unit").text)
        return address

    def follow(self, initiation: str) -> TestResponse:
        """Go from a login initiation to the tool's answer to the launch."""
        asked = urlsplit(initiation)
        login = self.client.get(f"{asked.path}?{asked.query}", headers=HTML)
        assert login.status_code == 302, login.get_data(as_text=True)
        gate = self.session.get(login.headers["Location"], timeout=30)
        assert gate.status_code == 200, gate.text
        action, fields = form_of(gate.text)
        answer = self.client.post(
            urlsplit(action).path,
            data=fields,
            headers={"Accept": "text/html", "Sec-Fetch-Site": "cross-site"},
        )
        if answer.status_code == 303:
            self.launch_id = answer.headers["Location"].strip("/").split("/")[1]
        return answer


def form_of(page: str) -> tuple[str, dict[str, str]]:
    """Return where a page's form goes, and what is in it."""
    (action,) = re.findall(r'action="([^"]+)"', page)
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', page))
    return unescape(action), {name: unescape(value) for name, value in fields.items()}


@contextmanager
def an_open_edx(app: Flask, tool: str, keys: str, folder: Path, **fields: Any) -> Iterator[OpenEdx]:
    """Run the platform, its block pointing at the tool, for as long as the block lasts.

    Args:
        tool: the public URL of the tool.
        keys: where its key set is.
        fields: more of what an author fills in.
    """
    port = free_port()
    filled_in = {
        **BLOCK,
        "lti_1p3_launch_url": f"{tool}/lti/launch",
        "lti_1p3_oidc_url": f"{tool}/lti/login",
        "lti_1p3_tool_keyset_url": keys,
        "lti_advantage_deep_linking_launch_url": f"{tool}/lti/launch",
        **fields,
    }
    process = Process(
        [str(python()), str(SERVE), str(port), json.dumps(filled_in)],
        port=port,
        environment={},
        folder=folder,
    )
    try:
        yield OpenEdx(f"http://127.0.0.1:{port}", app)
    finally:
        process.stop()
