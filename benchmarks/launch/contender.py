"""A tool in a process of its own, opened by a platform that all tools share."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import mean
from typing import IO, Any
from urllib.parse import parse_qs, urlsplit

import requests

from benchmarks.environments import CHECKOUT
from lti.testing import Course, Platform, ResourceLink, Tool, User, messages, serving
from plugin.foundation.clock import utc_now

TOOLS = Path(__file__).parent / "tools"
COURSE = Course(id="2", label="MENT101", title="Mentored Course 101")
ADA = User(id="4", given_name="Ada", family_name="One", email="ada@lms.example", username="ada")

Costs = dict[str, float]
"""Seconds of CPU of the tool's process, by the request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """A running tool, and how the platform knows it."""

    platform: Platform
    tool: Tool
    link: ResourceLink
    said: IO[str]
    heard: IO[str]
    turns: Iterator[int] = field(default_factory=count)

    def costs(self, number: int, pages: Sequence[str] = ()) -> Costs:
        """Let Ada open it in `number` new browsers; return what each kind of request cost.

        Args:
            pages: further pages to open, by the path below where a launch leads.
        """
        turn = next(self.turns)
        initiation = self.platform.login_initiation(self.tool, ADA, self.link)
        found = {
            "nothing": self._ask(turn, [("/healthz", None)] * number),
            "login": self._ask(turn, [("/lti/login", dict(initiation.params))] * number),
        }
        launches = [self._launch(parse_qs(urlsplit(url).query)) for _, url in found["login"]]
        found["launch"] = self._ask(turn, [("/lti/launch", form) for form in launches])
        for page in pages:
            paths = [urlsplit(location).path + page for _, location in found["launch"]]
            found[page] = self._ask(turn, [(path, None) for path in paths])
        return {name: mean(cost for cost, _ in answers) for name, answers in found.items()}

    def post(self, number: int) -> Costs:
        """Post what a launch does, `number` times, to a tool that takes any; return the cost."""
        form = self._launch({"state": ["any"], "nonce": ["any"]})
        answers = self._ask(next(self.turns), [("/lti/launch", form)] * number)
        return {"post": mean(cost for cost, _ in answers)}

    def _launch(self, asked: dict[str, list[str]]) -> dict[str, str]:
        claims = messages.resource_link_request(self.platform, self.tool, ADA, self.link, "iframe")
        token = self.platform.id_token(self.tool, asked["nonce"][0], claims)
        return {"state": asked["state"][0], "id_token": token}

    def _ask(self, turn: int, several: list[tuple[str, Any]]) -> list[tuple[float, str]]:
        line = [
            {"browser": [turn, browser], "path": path, "form": form}
            for browser, (path, form) in enumerate(several)
        ]
        print(json.dumps(line), file=self.said, flush=True)
        answers = json.loads(self.heard.readline())
        for answer in answers:
            assert answer["status"] < 400, answer
        return [(answer["seconds"], answer["location"]) for answer in answers]


@contextmanager
def campus() -> Iterator[Platform]:
    """Run the platform, with one course and Ada in it."""
    with serving() as server:
        platform = Platform(server.url, clock=utc_now)
        server.app = platform.wsgi
        platform.directory.add_course(COURSE)
        platform.directory.add_user(ADA)
        platform.directory.enrol(ADA.id, COURSE.id, "Learner")
        yield platform


@contextmanager
def running(platform: Platform, python: Path | str, programme: str) -> Iterator[Contender]:
    """Register a tool with `platform` and run it, for as long as the block runs."""
    url = f"https://{programme.replace('_', '-')}.example"  # nothing is ever sent there
    tool = platform.register_tool(
        login_url=f"{url}/lti/login", launch_url=f"{url}/lti/launch", jwks_uri=f"{url}/keys.json"
    )
    link = platform.add_resource_link(tool, COURSE.id, "Mentoring", score_maximum=1.0)
    with subprocess.Popen(
        [str(python), str(TOOLS / f"{programme}.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        print(json.dumps(_said(platform, tool, url)), file=process.stdin, flush=True)
        json.loads(process.stdout.readline())
        yield Contender(
            platform=platform, tool=tool, link=link, said=process.stdin, heard=process.stdout
        )
        process.stdin.close()


def _said(platform: Platform, tool: Tool, url: str) -> dict[str, Any]:
    registration = platform.registration_of(tool, "")
    return {
        "url": url,
        "issuer": registration.issuer,
        "client_id": registration.client_id,
        "authorization_endpoint": registration.authorization_endpoint,
        "token_endpoint": registration.token_endpoint,
        "deployment_ids": sorted(registration.deployment_ids),
        "jwks_uri": registration.jwks_uri,
        "key_set": requests.get(registration.jwks_uri, timeout=5).json(),
    }
