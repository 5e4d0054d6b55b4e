"""The shipped platform: launches end to end, and its own refusals."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import pytest
import requests
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.wrappers import Response

from lti import roles, urls
from lti.errors import LaunchRefused
from lti.login import LoginRequest, begin
from lti.message import PersonClaims
from lti.testing import LoginInitiation, Platform, ResourceLink, serving
from tests.lti.conftest import Campus, Clock, ToolSite
from tests.lti.factories import NOW
from tests.lti.journeys import begun, completed, form_in, opened, refusal_of, verified


@pytest.fixture
def link(campus: Campus) -> ResourceLink:
    return campus.platform.add_resource_link(
        campus.tool, "2", "Week 1", custom={"unit": "1"}, score_maximum=10
    )


def initiation(campus: Campus, link: ResourceLink) -> LoginInitiation:
    return campus.platform.login_initiation(campus.tool, campus.learner, link)


def changed(url: str, **changes: str | None) -> str:
    """Return `url` with other parameters; None takes one away."""
    parts = urlsplit(url)
    said = {**dict(parse_qsl(parts.query)), **changes}
    kept = {name: value for name, value in said.items() if value is not None}
    return urlunsplit(parts._replace(query=urlencode(kept)))


def test_a_learner_opens_an_item(campus: Campus, site: ToolSite, link: ResourceLink) -> None:
    message = opened(campus, site, campus.learner, link)
    assert message.subject == "4"
    assert message.person.name == "Ada One"
    assert message.username == "ada"
    assert message.roles == {roles.LEARNER}
    assert message.custom == {"course": "2", "unit": "1"}
    assert message.resource_link is not None
    assert message.resource_link.title == "Week 1"
    assert message.ags is not None
    assert message.ags.lineitem is not None
    assert message.ags.lineitem.endswith("/2/lineitems/1/lineitem?type_id=1")


def test_an_instructor_opens_an_item(campus: Campus, site: ToolSite, link: ResourceLink) -> None:
    message = opened(campus, site, campus.teacher, link)
    assert message.is_instructor
    assert message.context is not None
    assert message.context.title == "Mentored Course 101"


def test_somebody_who_is_not_enrolled_has_no_role(
    campus: Campus, site: ToolSite, link: ResourceLink
) -> None:
    campus.platform.directory.unenrol("4", "2")
    assert opened(campus, site, campus.learner, link).roles == frozenset()


def test_a_role_in_the_institution_comes_along(
    campus: Campus, site: ToolSite, link: ResourceLink
) -> None:
    campus.teacher = campus.platform.directory.add_user(
        replace(campus.teacher, institution_roles=("Administrator",))
    )
    message = opened(campus, site, campus.teacher, link)
    assert message.is_institution_administrator
    assert message.is_instructor
    assert not message.is_administrator


def test_people_come_back_to_the_course_with_a_word_from_the_tool(campus: Campus) -> None:
    url = campus.platform.at.course_return(campus.course)
    page = requests.get(url, params={"lti_errormsg": "Open <it> again."}, timeout=5)
    assert "Open &lt;it&gt; again." in page.text


def test_a_platform_may_keep_names_and_addresses_to_itself(
    campus: Campus, site: ToolSite, link: ResourceLink
) -> None:
    campus.tool = campus.platform.register_tool(
        client_id=campus.tool.client_id,
        login_url=campus.tool.login_url,
        launch_url=campus.tool.target_link_uri,
        jwks_uri=campus.tool.jwks_uri,
        shares_names=False,
        shares_emails=False,
    )
    assert opened(campus, site, campus.learner, link).person == PersonClaims()


def test_a_post_starts_a_launch_as_well(campus: Campus, site: ToolSite, link: ResourceLink) -> None:
    beginning = begun(campus, site, initiation(campus, link))
    url, _, query = beginning.url.partition("?")
    action, fields = form_in(requests.post(url, data=dict(parse_qsl(query)), timeout=5))
    assert (action, fields["state"]) == (f"{site.url}/launch", beginning.login.state)


def test_the_page_needs_no_scripts(campus: Campus, site: ToolSite, link: ResourceLink) -> None:
    page = requests.get(begun(campus, site, initiation(campus, link)).url, timeout=5)
    assert "<button>" in page.text


def test_a_launch_in_another_browser_is_refused(
    campus: Campus, site: ToolSite, link: ResourceLink
) -> None:
    mine, theirs = (begun(campus, site, initiation(campus, link)) for _ in range(2))
    _, fields = form_in(requests.get(mine.url, timeout=5))
    with pytest.raises(LaunchRefused) as refusal:
        verified(campus, site, fields, mine.login, theirs.browser)
    assert refusal.value.slug == "browser-mismatch"


def test_a_token_under_the_state_of_another_login_is_refused(
    campus: Campus, site: ToolSite, link: ResourceLink
) -> None:
    first, second = (begun(campus, site, initiation(campus, link)) for _ in range(2))
    _, fields = form_in(requests.get(first.url, timeout=5))
    swapped = {**fields, "state": second.login.state}
    with pytest.raises(LaunchRefused) as refusal:
        verified(campus, site, swapped, second.login, second.browser)
    assert refusal.value.slug == "nonce-mismatch"


def test_an_id_token_lives_a_minute(
    campus: Campus, site: ToolSite, link: ResourceLink, clock: Clock
) -> None:
    beginning = begun(campus, site, initiation(campus, link))
    _, fields = form_in(requests.get(beginning.url, timeout=5))
    clock.advance(seconds=119)
    assert verified(campus, site, fields, beginning.login, beginning.browser).subject == "4"
    clock.advance(seconds=1)
    with pytest.raises(LaunchRefused) as refusal:
        verified(campus, site, fields, beginning.login, beginning.browser)
    assert refusal.value.slug == "token-expired"


# What the platform refuses.


@pytest.mark.parametrize(
    ("changes", "slug"),
    [
        ({"scope": "profile"}, "platform-invalid-scope"),
        ({"response_type": "code"}, "platform-unsupported-response-type"),
        ({"response_mode": "query"}, "platform-invalid-request"),
        ({"prompt": "login"}, "platform-invalid-request"),
        ({"nonce": None}, "platform-invalid-request"),
        ({"login_hint": "3"}, "platform-login-required"),
        ({"lti_message_hint": None}, "platform-launch-no-longer-valid"),
        ({"lti_message_hint": '{"launchid":"made-up"}'}, "platform-launch-no-longer-valid"),
        ({"lti_message_hint": "[]"}, "platform-launch-no-longer-valid"),
    ],
)
def test_a_request_that_is_not_right_is_answered_with_an_error(
    campus: Campus,
    site: ToolSite,
    link: ResourceLink,
    changes: dict[str, str | None],
    slug: str,
) -> None:
    url = begun(campus, site, initiation(campus, link)).url
    assert refusal_of(campus, site, changed(url, **changes)) == slug


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "client-9"},
        {"client_id": None},
        {"redirect_uri": "https://attacker.example/launch"},
        {"redirect_uri": None},
    ],
)
def test_nothing_is_sent_to_strangers(
    campus: Campus, site: ToolSite, link: ResourceLink, changes: dict[str, str | None]
) -> None:
    url = begun(campus, site, initiation(campus, link)).url
    page = requests.get(changed(url, **changes), timeout=5)
    assert page.status_code == 400
    assert "<form" not in page.text


def test_a_redirect_uri_is_compared_to_the_letter(
    campus: Campus, site: ToolSite, link: ResourceLink
) -> None:
    url = begun(campus, site, initiation(campus, link)).url
    page = requests.get(changed(url, redirect_uri=f"{site.url}/launch?x=1"), timeout=5)
    assert page.status_code == 400


def test_a_hint_is_good_once_and_for_ten_minutes(
    campus: Campus, site: ToolSite, link: ResourceLink, clock: Clock
) -> None:
    beginning = begun(campus, site, initiation(campus, link))
    assert completed(campus, site, beginning).subject == "4"
    assert refusal_of(campus, site, beginning.url) == "platform-launch-no-longer-valid"
    late = begun(campus, site, initiation(campus, link))
    clock.advance(minutes=10)
    assert refusal_of(campus, site, late.url) == "platform-launch-no-longer-valid"


def test_what_is_sent_cannot_break_out_of_the_page(
    campus: Campus, site: ToolSite, link: ResourceLink
) -> None:
    url = begun(campus, site, initiation(campus, link)).url
    hostile = '"><script>alert(1)</script>'
    page = requests.get(changed(url, state=hostile), timeout=5)
    assert hostile not in page.text
    assert form_in(page)[1]["state"] == hostile


# Faults and records.


def test_faults_are_given_as_often_as_asked(campus: Campus) -> None:
    campus.platform.answer_next("jwks", status=502, times=2, body=b"oh")
    answers = [requests.get(campus.platform.at.jwks_uri, timeout=5) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [502, 502, 200]
    assert answers[0].text == "oh"


def test_a_fault_needs_an_endpoint_that_exists(campus: Campus) -> None:
    with pytest.raises(ValueError, match="scores"):
        campus.platform.answer_next("score", status=500)


def test_exchanges_are_recorded_without_secrets(
    campus: Campus, site: ToolSite, link: ResourceLink
) -> None:
    opened(campus, site, campus.learner, link)
    exchange = campus.platform.exchanges[0]
    assert (exchange.method, exchange.path, exchange.status, exchange.at) == (
        "GET",
        "/mod/lti/auth.php",
        200,
        NOW,
    )
    assert exchange.summary == "authentication: id_token sent"
    recorded = repr(campus.platform.exchanges)
    assert "Ada" not in recorded
    assert "nonce" not in recorded
    assert "?" not in exchange.path


def test_an_unknown_page_is_not_found(campus: Campus) -> None:
    assert requests.get(f"{campus.platform.issuer}/nowhere", timeout=5).status_code == 404
    assert requests.put(campus.platform.at.token_endpoint, timeout=5).status_code == 405


def test_a_platform_may_live_below_a_path(clock: Clock, site: ToolSite) -> None:
    with serving() as server:
        platform = Platform(f"{server.url}/campus", clock=clock)
        server.app = DispatcherMiddleware(Response("home"), {"/campus": platform.wsgi})
        keys = requests.get(platform.at.jwks_uri, timeout=5).json()["keys"]
        assert [key["kid"] for key in keys] == [key["kid"] for key in platform.jwks()["keys"]]


def test_completing_twice_is_completing_once(campus: Campus, clock: Clock) -> None:
    first = campus.platform.complete("4", "2", "module-1")
    clock.advance(minutes=1)
    assert campus.platform.complete("4", "2", "module-1") == first
    assert campus.platform.completions("2") == (first,)
    assert first.at == NOW


def test_simultaneous_launches_do_not_get_in_each_others_way(
    campus: Campus, site: ToolSite, link: ResourceLink, requests_to: Callable[[str], list[int]]
) -> None:
    with ThreadPoolExecutor(4) as pool:
        messages = pool.map(lambda _: opened(campus, site, campus.learner, link), range(12))
        assert {message.subject for message in messages} == {"4"}
    assert requests_to("authentication") == [200] * 12


def test_a_login_by_get_and_by_post_carries_the_same_parameters(
    campus: Campus, site: ToolSite, link: ResourceLink
) -> None:
    url, params = initiation(campus, link)
    assert url == f"{site.url}/login"
    request = LoginRequest.parse({name: [value] for name, value in params.items()})
    beginning = begin(
        request,
        campus.registration,
        launch_url=f"{site.url}/launch",
        is_ours=urls.within(site.url),
        now=NOW,
    )
    assert beginning.login.expires_at == NOW + timedelta(minutes=10)
    assert request.deployment_id == campus.tool.deployment_id
