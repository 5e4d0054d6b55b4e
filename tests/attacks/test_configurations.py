"""Configurations that lead elsewhere: to somebody else's platform, or into our own network."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.test import TestResponse
from werkzeug.wrappers import Request, Response

from config.settings import Settings
from lti.testing import Server, serving
from plugin.app import Mentes, compose, create_app
from plugin.foundation.tenancy import EVERYWHERE
from plugin.platforms import invitations
from plugin.platforms.model import Invitation, RegistrationRow
from tests.conftest import MovableClock
from tests.plugin.factories import every

HEADERS = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint")


@dataclass
class Attacker:
    """A site whose every answer is `answer`, and what it was asked."""

    server: Server
    answer: Callable[[Request], Response] = lambda _: Response(status=404)
    asked: list[Request] = field(default_factory=list)

    def says(self, **configuration: Any) -> None:
        """Answer with a configuration."""
        document = {"issuer": self.server.url} | {
            name: f"{self.server.url}/{name}" for name in ENDPOINTS
        }
        text = json.dumps({**document, **configuration})
        self.answer = lambda _: Response(text, mimetype="application/json")


@pytest.fixture
def attacker() -> Iterator[Attacker]:
    with serving() as server:
        site = Attacker(server)

        @Request.application
        def answering(request: Request) -> Response:
            site.asked.append(request)
            return site.answer(request)

        server.app = answering
        yield site


@pytest.fixture
def secret(mentes: Mentes, organisation_id: UUID) -> str:
    """A link that the attacker got hold of."""
    with mentes.database.transaction(organisation_id) as session:
        _, made = invitations.invite(session, administrators_are_analysts=True, now=mentes.clock())
    return made


def asked(app: Flask, secret: str, url: str, **form: str) -> list[TestResponse]:
    """Open the page, and agree without having seen it."""
    browser = app.test_client()
    said = {"openid_configuration": url, "registration_token": "the-token"}
    path = f"/lti/register/{secret}"
    return [
        browser.get(path, query_string=said, headers=HEADERS),
        browser.post(path, data={**said, **form}, headers=HEADERS),
    ]


def nothing_came_of_it(mentes: Mentes) -> bool:
    with mentes.database.reading(EVERYWHERE) as session:
        (invitation,) = every(session, Invitation)
        return every(session, RegistrationRow) == [] and invitation.used_at is None


@pytest.mark.parametrize(
    "issuer",
    [
        "https://canvas.instructure.com",
        "http://localhost:1",
        "http://127.0.0.1.evil.example",
        "http://evil@127.0.0.1",
    ],
)
def test_nobody_speaks_for_another_issuer(
    mentes: Mentes, app: Flask, secret: str, attacker: Attacker, issuer: str
) -> None:
    attacker.says(issuer=issuer)
    for answer in asked(app, secret, f"{attacker.server.url}/configuration"):
        assert answer.status_code == 400
        assert "Start again from the registration" in answer.text
        assert "reference" in answer.text
    assert nothing_came_of_it(mentes)
    assert {request.method for request in attacker.asked} == {"GET"}


def test_what_nobody_was_shown_is_not_agreed_to(
    mentes: Mentes, app: Flask, secret: str, attacker: Attacker
) -> None:
    attacker.says()
    for mark in ("", "0" * 64):
        _, answer = asked(app, secret, f"{attacker.server.url}/configuration", mark=mark)
        assert answer.status_code == 409
    assert nothing_came_of_it(mentes)
    assert {request.method for request in attacker.asked} == {"GET"}


def test_a_token_is_not_carried_elsewhere_by_a_redirect(
    mentes: Mentes, app: Flask, secret: str, attacker: Attacker
) -> None:
    with serving() as elsewhere:
        seen: list[str | None] = []

        @Request.application
        def listening(request: Request) -> Response:
            seen.append(request.headers.get("Authorization"))
            return Response("{}")

        elsewhere.app = listening
        attacker.answer = lambda _: Response(status=302, headers={"Location": elsewhere.url})
        for answer in asked(app, secret, f"{attacker.server.url}/configuration"):
            assert answer.status_code == 400
    assert seen == []
    assert nothing_came_of_it(mentes)


@pytest.mark.parametrize(
    "url",
    [
        "{here}/configuration",
        "https://127.0.0.1:{port}/configuration",
        "https://localhost:{port}/configuration",
        "https://[::1]:{port}/configuration",
        "https://[::ffff:127.0.0.1]:{port}/configuration",
        "https://169.254.169.254/latest/meta-data/",
        "https://10.0.0.1/",
        "http://metadata.google.internal/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:{port}/",
    ],
)
def test_our_own_network_is_not_asked(
    mentes: Mentes,
    settings: Settings,
    clock: MovableClock,
    secret: str,
    attacker: Attacker,
    url: str,
) -> None:
    attacker.says()
    careful = compose(replace(settings, allow_private_addresses=False), clock=clock)
    app = create_app(careful.settings, mentes=careful)
    here = attacker.server.url
    address = url.format(here=here, port=here.rpartition(":")[2])
    answers = asked(app, secret, address)
    careful.database.dispose()
    for answer in answers:
        assert answer.status_code == 400, answer.text
        assert "root:" not in answer.text
    assert attacker.asked == []
    assert nothing_came_of_it(mentes)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_cannot_make_an_administrator_agree(
    mentes: Mentes, app: Flask, secret: str, attacker: Attacker, site: str
) -> None:
    attacker.says()
    answer = app.test_client().post(
        f"/lti/register/{secret}",
        data={"openid_configuration": f"{attacker.server.url}/configuration"},
        headers={"Accept": "text/html", "Sec-Fetch-Site": site, "Origin": attacker.server.url},
    )
    assert answer.status_code == 403
    assert attacker.asked == []
    assert nothing_came_of_it(mentes)


@pytest.mark.parametrize(
    "registered",
    [
        "<html>",
        "[]",
        "null",
        "{}",
        '{"client_id": 7}',
        '{"client_id": "c", "client_id": null}',
        "[" * 100_000,
    ],
)
def test_an_answer_that_cannot_be_kept_leaves_the_link_as_it_was(
    mentes: Mentes, app: Flask, secret: str, attacker: Attacker, registered: str
) -> None:
    attacker.says()
    configured = attacker.answer
    page, _ = asked(app, secret, f"{attacker.server.url}/configuration")
    mark = page.text.partition('name="mark" value="')[2].partition('"')[0]
    attacker.answer = lambda request: (
        Response(registered) if request.method == "POST" else configured(request)
    )
    _, answer = asked(app, secret, f"{attacker.server.url}/configuration", mark=mark)
    assert answer.status_code == 400, answer.text
    assert nothing_came_of_it(mentes)
