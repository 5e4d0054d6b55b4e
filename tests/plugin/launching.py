"""A platform on a real socket, and a browser that launches from it: what page tests begin with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lti.testing import (
    CAMPUS,
    Course,
    Platform,
    Profile,
    ResourceLink,
    Server,
    Tool,
    User,
    messages,
    serving,
)
from plugin.app import Mentes
from plugin.platforms.deployments import entrust
from plugin.platforms.service import registered

RECORDED = Path(__file__).parent.parent / "data" / "moodle-4.3"
COURSE = Course(id="2", label="MENT101", title="Mentored Course 101")
TEACHER = User(
    id="3", given_name="Tina", family_name="Teacher", email="tina@lms.example", username="tina"
)
ADA = User(id="4", given_name="Ada", family_name="One", email="ada@lms.example", username="ada")
BEN = User(id="5", given_name="Ben", family_name="Two", email="ben@lms.example", username="ben")
MO = User(id="6", given_name="Mo", family_name="Mentor", email="mo@lms.example", username="mo")
HTML = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}


@dataclass
class Campus:
    """A platform with one course, registered with one organisation of the tool."""

    platform: Platform
    server: Server
    tool: Tool
    link: ResourceLink
    registration_id: UUID
    app: Flask

    def browser(self) -> Browser:
        """Return a browser that has been nowhere yet."""
        return Browser(self, self.app.test_client())

    def launched(self, user: User, **claims: Any) -> Browser:
        """Return a browser in which `user` has just opened the item."""
        browser = self.browser()
        answer = browser.launch(user, **claims)
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return browser


@dataclass
class Browser:
    """A browser with its cookies, and the launch that it is in."""

    campus: Campus
    client: FlaskClient
    launch_id: str = ""

    def begin(self, user: User = ADA, **params: str) -> tuple[str, str]:
        """Begin a login and return (state, nonce) as the platform gets them."""
        campus = self.campus
        initiation = campus.platform.login_initiation(campus.tool, user, campus.link)
        answer = self.client.post("/lti/login", data={**initiation.params, **params}, headers=HTML)
        assert answer.status_code == 302, answer.get_data(as_text=True)
        asked = parse_qs(urlsplit(answer.headers["Location"]).query)
        return asked["state"][0], asked["nonce"][0]

    def claims(self, user: User = ADA) -> dict[str, Any]:
        """Return what the platform says of `user` opening the item."""
        campus = self.campus
        return messages.resource_link_request(
            campus.platform, campus.tool, user, campus.link, "iframe"
        )

    def token(self, nonce: str, claims: Mapping[str, Any]) -> str:
        """Return `claims` signed by the platform; None takes a claim away."""
        merged = {**claims}
        return self.campus.platform.id_token(
            self.campus.tool,
            nonce,
            {name: value for name, value in merged.items() if value is not None},
        )

    def post(self, state: str, id_token: str) -> TestResponse:
        """Post a launch, as the platform's page makes the browser do."""
        return self.client.post(
            "/lti/launch",
            data={"state": state, "id_token": id_token},
            headers={"Accept": "text/html", "Sec-Fetch-Site": "cross-site"},
        )

    def launch(self, user: User = ADA, **changed: Any) -> TestResponse:
        """Launch as `user`, with claims changed or (None) taken away."""
        state, nonce = self.begin(user)
        answer = self.post(state, self.token(nonce, {**self.claims(user), **changed}))
        if answer.status_code == 303:
            self.launch_id = answer.headers["Location"].strip("/").split("/")[-1]
        return answer

    def follow(self, answer: TestResponse) -> TestResponse:
        """Return the page to which an answer leads, however many redirects away."""
        for _ in range(5):
            if answer.status_code != 303:
                return answer
            answer = self.client.get(answer.headers["Location"], headers=HTML)
        raise AssertionError("It leads round and round.")

    def get(self, path: str, **values: Any) -> TestResponse:
        """Open a page of the launch."""
        return self.client.get(f"/l/{self.launch_id}/{path}", headers=HTML, **values)

    def submit(self, path: str, **form: Any) -> TestResponse:
        """Send a form of the launch."""
        return self.client.post(f"/l/{self.launch_id}/{path}", headers=HTML, data=form)


@contextmanager
def a_campus(
    mentes: Mentes, app: Flask, organisation_id: UUID, profile: Profile = CAMPUS
) -> Iterator[Campus]:
    """Run a platform that `organisation_id` has registered, and that brings administrators."""
    with serving() as server:
        platform = Platform(server.url, clock=mentes.clock, profile=profile)
        server.app = platform.wsgi
        public = mentes.settings.public_url
        tool = platform.register_tool(
            login_url=f"{public}/lti/login",
            launch_url=f"{public}/lti/launch",
            jwks_uri=f"{public}/lti/keys/{organisation_id}.json",
        )
        directory = platform.directory
        directory.add_course(COURSE)
        for user, role in (
            (TEACHER, "Instructor"),
            (ADA, "Learner"),
            (BEN, "Learner"),
            (MO, "Learner"),
        ):
            directory.add_user(user)
            directory.enrol(user.id, COURSE.id, role)
        link = platform.add_resource_link(tool, COURSE.id, "Mentoring", score_maximum=1.0)
        with mentes.database.transaction(organisation_id) as session:
            row = registered(
                session,
                platform.registration_of(tool, ""),
                name="Campus",
                administrators_are_analysts=True,
                now=mentes.clock(),
            )
            for deployment in row.deployments:  # also where the organisation has another already
                entrust(deployment, administers=True)
        yield Campus(platform, server, tool, link, row.id, app)


def recorded_claims(name: str) -> dict[str, Any]:
    """Return the claims of a launch recorded from a real Moodle 4.3."""
    claims: dict[str, Any] = json.loads((RECORDED / f"{name}.json").read_text())["claims"]
    return claims
