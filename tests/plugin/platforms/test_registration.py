"""Dynamic registration, with a platform on a real socket; and registering by hand."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lti import claims
from lti.registration_token import announced_client_id
from lti.testing import CANVAS, Course, Platform, User, serving
from plugin.app import Mentes
from plugin.foundation.errors import FormInvalid, NotFound
from plugin.foundation.tenancy import EVERYWHERE
from plugin.platforms import deployments, invitations, service
from plugin.platforms.model import DeploymentState, Invitation, RegistrationRow
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
        _, secret = invitations.invite(
            session, administrators_are_analysts=analysts, now=mentes.clock()
        )
    return secret


def opened(browser: FlaskClient, lms: Platform, secret: str) -> TestResponse:
    url = urlsplit(lms.invitation(f"http://tool.example/lti/register/{secret}"))
    return browser.get(url.path, query_string=url.query, headers=HTML)


def confirmed(
    browser: FlaskClient,
    page: TestResponse,
    secret: str,
    decision: str = "approve",
    **more: str,
) -> TestResponse:
    fields = {unescape(name): unescape(value) for name, value in FIELD.findall(page.text)}
    assert {"openid_configuration", "registration_token"} <= set(fields)
    fields.update(more, decision=decision)
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


def test_whatever_service_the_tool_makes_use_of_is_asked_for(
    mentes: Mentes, organisation_id: UUID, lms: Platform, browser: FlaskClient
) -> None:
    secret = invited(mentes, organisation_id)
    page = opened(browser, lms, secret)
    assert "Be told when a course is copied." in page.text
    assert "Read the groups of a course that uses it." in page.text
    confirmed(browser, page, secret)
    (tool,) = lms.directory.tools()
    assert {claims.SCOPE_GROUPS_READ, claims.SCOPE_NOTICE_HANDLERS} <= tool.scopes


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
    clock.forward(days=invitations.INVITATION_DAYS, seconds=-1)
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


@pytest.mark.parametrize(("said", "told"), [({"Retry-After": "120"}, "120"), ({}, "2")])
def test_a_platform_that_is_busy_says_when_to_come_again(
    mentes: Mentes,
    organisation_id: UUID,
    lms: Platform,
    browser: FlaskClient,
    said: dict[str, str],
    told: str,
) -> None:
    secret = invited(mentes, organisation_id)
    page = opened(browser, lms, secret)
    lms.answer_next("registration", status=503, headers=said)
    answer = confirmed(browser, page, secret)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, told)


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
        again = a_registration(
            session, jwks_uri="https://lms.example/new", deployment_ids=frozenset({"1", "2"})
        )
        assert again is first
        assert again.jwks_uri == "https://lms.example/new"
        assert {each.deployment_id for each in again.deployments} == {"1", "2"}


def test_registering_again_opens_nothing_that_somebody_closed(
    mentes: Mentes, organisation_id: UUID
) -> None:
    both = frozenset({"1", "2"})
    with mentes.database.transaction(organisation_id) as session:
        first = a_registration(session)
        first.enabled = False
        deployments.decide(session, first, "1", DeploymentState.REFUSED, now=mentes.clock())
        again = a_registration(session, deployment_ids=both)
        assert (again.enabled, again.as_value().deployment_ids) == (False, {"2"})
        reopened = a_registration(session, deployment_ids=both, reopens=True)
        assert (reopened.enabled, reopened.as_value().deployment_ids) == (True, both)


@pytest.mark.parametrize("reopens", [False, True])
def test_a_closed_platform_stays_closed_unless_the_approver_says_otherwise(
    mentes: Mentes, organisation_id: UUID, lms: Platform, browser: FlaskClient, reopens: bool
) -> None:
    first = invited(mentes, organisation_id)
    page = opened(browser, lms, first)
    assert 'name="reopen"' not in page.text
    confirmed(browser, page, first)
    (tool,) = lms.directory.tools()
    with mentes.database.transaction(EVERYWHERE) as session:
        (row,) = every(session, RegistrationRow)
        row.enabled = False
        row.deployments[0].state = DeploymentState.REFUSED
    second = invited(mentes, organisation_id)
    page = opened(browser, lms, second)
    assert "It is closed: nobody gets in from it." in page.text
    assert tool.deployment_id in page.text
    assert 'type="checkbox" id="reopen-1"' in page.text
    assert " checked" not in page.text
    more = {"reopen": "yes"} if reopens else {}
    done = confirmed(browser, page, second, **more)
    assert ("and it stays so until they" in done.text) is not reopens
    (row,) = rows(mentes)
    assert row.enabled is reopens
    assert bool(row.as_value().deployment_ids) is reopens


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


# What is shown before anything is registered.


def test_what_is_asked_for_is_shown_in_plain_words(
    mentes: Mentes, organisation_id: UUID, lms: Platform, browser: FlaskClient
) -> None:
    page = unescape(opened(browser, lms, invited(mentes, organisation_id)).text)
    for said in (
        lms.issuer,
        lms.at.authorization_endpoint,
        lms.at.token_endpoint,
        lms.at.jwks_uri,
        lms.at.registration_endpoint,
        "Read who is in a course that uses it",
        "Write into them that check-ins took place.",
        "Be added to a course by its instructors.",
        "What a course or an item was copied from.",
        claims.SCOPE_SCORE,
        "$Context.id.history",
    ):
        assert said in page, said
    assert lms.directory.tools() == ()


def test_cancelling_registers_nothing_and_spends_nothing(
    mentes: Mentes, organisation_id: UUID, lms: Platform, browser: FlaskClient
) -> None:
    secret = invited(mentes, organisation_id)
    page = opened(browser, lms, secret)
    cancelled = confirmed(browser, page, secret, decision="cancel")
    assert cancelled.status_code == 200
    assert "Nothing was registered" in cancelled.text
    assert f'data-origins="{lms.issuer}"' in cancelled.text
    assert rows(mentes) == []
    assert lms.directory.tools() == ()
    assert confirmed(browser, page, secret).status_code == 200


def test_what_changes_after_it_was_shown_is_shown_again(
    mentes: Mentes, organisation_id: UUID, lms: Platform, browser: FlaskClient
) -> None:
    secret = invited(mentes, organisation_id)
    page = opened(browser, lms, secret)
    lms.profile = CANVAS
    again = confirmed(browser, page, secret)
    assert again.status_code == 409
    assert "something else now" in again.text
    assert rows(mentes) == []
    assert confirmed(browser, again, secret).status_code == 200


def test_the_window_is_closed_by_a_message_to_the_platform_alone(
    mentes: Mentes, organisation_id: UUID, lms: Platform, browser: FlaskClient
) -> None:
    secret = invited(mentes, organisation_id)
    done = confirmed(browser, opened(browser, lms, secret), secret)
    assert f'data-origins="{lms.issuer}"' in done.text
    script = browser.get("/static/close.js", buffered=True).text
    assert "org.imsglobal.lti.close" in script
    assert '"*"' not in script


def test_canvas_is_told_where_to_offer_us(
    mentes: Mentes, organisation_id: UUID, lms: Platform, browser: FlaskClient
) -> None:
    lms.profile = CANVAS
    secret = invited(mentes, organisation_id)
    page = opened(browser, lms, secret)
    assert "In the menu of a course, once a teacher puts it there." in page.text
    assert confirmed(browser, page, secret).status_code == 200
    (row,) = rows(mentes)
    assert (row.product, row.token_audience) == ("canvas", None)


def test_one_invitation_asks_a_platform_once_however_often_it_is_sent_at_a_time(
    mentes: Mentes, organisation_id: UUID, lms: Platform, app: Flask, browser: FlaskClient
) -> None:
    secret = invited(mentes, organisation_id)
    page = opened(browser, lms, secret)
    with ThreadPoolExecutor(4) as pool:
        answers = list(
            pool.map(lambda _: confirmed(app.test_client(), page, secret).status_code, range(4))
        )
    assert sorted(answers) == [200, 404, 404, 404]
    assert len(lms.directory.tools()) == 1
    assert len(rows(mentes)) == 1


def test_an_invitation_that_was_left_in_the_middle_is_free_again(
    mentes: Mentes,
    organisation_id: UUID,
    lms: Platform,
    browser: FlaskClient,
    clock: MovableClock,
) -> None:
    secret = invited(mentes, organisation_id)
    page = opened(browser, lms, secret)
    with mentes.database.transaction(EVERYWHERE) as session:  # as a process that was killed
        (invitation,) = every(session, Invitation)
        invitation.taken_until = clock() + invitations.TAKEN
    busy = confirmed(browser, page, secret)
    assert busy.status_code == 404
    assert "in another window" in busy.text
    clock.forward(seconds=invitations.TAKEN.total_seconds())
    assert confirmed(browser, page, secret).status_code == 200


# Registering again.


def test_a_known_platform_is_shown_with_what_differs_and_brought_up_to_date(
    mentes: Mentes, organisation_id: UUID, lms: Platform, browser: FlaskClient
) -> None:
    first = invited(mentes, organisation_id)
    confirmed(browser, opened(browser, lms, first), first)
    with mentes.database.transaction(EVERYWHERE) as session:
        (row,) = every(session, RegistrationRow)
        row.name, row.jwks_uri = "Our campus", "https://old.example/keys"
        client_id = row.client_id
    second = invited(mentes, organisation_id)
    page = opened(browser, lms, second)
    assert "Known already: Our campus" in page.text
    assert "https://old.example/keys" in page.text
    done = confirmed(browser, page, second)
    assert "The registration is up to date" in done.text
    (row,) = rows(mentes)
    assert (row.name, row.client_id, row.jwks_uri) == ("Our campus", client_id, lms.at.jwks_uri)
    assert (
        "Its addresses stay as they are."
        in opened(browser, lms, invited(mentes, organisation_id)).text
    )


@pytest.mark.parametrize("is_known", [False, True])
def test_a_platform_gets_a_login_url_of_its_registration_where_that_is_sure(
    mentes: Mentes, organisation_id: UUID, lms: Platform, browser: FlaskClient, is_known: bool
) -> None:
    if is_known:
        with mentes.database.transaction(organisation_id) as session:
            a_registration(session, issuer=lms.issuer, client_id="another")
    secret = invited(mentes, organisation_id)
    confirmed(browser, opened(browser, lms, secret), secret)
    (tool,) = lms.directory.tools()
    (row,) = (each for each in rows(mentes) if each.client_id == tool.client_id)
    path = urlsplit(tool.login_url).path
    ours = f"{mentes.settings.public_url}/lti/launch"
    initiation = {"iss": lms.issuer, "login_hint": "4", "target_link_uri": ours}
    answer = browser.post(path, data=initiation)
    if is_known:  # it may have kept its client, and with it another id
        assert path == "/lti/login"
        assert answer.status_code == 400
    else:
        assert path == f"/lti/login/{row.id}"
        assert answer.status_code == 302


def test_another_organisations_registration_is_not_shown(
    mentes: Mentes, organisation_id: UUID, lms: Platform, browser: FlaskClient
) -> None:
    first = invited(mentes, organisation_id)
    confirmed(browser, opened(browser, lms, first), first)
    other = an_organisation(mentes.database)
    assert "Known already" not in opened(browser, lms, invited(mentes, other)).text


@pytest.mark.parametrize(
    ("scope", "announced"), [("reg", True), ("reg-update", True), ("other", False)]
)
def test_moodle_announces_the_client_id(scope: str, announced: bool) -> None:
    said = {"sub": "gBAwqERiJaM4I4j", "scope": scope, "iat": 1795312402, "exp": 1795316002}
    body = base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
    found = announced_client_id(f"e30.{body}.c2ln")
    assert found == ("gBAwqERiJaM4I4j" if announced else None)


@pytest.mark.parametrize("token", [None, "", "opaque", "a.b.c", "e30.bnVsbA.x", "é.é.é"])
def test_a_token_that_says_nothing_announces_nothing(token: str | None) -> None:
    assert announced_client_id(token) is None
