"""PyLTI1p3 in a process of its own, launched by the same platform for the same person."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import parse_qs, urlsplit

import requests

from benchmarks.environments import python_with
from benchmarks.launch.ours import Costs
from lti.testing import ResourceLink, Tool, messages
from tests.plugin.launching import ADA, COURSE, Campus

PROGRAMME = Path(__file__).parent / "tools" / "pylti1p3_tool.py"
REQUIREMENTS = ("PyLTI1p3==2.0.0", "flask==3.1.2")
PUBLIC = "https://peer.example"
"""Where it believes to be; nothing is ever sent there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A running peer, and how the platform knows it."""

    campus: Campus
    tool: Tool
    link: ResourceLink
    said: IO[str]
    heard: IO[str]

    def costs(self) -> Costs:
        """Open it once in a browser that has been nowhere, and say what each request cost."""
        self._ask({"browser": "new"})
        platform = self.campus.platform
        nothing = self._request("/healthz", None)
        initiation = platform.login_initiation(self.tool, ADA, self.link)
        login = self._request("/lti/login", dict(initiation.params))
        asked = parse_qs(urlsplit(login["location"]).query)
        claims = messages.resource_link_request(platform, self.tool, ADA, self.link, "iframe")
        token = platform.id_token(self.tool, asked["nonce"][0], claims)
        launch = self._request("/lti/launch", {"state": asked["state"][0], "id_token": token})
        several = {"nothing": nothing, "login": login, "launch": launch}
        return {name: answer["seconds"] for name, answer in several.items()}

    def _request(self, path: str, form: dict[str, Any] | None) -> dict[str, Any]:
        answer = self._ask({"path": path, "form": form, "base_url": PUBLIC})
        assert answer["status"] < 400, answer
        return answer

    def _ask(self, line: dict[str, Any]) -> dict[str, Any]:
        print(json.dumps(line), file=self.said, flush=True)
        answer: dict[str, Any] = json.loads(self.heard.readline())
        return answer


@contextmanager
def started(campus: Campus) -> Iterator[Peer]:
    """Install it if need be, register it with the platform of `campus`, and run it.

    Raises:
        NotInstalled: if it could not be.
    """
    platform = campus.platform
    tool = platform.register_tool(
        login_url=f"{PUBLIC}/lti/login",
        launch_url=f"{PUBLIC}/lti/launch",
        jwks_uri=f"{PUBLIC}/jwks",
    )
    registration = platform.registration_of(tool, "")
    command = [str(python_with(*REQUIREMENTS)), str(PROGRAMME)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        said = {
            "issuer": registration.issuer,
            "client_id": registration.client_id,
            "authorization_endpoint": registration.authorization_endpoint,
            "token_endpoint": registration.token_endpoint,
            "deployment_ids": sorted(registration.deployment_ids),
            "key_set": requests.get(registration.jwks_uri, timeout=5).json(),
        }
        print(json.dumps(said), file=process.stdin, flush=True)
        link = platform.add_resource_link(tool, COURSE.id, "Peer", score_maximum=1.0)
        yield Peer(campus=campus, tool=tool, link=link, said=process.stdin, heard=process.stdout)
        process.stdin.close()
