"""Dynamic registration, against recordings of Moodle and against our platform."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from werkzeug.wrappers import Response

from lti import claims
from lti.dynamic_registration import (
    PlatformConfiguration,
    ToolDescription,
    platform_configuration,
    register,
    registration_request,
)
from lti.errors import RegistrationRefused, ServiceUnavailable
from lti.http import Http
from lti.registration import Registration
from lti.testing import CANVAS, Platform, serving
from lti.testing.answers import as_json
from tests.lti.conftest import Campus, Script, ToolSite
from tests.lti.factories import recorded
from tests.lti.journeys import opened


def a_tool(url: str = "http://127.0.0.1:5055", **changes: Any) -> ToolDescription:
    facts: dict[str, Any] = {
        "name": "Probe Tool",
        "description": "probe",
        "launch_url": f"{url}/launch",
        "login_url": f"{url}/login",
        "jwks_url": f"{url}/jwks",
        "logo_url": f"{url}/logo.png",
        "deep_linking_label": "Add mentoring",
        "custom": {
            "ctx": "$Context.id",
            "hist": "$Context.id.history",
            "links": "$ResourceLink.id.history",
            "kind": "mentoring",
        },
    }
    return ToolDescription(**{**facts, **changes})


def invited(platform: Platform, site: ToolSite) -> tuple[str, str]:
    """Return the configuration URL and the token of an invitation."""
    said = parse_qs(urlsplit(platform.invitation(f"{site.url}/register")).query)
    return said["openid_configuration"][0], said["registration_token"][0]


def moodle_at(script: Script, **changes: Any) -> dict[str, Any]:
    """Return Moodle's configuration as if it ran where `script` does."""
    document = {**recorded("openid_configuration"), "issuer": script.server.url, **changes}
    return {name: value for name, value in document.items() if value is not None}


def refused(http: Http, script: Script, *answers: Response) -> RegistrationRefused:
    script.will_answer(*answers)
    with pytest.raises(RegistrationRefused) as refusal:
        platform_configuration(http, script.url)
    return refusal.value


# The platform's configuration.


def test_moodles_configuration_is_read(script: Script, http: Http) -> None:
    script.will_answer(as_json(moodle_at(script)))
    configuration = platform_configuration(http, f"{script.url}?token=1", "the-token")
    assert configuration.issuer == script.server.url
    assert configuration.authorization_endpoint == "http://127.0.0.1:8090/mod/lti/auth.php"
    assert configuration.token_audience is None
    assert configuration.product == "moodle"
    assert configuration.messages == {"LtiResourceLinkRequest", "LtiDeepLinkingRequest"}
    assert "Context.id.history" in configuration.variables
    assert "ResourceLink.id.history" not in configuration.variables
    assert script.received[0].headers["Authorization"] == "Bearer the-token"


def test_an_audience_of_its_own_is_remembered(script: Script, http: Http) -> None:
    audience = "https://api.brightspace.com/auth/token"
    script.will_answer(as_json(moodle_at(script, authorization_server=audience)))
    assert platform_configuration(http, script.url).token_audience == audience


@pytest.mark.parametrize(
    "issuer",
    ["https://127.0.0.1", "http://other.example", "http://127.0.0.1.attacker.example:80"],
)
def test_an_issuer_on_another_host_is_refused(script: Script, http: Http, issuer: str) -> None:
    document = moodle_at(script, issuer=issuer)
    if issuer.startswith("https:"):  # everything else must be https then, too
        document = {
            name: said.replace("http:", "https:") if isinstance(said, str) else said
            for name, said in document.items()
        }
    assert refused(http, script, as_json(document)).slug == "issuer-elsewhere"


def test_who_a_platform_redirects_to_does_not_speak_for_it(script: Script, http: Http) -> None:
    with serving(as_json(moodle_at(script))) as elsewhere:
        moved = Response(status=302, headers={"Location": elsewhere.url})
        assert refused(http, script, moved).slug == "issuer-elsewhere"


def test_a_platform_may_move_its_configuration_within_itself(script: Script, http: Http) -> None:
    script.will_answer(Response(status=302, headers={"Location": "/y"}), as_json(moodle_at(script)))
    assert platform_configuration(http, script.url).issuer == script.server.url


def test_the_path_of_the_issuer_does_not_matter(script: Script, http: Http) -> None:
    issuer = f"{script.server.url}/moodle"
    script.will_answer(as_json(moodle_at(script, issuer=issuer)))
    assert platform_configuration(http, script.url).issuer == issuer


@pytest.mark.parametrize(
    "member",
    ["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint"],
)
@pytest.mark.parametrize("value", [None, "", 7, "/relative", "javascript:alert(1)"])
def test_a_configuration_that_lacks_something_is_refused(
    script: Script, http: Http, member: str, value: Any
) -> None:
    refusal = refused(http, script, as_json(moodle_at(script, **{member: value})))
    assert refusal.slug == "configuration-incomplete"
    assert member in str(refusal)


def test_a_secure_issuer_has_no_plain_endpoints(script: Script, http: Http) -> None:
    document = moodle_at(script, issuer="https://lms.example")
    assert refused(http, script, as_json(document)).slug == "configuration-incomplete"


@pytest.mark.parametrize(
    "answer",
    [as_json([]), Response("<html>"), Response(status=404), as_json(None)],
    ids=["list", "html", "404", "null"],
)
def test_what_is_no_configuration_is_refused(script: Script, http: Http, answer: Response) -> None:
    refusal = refused(http, script, answer)
    assert refusal.slug in {"configuration-unreadable", "configuration-incomplete"}


def test_a_private_platform_is_refused_unless_allowed() -> None:
    with pytest.raises(RegistrationRefused) as refusal:
        platform_configuration(Http(), "https://127.0.0.1:9/configuration")
    assert refusal.value.slug == "configuration-unreadable"
    assert "private address" in str(refusal.value)


# What we ask for.


def moodle() -> PlatformConfiguration:
    said = recorded("openid_configuration")
    return PlatformConfiguration(
        issuer=said["issuer"],
        authorization_endpoint=said["authorization_endpoint"],
        token_endpoint=said["token_endpoint"],
        jwks_uri=said["jwks_uri"],
        registration_endpoint=said["registration_endpoint"],
        scopes=frozenset(said["scopes_supported"]),
        messages=frozenset({claims.RESOURCE_LINK_REQUEST, claims.DEEP_LINKING_REQUEST}),
        variables=frozenset(said[claims.PLATFORM_CONFIGURATION]["variables"]),
        product="moodle",
    )


def test_our_request_is_shaped_like_the_one_that_moodle_took() -> None:
    ours, taken = registration_request(moodle(), a_tool()), recorded("registration_request")
    assert ours.keys() == taken.keys()
    configured, known = ours[claims.TOOL_CONFIGURATION], taken[claims.TOOL_CONFIGURATION]
    assert configured.keys() == known.keys()
    assert configured["domain"] == "127.0.0.1:5055"
    same = ours.keys() - {"scope", claims.TOOL_CONFIGURATION}
    assert {name: ours[name] for name in same} == {name: taken[name] for name in same}
    messages = {message["type"]: message for message in configured["messages"]}
    assert messages == {message["type"]: message for message in known["messages"]}


def test_only_variables_that_the_platform_lists_are_asked_for() -> None:
    request = registration_request(moodle(), a_tool())
    assert request[claims.TOOL_CONFIGURATION]["custom_parameters"] == {
        "ctx": "$Context.id",
        "hist": "$Context.id.history",
        "kind": "mentoring",
    }


def test_only_scopes_that_the_platform_has_are_asked_for() -> None:
    tool = a_tool(scopes=(claims.SCOPE_SCORE, "https://example.com/scope"))
    assert registration_request(moodle(), tool)["scope"] == claims.SCOPE_SCORE


def test_a_platform_without_deep_linking_is_not_asked_for_it() -> None:
    configuration = PlatformConfiguration(
        issuer="https://lms.example",
        authorization_endpoint="https://lms.example/auth",
        token_endpoint="https://lms.example/token",
        jwks_uri="https://lms.example/jwks",
        registration_endpoint="https://lms.example/register",
    )
    messages = registration_request(configuration, a_tool())[claims.TOOL_CONFIGURATION]["messages"]
    assert [message["type"] for message in messages] == [claims.RESOURCE_LINK_REQUEST]


def test_the_messages_that_a_platform_has_besides_are_asked_for(
    platform: Platform, site: ToolSite
) -> None:
    configuration = platform_configuration(site.http, *invited(platform, site))
    request = registration_request(configuration, a_tool())
    messages = request[claims.TOOL_CONFIGURATION]["messages"]
    assert messages[2:] == [
        {"type": name, "target_link_uri": "http://127.0.0.1:5055/launch"}
        for name in ("LtiSubmissionReviewRequest", "LtiDataPrivacyLaunchRequest")
    ]


def test_services_that_a_tool_does_not_use_are_not_asked_for(
    platform: Platform, site: ToolSite
) -> None:
    configuration = platform_configuration(site.http, *invited(platform, site))
    unused = {claims.SCOPE_GROUPS_READ, claims.SCOPE_NOTICE_HANDLERS}
    asked = set(registration_request(configuration, a_tool())["scope"].split())
    assert unused <= configuration.scopes
    assert asked.isdisjoint(unused)
    more = a_tool(scopes=tuple(unused))
    assert set(registration_request(configuration, more)["scope"].split()) == unused


# Registering.


def test_moodles_answer_is_read(script: Script, http: Http) -> None:
    script.will_answer(as_json(moodle_at(script, registration_endpoint=script.url)))
    configuration = platform_configuration(http, script.url)
    script.will_answer(as_json(recorded("registration_response")["body"]))
    new = register(http, configuration, a_tool(), "the-token")
    assert script.received[-1].headers["Authorization"] == "Bearer the-token"
    assert new.registration("registration-1") == Registration(
        id="registration-1",
        issuer=script.server.url,
        client_id="gBAwqERiJaM4I4j",
        authorization_endpoint="http://127.0.0.1:8090/mod/lti/auth.php",
        token_endpoint="http://127.0.0.1:8090/mod/lti/token.php",
        jwks_uri="http://127.0.0.1:8090/mod/lti/certs.php",
        deployment_ids=frozenset({"1"}),
        product="moodle",
    )
    assert claims.SCOPE_SCORE in new.scopes


def test_a_tool_that_registered_itself_can_be_launched(
    campus: Campus, site: ToolSite, http: Http
) -> None:
    url, token = invited(campus.platform, site)
    new = register(http, platform_configuration(http, url, token), a_tool(site.url), token)
    tool = campus.platform.directory.tool(new.client_id)
    assert tool is not None
    assert tool.name == "Probe Tool"
    campus.tool, campus.registration = tool, new.registration("registration-2")
    link = campus.platform.add_resource_link(tool, "2", "Mentoring")
    message = opened(campus, site, campus.learner, link)
    assert message.custom == {"ctx": "2", "kind": "mentoring"}
    assert message.deployment_id in new.deployment_ids


def test_an_invitation_is_good_for_one_registration(
    platform: Platform, site: ToolSite, http: Http
) -> None:
    url, token = invited(platform, site)
    configuration = platform_configuration(http, url, token)
    register(http, configuration, a_tool(site.url), token)
    with pytest.raises(RegistrationRefused) as refusal:
        register(http, configuration, a_tool(site.url), token)
    assert refusal.value.slug == "registration-refused"
    assert "401" in str(refusal.value)


def test_without_an_invitation_the_platform_refuses(
    platform: Platform, site: ToolSite, http: Http
) -> None:
    url, _ = invited(platform, site)
    with pytest.raises(RegistrationRefused):
        register(http, platform_configuration(http, url), a_tool(site.url))


def test_registering_again_keeps_the_client_id(
    platform: Platform, site: ToolSite, http: Http
) -> None:
    def registered(name: str) -> tuple[str, frozenset[str]]:
        url, token = invited(platform, site)
        configuration = platform_configuration(http, url, token)
        new = register(http, configuration, a_tool(site.url, name=name), token)
        return new.client_id, new.deployment_ids

    assert registered("Old name") == registered("New name")
    tool = platform.directory.tool(registered("Newest name")[0])
    assert tool is not None
    assert tool.name == "Newest name"


@pytest.mark.parametrize(
    "answer", [as_json({}), as_json([]), as_json({"client_id": 7}), Response("<html>")]
)
def test_an_answer_without_a_client_id_is_refused(
    script: Script, http: Http, answer: Response
) -> None:
    script.will_answer(as_json(moodle_at(script, registration_endpoint=script.url)), answer)
    configuration = platform_configuration(http, script.url)
    with pytest.raises(RegistrationRefused) as refusal:
        register(http, configuration, a_tool())
    assert refusal.value.slug in {"registration-malformed", "registration-refused"}


def test_a_deployment_that_is_not_named_is_left_to_the_first_launch(
    script: Script, http: Http
) -> None:
    script.will_answer(
        as_json(moodle_at(script, registration_endpoint=script.url)), as_json({"client_id": "c"})
    )
    new = register(http, platform_configuration(http, script.url), a_tool())
    assert new.deployment_ids == frozenset()


def test_a_busy_platform_may_be_asked_again(
    platform: Platform, site: ToolSite, http: Http, requests_to: Callable[[str], list[int]]
) -> None:
    url, token = invited(platform, site)
    platform.answer_next("registration", status=503)
    configuration = platform_configuration(http, url, token)
    with pytest.raises(ServiceUnavailable):
        register(http, configuration, a_tool(site.url), token)
    assert register(http, configuration, a_tool(site.url), token).client_id
    assert requests_to("registration") == [503, 200]


# Canvas.


def canvas(script: Script, **changes: Any) -> dict[str, Any]:
    """Return a configuration as Canvas' guide shows it, as if it ran where `script` does."""
    here = script.server.url
    return {
        "issuer": here,
        "authorization_endpoint": "http://sso.canvas.example/api/lti/authorize_redirect",
        "registration_endpoint": "http://school.canvas.example/api/lti/registrations",
        "jwks_uri": "http://sso.canvas.example/api/lti/security/jwks",
        "token_endpoint": "http://sso.canvas.example/login/oauth2/token",
        "scopes_supported": [claims.SCOPE_SCORE],
        "authorization_server": "sso.canvas.example",
        claims.PLATFORM_CONFIGURATION: {
            "product_family_code": "canvas",
            "version": "vCloud",
            "messages_supported": [
                {
                    "type": claims.RESOURCE_LINK_REQUEST,
                    "placements": [
                        "https://canvas.instructure.com/lti/course_navigation",
                        "https://canvas.instructure.com/lti/link_selection",
                    ],
                },
                {
                    "type": claims.DEEP_LINKING_REQUEST,
                    "placements": ["assignment_selection", "link_selection"],
                },
            ],
            "variables": ["Context.id.history"],
            "https://canvas.instructure.com/lti/account_name": "Test University",
            **changes,
        },
    }


def asked_of_canvas(script: Script, http: Http, **changes: Any) -> dict[str, Any]:
    script.will_answer(as_json(canvas(script, **changes)))
    request = registration_request(platform_configuration(http, script.url), a_tool())
    configured: dict[str, Any] = request[claims.TOOL_CONFIGURATION]
    return configured


def test_canvas_is_asked_for_each_place_that_it_has(script: Script, http: Http) -> None:
    prefix = "https://canvas.instructure.com/lti/"
    launch = "http://127.0.0.1:5055/launch"
    assert asked_of_canvas(script, http)["messages"] == [
        {
            "type": "LtiResourceLinkRequest",
            "target_link_uri": launch,
            "placements": [f"{prefix}course_navigation"],
            f"{prefix}course_navigation/default_enabled": False,
            f"{prefix}visibility": "members",
        },
        {
            "type": "LtiDeepLinkingRequest",
            "target_link_uri": launch,
            "label": "Add mentoring",
            "placements": [f"{prefix}link_selection", f"{prefix}assignment_selection"],
        },
    ]


def test_a_canvas_that_lists_no_places_is_asked_for_all(script: Script, http: Http) -> None:
    messages = [{"type": claims.RESOURCE_LINK_REQUEST}, {"type": claims.DEEP_LINKING_REQUEST}]
    asked = asked_of_canvas(script, http, messages_supported=messages)["messages"]
    places = [place.rpartition("/")[2] for each in asked for place in each["placements"]]
    assert places == [
        *("course_navigation", "account_navigation"),
        *("link_selection", "assignment_selection", "editor_button"),
    ]


def test_canvas_is_asked_for_names_and_mail_addresses(script: Script, http: Http) -> None:
    asked = asked_of_canvas(script, http)
    assert asked["https://canvas.instructure.com/lti/privacy_level"] == "public"
    other = registration_request(moodle(), a_tool())[claims.TOOL_CONFIGURATION]
    assert not any("canvas" in name for name in other)


def test_canvas_host_name_is_no_audience(script: Script, http: Http) -> None:
    script.will_answer(as_json(canvas(script)))
    configuration = platform_configuration(http, script.url)
    assert configuration.token_audience is None
    assert configuration.account == "Test University"
    assert configuration.version == "vCloud"


def test_whoever_may_have_opened_us_is_on_the_issuers_site_or_the_registrations(
    script: Script, http: Http
) -> None:
    script.will_answer(as_json(canvas(script)), as_json(moodle_at(script)))
    at_canvas = platform_configuration(http, script.url)
    assert at_canvas.origins == (script.server.url, "http://school.canvas.example")
    here = platform_configuration(http, script.url)
    assert here.origins == (script.server.url, "http://127.0.0.1:8090")


@pytest.mark.parametrize("messages", [None, 7, [7, None, {}], [{"type": 7, "placements": "all"}]])
def test_messages_of_any_kind_are_read(script: Script, http: Http, messages: Any) -> None:
    asked = asked_of_canvas(script, http, messages_supported=messages)["messages"]
    assert {each["type"] for each in asked} == {claims.RESOURCE_LINK_REQUEST}


def test_canvas_wants_the_token_for_its_configuration_too(
    platform: Platform, site: ToolSite, http: Http
) -> None:
    platform.profile = CANVAS
    url, token = invited(platform, site)
    with pytest.raises(RegistrationRefused):
        platform_configuration(http, url)
    new = register(http, platform_configuration(http, url, token), a_tool(site.url), token)
    assert new.product == "canvas"
