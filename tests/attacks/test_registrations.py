"""Platforms that answer a registration with what nobody can keep."""

from __future__ import annotations

import json
import re
import secrets

import pytest
from flask import Flask
from werkzeug.wrappers import Request, Response

from lti import claims
from lti.testing import serving
from plugin.app import Mentes
from plugin.foundation.tenancy import EVERYWHERE
from plugin.platforms import invitations
from plugin.platforms import service as platforms

HEADERS = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}


@pytest.mark.parametrize(
    ("client_id", "deployment_id", "status"),
    [
        ("client", "1", 200),
        ("client", "half \ud800", 200),
        ("client", secrets.token_hex(4000), 200),
        ("half \ud800", "1", 400),
        (secrets.token_hex(4000), "1", 400),
        (None, None, 400),
    ],
)
def test_ids_that_no_launch_could_name_are_not_kept(
    mentes: Mentes, app: Flask, client_id: str | None, deployment_id: str | None, status: int
) -> None:
    with mentes.database.transaction(EVERYWHERE) as session:
        owner = platforms.organisation(session, "Acme", now=mentes.clock()).id
    with mentes.database.transaction(owner) as session:
        _, secret = invitations.invite(
            session, administrators_are_analysts=False, now=mentes.clock()
        )
    with serving() as server:
        names = ("authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint")
        configuration = {"issuer": server.url} | {name: f"{server.url}/{name}" for name in names}
        registered = {
            "client_id": client_id,
            claims.TOOL_CONFIGURATION: {"deployment_id": deployment_id},
        }

        @Request.application
        def platform(request: Request) -> Response:
            answer = registered if request.method == "POST" else configuration
            return Response(json.dumps(answer), mimetype="application/json")

        server.app = platform
        browser = app.test_client()
        url = f"{server.url}/configuration"
        page = browser.get(
            f"/lti/register/{secret}", query_string={"openid_configuration": url}, headers=HEADERS
        )
        marked = re.search(r'name="mark" value="([^"]+)"', page.text)
        assert marked is not None
        answer = browser.post(
            f"/lti/register/{secret}",
            data={"openid_configuration": url, "mark": marked[1]},
            headers=HEADERS,
        )
    assert answer.status_code == status
