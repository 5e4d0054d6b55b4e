"""Access tokens: the assertion, the cache, and refusals."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import parse_qs

import pytest
from werkzeug.wrappers import Response

from lti import claims, jose
from lti.access_tokens import AccessTokens
from lti.errors import ServiceRefused, ServiceUnavailable
from lti.http import Http
from lti.testing.answers import as_json
from tests.lti.conftest import Campus, Clock, Script, ToolSite
from tests.lti.factories import NOW, a_registration

SCORE = frozenset({claims.SCOPE_SCORE})
ROSTER = frozenset({claims.SCOPE_MEMBERSHIP_READ})


@pytest.fixture
def tokens(site: ToolSite) -> AccessTokens:
    return site.tokens


def granted(token: object = "token", **changes: object) -> Response:
    return as_json({"access_token": token, "token_type": "Bearer", "expires_in": 3600, **changes})


def test_a_token_is_granted_for_a_signed_assertion(
    campus: Campus, tokens: AccessTokens, requests_to: Callable[[str], list[int]]
) -> None:
    assert tokens.bearer(campus.registration, SCORE)
    assert requests_to("token") == [200]


def test_the_assertion_says_what_the_security_framework_asks_for(
    script: Script, site: ToolSite
) -> None:
    script.will_answer(granted())
    registration = a_registration(token_endpoint=script.url)
    site.tokens.bearer(registration, SCORE | ROSTER, "deployment-1")
    form = {
        name: said[0] for name, said in parse_qs(script.received[0].get_data(as_text=True)).items()
    }
    assertion = form.pop("client_assertion")
    assert form == {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "scope": f"{claims.SCOPE_SCORE} {claims.SCOPE_MEMBERSHIP_READ}",
    }
    said = dict(jose.unverified_claims(assertion))
    assert len(said.pop("jti")) >= 16
    assert 0 < said.pop("exp") - said.pop("iat") <= 300
    assert said == {
        "iss": "client-1",
        "sub": "client-1",
        "aud": script.url,
        claims.DEPLOYMENT_ID: "deployment-1",
    }
    assert jose.header(assertion)["kid"] == "tool-kid"


def test_the_audience_is_the_registered_one_where_it_differs(
    script: Script, site: ToolSite
) -> None:
    script.will_answer(granted())
    brightspace = "https://api.brightspace.com/auth/token"
    site.tokens.bearer(a_registration(token_endpoint=script.url, token_audience=brightspace), SCORE)
    assertion = parse_qs(script.received[0].get_data(as_text=True))["client_assertion"][0]
    assert jose.unverified_claims(assertion)["aud"] == brightspace


def test_a_token_is_kept_until_a_minute_before_it_expires(
    campus: Campus, tokens: AccessTokens, clock: Clock, requests_to: Callable[[str], list[int]]
) -> None:
    first = tokens.bearer(campus.registration, SCORE)
    clock.advance(seconds=3539)
    assert tokens.bearer(campus.registration, SCORE) == first
    clock.advance(seconds=1)
    assert tokens.bearer(campus.registration, SCORE) != first
    assert requests_to("token") == [200, 200]


def test_tokens_are_kept_apart_by_registration_scopes_and_deployment(
    script: Script, site: ToolSite
) -> None:
    script.will_answer(*(granted(f"token-{number}") for number in range(5)))
    one, two = (a_registration(id=id, token_endpoint=script.url) for id in ("one", "two"))
    asked = [(one, SCORE, None), (one, ROSTER, None), (two, SCORE, None), (one, SCORE, "2")]
    given = [site.tokens.bearer(*each) for each in asked]
    assert given == ["token-0", "token-1", "token-2", "token-3"]
    assert [site.tokens.bearer(*each) for each in asked] == given


def test_threads_share_one_request(
    campus: Campus, tokens: AccessTokens, requests_to: Callable[[str], list[int]]
) -> None:
    with ThreadPoolExecutor(8) as pool:
        given = set(pool.map(lambda _: tokens.bearer(campus.registration, SCORE), range(16)))
    assert len(given) == 1
    assert requests_to("token") == [200]


def test_a_forgotten_token_is_asked_for_again(campus: Campus, tokens: AccessTokens) -> None:
    first = tokens.bearer(campus.registration, SCORE)
    tokens.forget(campus.registration, SCORE)
    tokens.forget(campus.registration, ROSTER)  # was never there
    assert tokens.bearer(campus.registration, SCORE) != first


@pytest.mark.parametrize(
    "lifetime", ["3600", None, "soon", [], -5, 1e12, 10**400, float("nan"), float("inf")]
)
def test_a_lifetime_of_any_kind_is_understood(
    script: Script, site: ToolSite, clock: Clock, lifetime: object
) -> None:
    script.will_answer(granted("first", expires_in=lifetime), granted("second"))
    registration = a_registration(token_endpoint=script.url)
    assert site.tokens.bearer(registration, SCORE) == "first"
    clock.advance(days=1)
    assert site.tokens.bearer(registration, SCORE) == "second"


@pytest.mark.parametrize(
    "answer",
    [
        granted(None),
        granted(""),
        granted("a\r\nb"),
        granted("é"),
        granted(7),
        as_json([]),
        as_json({}),
    ],
)
def test_an_answer_without_a_usable_token_is_refused(
    script: Script, site: ToolSite, answer: Response
) -> None:
    script.will_answer(answer)
    with pytest.raises(ServiceRefused) as refusal:
        site.tokens.bearer(a_registration(token_endpoint=script.url), SCORE)
    assert refusal.value.slug == "token-malformed"


def test_an_unknown_client_is_refused_with_advice(campus: Campus, tokens: AccessTokens) -> None:
    stranger = replace(campus.registration, client_id="client-9")
    with pytest.raises(ServiceRefused) as refusal:
        tokens.bearer(stranger, SCORE)
    assert (refusal.value.slug, refusal.value.status) == ("token-refused", 400)
    assert "client id" in str(refusal.value)


def test_a_token_endpoint_that_is_no_web_address_is_refused(site: ToolSite) -> None:
    with pytest.raises(ServiceRefused) as refusal:
        site.tokens.bearer(a_registration(token_endpoint="file:///token"), SCORE)
    assert refusal.value.slug == "url-refused"


def test_scopes_that_are_not_registered_are_refused(campus: Campus, tokens: AccessTokens) -> None:
    with pytest.raises(ServiceRefused) as refusal:
        tokens.bearer(campus.registration, {"https://example.com/scope"})
    assert refusal.value.slug == "token-refused"


def test_a_key_that_the_platform_cannot_fetch_is_refused_as_moodle_does(
    campus: Campus, site: ToolSite
) -> None:
    site.server.app = Response(status=500)
    with pytest.raises(ServiceRefused) as refusal:
        site.tokens.bearer(campus.registration, SCORE)
    assert (refusal.value.slug, refusal.value.status) == ("token-refused", 404)
    assert "key set URL" in str(refusal.value)


def test_a_busy_platform_may_be_asked_again(campus: Campus, tokens: AccessTokens) -> None:
    campus.platform.answer_next("token", status=503, headers={"Retry-After": "7"})
    with pytest.raises(ServiceUnavailable) as unavailable:
        tokens.bearer(campus.registration, SCORE)
    assert unavailable.value.retry_after == 7
    assert tokens.bearer(campus.registration, SCORE)


def test_an_assertion_is_good_for_one_token(campus: Campus, site: ToolSite, http: Http) -> None:
    content = {
        "iss": campus.tool.client_id,
        "sub": campus.tool.client_id,
        "aud": campus.registration.token_endpoint,
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 300,
        "jti": "the-same",
    }
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": site.ring.sign(content, NOW),
        "scope": claims.SCOPE_SCORE,
    }
    assert http.post_form(campus.registration.token_endpoint, form).status == 200
    with pytest.raises(ServiceRefused):
        http.post_form(campus.registration.token_endpoint, form)
