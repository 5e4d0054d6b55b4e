"""Dynamic registration, with a platform on a real socket; and registering by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lti.testing import Course, Platform, User, serving
from plugin.app import Mentes
from plugin.foundation.errors import FormInvalid, NotFound
from plugin.foundation.tenancy import EVERYWHERE
from plugin.platforms import service
from plugin.platforms.model import Invitation, RegistrationRow
from tests.conftest import MovableClock
from tests.plugin.factories import a_registration, an_organisation, every

HTML = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@pytest.fixture
def lms(mentes: Mentes) -> Iterator[Platform]:
    """A platform that knows no tool yet."""
    with serving() as server:
        platform = Platform(server.url, clock=mentes.clock)
        server.app = platform.wsgi
        yield platform


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    """The platform administrator's browser."""
    return app.test_client()


def invited(mentes: Mentes, organisation_id: UUID, *, analysts: bool = False) -> str:
    with mentes.database.transaction(organisation_id) as session:
        _, secret = service.invite(
            session, administrators_are_analysts=analysts, now=mentes.clock()
        )
    return secret


def opened(browser: FlaskClient, lms: Platform, secret: str) -> TestResponse:
    url = urlsplit(lms.invitation(f"http://tool.example/lti/register/{secret}"))
    return browser.get(url.path, query_string=url.query, headers=HTML)


def confirmed(browser: FlaskClient, page: TestResponse, secret: str) -> TestResponse:
    fields = {unescape(name): unescape(value) for name, value in FIELD.findall(page.text)}
    assert {"openid_configuration", "registration_token"} <= set(fields)
    return browser.post(f"/lti/register/{secret}", data=fields, headers=HTML)


def rows(mentes: Mentes) -> list[RegistrationRow]:
    with mentes.database.reading(EVERYWHERE) as session:
        return every(session, RegistrationRow)


def test_a_platform_registers_in_two_clicks_and_its_people_can_launch(
    mentes: Mentes, organisation_id: UUID, lms: Platform, browser: FlaskClient
) -> None:
    secret = invited(mentes, organisation_id, analysts=True)
    page = opened(browser, lms, secret)
    assert page.status_code == 200
    assert lms.issuer in page.text
    done = confirmed(browser, page, secret)
    assert done.status_code == 200, done.text
    (row,) = rows(mentes)
    (tool,) = lms.directory.tools()
    assert (row.issuer, row.client_id, row.product) == (lms.issuer, tool.client_id, "moodle")
    assert row.organisation_id == organisation_id
    assert row.administrators_are_analysts
    assert [each.deployment_id for each in row.deployments] == [tool.deployment_id]
    assert launched(lms, browser).status_code == 303


def launched(lms: Platform, browser: FlaskClient) -> TestResponse:
    """Let somebody open an item of the tool that registered."""
    (tool,) = lms.directory.tools()
    ada = lms.directory.add_user(
        User(id="4", given_name="Ada", family_name="One", email="a@lms.example", username="ada")
    )
    lms.directory.add_course(Course(id="2", label="MENT101", title="Mentored Course 101"))
    lms.directory.enrol(ada.id, "2")
    link = lms.add_resource_link(tool, "2", "Mentoring")
    initiation = lms.login_initiation(tool, ada, link)
    beginning = browser.post("/lti/login", data=initiation.params)
    asked = parse_qs(urlsplit(beginning.headers["Location"]).query)
    content = lms.id_token(
        tool,
        asked["nonce"][0],
        {
            "sub": ada.id,
            **{
                f"https://purl.imsglobal.org/spec/lti/claim/{name}": value
                for name, value in {
                    "message_type": "LtiResourceLinkRequest",
                    "version": "1.3.0",
                    "deployment_id": tool.deployment_id,
                    "target_link_uri": link.url,
                    "resource_link": {"id": link.id},
                    "roles": [],
                }.items()
            },
        },
    )
    return browser.post("/lti/launch", data={"state": asked["state"][0], "id_token": content})


def test_an_invitation_works_once(
    mentes: Mentes, organisation_id: UUID, lms: Platform, browser: FlaskClient
) -> None:
    secret = invited(mentes, organisation_id)
    page = opened(browser, lms, secret)
    confirmed(browser, page, secret)
    for answer in (confirmed(browser, page, secret), opened(browser, lms, secret)):
        assert answer.status_code == 404
        assert "used up or too old" in answer.text
    assert len(rows(mentes)) == 1


def test_an_invitation_runs_out(
    mentes: Mentes,
    organisation_id: UUID,
    lms: Platform,
    browser: FlaskClient,
    clock: MovableClock,
) -> None:
    secret = invited(mentes, organisation_id)
    clock.forward(days=service.INVITATION_DAYS, seconds=-1)
    assert opened(browser, lms, secret).status_code == 200
    clock.forward(seconds=1)
    assert opened(browser, lms, secret).status_code == 404


def test_a_made_up_invitation_asks_no_platform_anything(
    lms: Platform, browser: FlaskClient
) -> None:
    assert opened(browser, lms, "made-up").status_code == 404
    assert lms.exchanges == ()


def test_a_platform_that_refuses_leaves_the_invitation_open(
    mentes: Mentes, organisation_id: UUID, lms: Platform, browser: FlaskClient
) -> None:
    secret = invited(mentes, organisation_id)
    page = opened(browser, lms, secret)
    lms.answer_next("registration", status=400)
    refused = confirmed(browser, page, secret)
    assert refused.status_code == 400
    assert "Traceback" not in refused.text
    assert rows(mentes) == []
    assert confirmed(browser, opened(browser, lms, secret), secret).status_code == 200


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 422),
        ({"openid_configuration": "nonsense"}, 400),
        ({"openid_configuration": "http://127.0.0.1:9/none"}, 503),
        ({"openid_configuration": "file:///etc/passwd"}, 400),
    ],
)
def test_an_address_that_is_no_platform_is_explained(
    mentes: Mentes, organisation_id: UUID, browser: FlaskClient, query: dict[str, str], status: int
) -> None:
    secret = invited(mentes, organisation_id)
    answer = browser.get(f"/lti/register/{secret}", query_string=query, headers=HTML)
    assert answer.status_code in (status, 400, 502, 503)
    assert "reference" in answer.text
    assert "Traceback" not in answer.text


def test_the_page_may_be_framed_by_the_platform_alone(
    mentes: Mentes, organisation_id: UUID, lms: Platform, browser: FlaskClient
) -> None:
    page = opened(browser, lms, invited(mentes, organisation_id))
    assert f"frame-ancestors {lms.issuer}" in page.headers["Content-Security-Policy"]


def test_the_secret_of_an_invitation_is_not_kept(mentes: Mentes, organisation_id: UUID) -> None:
    secret = invited(mentes, organisation_id)
    with mentes.database.reading(EVERYWHERE) as session:
        (kept,) = every(session, Invitation)
    assert secret not in (kept.digest, str(kept.id))
    assert len(kept.digest) == 64


def test_registering_again_brings_it_up_to_date(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        first = a_registration(session)
        first.enabled = False
        again = a_registration(
            session, jwks_uri="https://lms.example/new", deployment_ids=frozenset({"1", "2"})
        )
        assert again is first
        assert (again.enabled, again.jwks_uri) == (True, "https://lms.example/new")
        assert {each.deployment_id for each in again.deployments} == {"1", "2"}


def test_another_organisations_registration_cannot_be_taken_over(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        a_registration(session)
    other = an_organisation(mentes.database)
    with (
        pytest.raises(FormInvalid, match="registered here already"),
        mentes.database.transaction(other) as session,
    ):
        a_registration(session, jwks_uri="https://evil.example/keys")
    (row,) = rows(mentes)
    assert (row.organisation_id, row.jwks_uri) == (
        organisation_id,
        "https://lms.example/mod/lti/certs.php",
    )


def test_a_registration_that_is_not_there_is_said_to_be_missing(mentes: Mentes) -> None:
    with (
        pytest.raises(NotFound, match="no such registration"),
        mentes.database.reading(EVERYWHERE) as session,
    ):
        service.registration(session, UUID(int=7))
