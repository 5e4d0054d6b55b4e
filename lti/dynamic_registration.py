"""Dynamic Registration 1.0: platform and tool introduce themselves to each other.

An administrator gives the platform our registration URL. The platform opens it with the address of
its configuration and perhaps a one-time token; we fetch the configuration, ask to be registered,
and learn our client id.

https://www.imsglobal.org/spec/lti-dr/v1p0
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from lti import claims, placements, quirks, reading, urls
from lti.errors import RegistrationRefused, ServiceRefused
from lti.http import Answer, Http
from lti.platform_configuration import PlatformConfiguration, configuration_in
from lti.registration import Registration

__all__ = [
    "NewRegistration",
    "PlatformConfiguration",
    "ToolDescription",
    "platform_configuration",
    "register",
    "registration_request",
]

COURSE_SCOPES: Final = (
    claims.SCOPE_LINE_ITEM,
    claims.SCOPE_LINE_ITEM_READ,
    claims.SCOPE_RESULT_READ,
    claims.SCOPE_SCORE,
    claims.SCOPE_MEMBERSHIP_READ,
)
ALL_SCOPES: Final = (*COURSE_SCOPES, claims.SCOPE_GROUPS_READ, claims.SCOPE_NOTICE_HANDLERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolDescription:
    """What we say about ourselves. A custom value such as "$Context.id" asks for a variable."""

    name: str
    description: str
    launch_url: str
    login_url: str
    jwks_url: str
    logo_url: str | None = None
    deep_linking_label: str | None = None
    custom: Mapping[str, str] = field(default_factory=dict)
    scopes: tuple[str, ...] = COURSE_SCOPES


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRegistration:
    """What came of it. Without `deployment_ids` the first launch will name one, to be approved."""

    issuer: str
    client_id: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_audience: str | None
    deployment_ids: frozenset[str]
    product: str | None
    scopes: frozenset[str]

    def registration(self, id: str) -> Registration:
        """Return it as a registration with our identifier `id`."""
        return Registration(
            id=id,
            issuer=self.issuer,
            client_id=self.client_id,
            authorization_endpoint=self.authorization_endpoint,
            token_endpoint=self.token_endpoint,
            jwks_uri=self.jwks_uri,
            token_audience=self.token_audience,
            deployment_ids=self.deployment_ids,
            product=self.product,
        )


def platform_configuration(
    http: Http, configuration_url: str, token: str | None = None
) -> PlatformConfiguration:
    """Return the configuration at `configuration_url`, asked for with `token` (Canvas insists).

    The issuer must be where the answer came from in the end, too: a platform may redirect to
    anybody, and whoever that is must not speak for it.

    Dynamic Registration 1.0, section 3.5.1 (issuer and configuration share scheme and host):
    https://www.imsglobal.org/spec/lti-dr/v1p0#issuer-and-openid-configuration-url-match

    Raises:
        RegistrationRefused: "configuration-unreadable", "configuration-incomplete" or
            "issuer-elsewhere".
        ServiceUnavailable: if the platform can be asked again later.
    """
    try:
        answer = http.get(configuration_url, bearer=token)
        document = answer.json()
    except ServiceRefused as refused:
        raise RegistrationRefused(
            "configuration-unreadable",
            "The platform's configuration could not be read. %(why)s",
            {"why": refused},
        ) from None
    if not isinstance(document, dict):
        raise RegistrationRefused(
            "configuration-incomplete", "The platform's configuration is not a JSON object."
        )
    configuration = configuration_in(document)
    places = (configuration_url, answer.url)
    if not all(urls.same_origin(configuration.issuer, place) for place in places):
        raise RegistrationRefused(
            "issuer-elsewhere",
            "The platform's configuration names an issuer on another host than its own.",
        )
    return configuration


def registration_request(
    configuration: PlatformConfiguration, tool: ToolDescription
) -> dict[str, Any]:
    """Return our side of the registration, asking only for what the platform says it has.

    https://www.imsglobal.org/spec/lti-dr/v1p0#tool-configuration
    """
    scopes = [scope for scope in tool.scopes if scope in configuration.scopes]
    privacy = quirks.PRIVACY_SETTINGS.get(configuration.product or "", {})
    request: dict[str, Any] = {
        "application_type": "web",
        "grant_types": ["client_credentials", "implicit"],
        "response_types": ["id_token"],
        "initiate_login_uri": tool.login_url,
        "redirect_uris": [tool.launch_url],
        "client_name": tool.name,
        "jwks_uri": tool.jwks_url,
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": " ".join(scopes),
        claims.TOOL_CONFIGURATION: {
            "domain": urlsplit(tool.launch_url).netloc,  # Moodle wants the port, too
            "description": tool.description,
            "target_link_uri": tool.launch_url,
            "custom_parameters": _custom(configuration, tool),
            "claims": ["iss", "sub", "name", "given_name", "family_name", "email"],
            "messages": _messages(configuration, tool),
            **privacy,
        },
    }
    if tool.logo_url is not None:
        request["logo_uri"] = tool.logo_url
    return request


def register(
    http: Http,
    configuration: PlatformConfiguration,
    tool: ToolDescription,
    token: str | None = None,
) -> NewRegistration:
    """Register `tool` with the platform and return what it was given.

    Dynamic Registration 1.0, sections 3.5.2 (the request) and 3.6.1 (what comes back):
    https://www.imsglobal.org/spec/lti-dr/v1p0#successful-registration

    Raises:
        RegistrationRefused: "registration-refused" or "registration-malformed".
        ServiceUnavailable: if the platform can be asked again later.
    """
    try:
        answer = http.request(
            "POST",
            configuration.registration_endpoint,
            accept="application/json",
            bearer=token,
            document=registration_request(configuration, tool),
        )
        return _new_registration(answer, configuration)
    except ServiceRefused as refused:
        raise RegistrationRefused(
            "registration-refused",
            "The platform did not register this tool. %(why)s "
            "Start again from the platform: its invitation can be used once.",
            {"why": refused},
        ) from None


def _custom(configuration: PlatformConfiguration, tool: ToolDescription) -> dict[str, str]:
    return {
        name: value
        for name, value in tool.custom.items()
        if not value.startswith("$") or value[1:] in configuration.variables
    }


def _messages(configuration: PlatformConfiguration, tool: ToolDescription) -> list[dict[str, Any]]:
    def asked(type: str, **more: str) -> list[dict[str, Any]]:
        known = configuration.placements.get(type, frozenset())
        return [
            {"type": type, "target_link_uri": tool.launch_url, **more, **beside}
            for beside in placements.asked(configuration.product, type, known)
        ]

    messages = asked(claims.RESOURCE_LINK_REQUEST)
    if claims.DEEP_LINKING_REQUEST in configuration.messages:
        messages += asked(claims.DEEP_LINKING_REQUEST, label=tool.deep_linking_label or tool.name)
    others = (claims.SUBMISSION_REVIEW_REQUEST, *claims.DATA_PRIVACY_REQUESTS)
    messages.extend(
        {"type": type, "target_link_uri": tool.launch_url}
        for type in others
        if type in configuration.messages
    )
    return messages


def _new_registration(answer: Answer, configuration: PlatformConfiguration) -> NewRegistration:
    document = answer.json()
    client_id = (
        reading.identifier(document.get("client_id")) if isinstance(document, dict) else None
    )
    if client_id is None:
        raise RegistrationRefused(
            "registration-malformed", "The platform registered this tool without a client id."
        )
    configured = reading.members(document, claims.TOOL_CONFIGURATION)
    deployment = reading.identifier(configured.get("deployment_id"))
    scope = document.get("scope")
    return NewRegistration(
        issuer=configuration.issuer,
        client_id=client_id,
        authorization_endpoint=configuration.authorization_endpoint,
        token_endpoint=configuration.token_endpoint,
        jwks_uri=configuration.jwks_uri,
        token_audience=configuration.token_audience,
        deployment_ids=frozenset({deployment}) if deployment is not None else frozenset(),
        product=configuration.product,
        scopes=frozenset(scope.split()) if isinstance(scope, str) else frozenset(),
    )
