"""Dynamic registration from the platform's side: its configuration, and tools that register.

https://www.imsglobal.org/spec/lti-dr/v1p0
"""

from typing import Any
from urllib.parse import urlsplit

from werkzeug.wrappers import Response

from lti import claims
from lti.dynamic_registration import ALL_SCOPES
from lti.testing.answers import as_json
from lti.testing.values import Refused, Tool
from lti.testing.visit import Visit


def configuration(visit: Visit) -> Response:
    """Answer with the platform's OpenID configuration; Canvas insists on the token."""
    platform, profile = visit.platform, visit.platform.profile
    _insist_on_registering(visit)
    if profile.configuration_needs_token:
        _insist_on_token(visit)
    audience = profile.audience_said
    return as_json(
        {
            "issuer": platform.issuer,
            "authorization_endpoint": platform.at.authorization_endpoint,
            "token_endpoint": platform.at.token_endpoint,
            **({} if audience is None else {"authorization_server": audience}),
            "jwks_uri": platform.at.jwks_uri,
            "registration_endpoint": platform.at.registration_endpoint,
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
            "scopes_supported": [*(s for s in ALL_SCOPES if s in profile.scopes), "openid"],
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public", "pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "claims_supported": ["sub", "iss", "name", "given_name", "family_name", "email"],
            claims.PLATFORM_CONFIGURATION: {
                "product_family_code": profile.code,
                "version": profile.release or profile.version,
                "messages_supported": [dict(message) for message in profile.messages],
                "variables": list(profile.variables),
                **profile.settings(platform.name),
            },
        }
    )


def register(visit: Visit) -> Response:
    """Register a tool that has a one-time token; a known one (by its key set) keeps its ids."""
    _insist_on_registering(visit)
    token = _insist_on_token(visit)
    said = visit.document("application/json")
    _check(said)
    if visit.platform.grants.spend("registration", token) is None:
        raise Refused(401, "invalid_token", "the invitation was used meanwhile")
    configured = said[claims.TOOL_CONFIGURATION]
    known = visit.platform.directory.tool_at(said["jwks_uri"])
    tool = visit.platform.register_tool(
        client_id=known.client_id if known else None,
        name=said["client_name"],
        login_url=said["initiate_login_uri"],
        launch_url=said["redirect_uris"][0],
        jwks_uri=said["jwks_uri"],
        target_link_uri=configured["target_link_uri"],
        scopes=tuple(scope for scope in said.get("scope", "").split() if scope in ALL_SCOPES),
        custom=configured.get("custom_parameters", {}),
    )
    visit.note("updated" if known else "registered")
    return as_json(_registered(said, tool))


def _insist_on_registering(visit: Visit) -> None:
    if not visit.platform.profile.registers:
        raise Refused(404, "not_found", "tools are registered by hand")


def _insist_on_token(visit: Visit) -> str:
    scheme, _, token = visit.request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or visit.platform.grants.look_up("registration", token) is None:
        raise Refused(401, "invalid_token", "the invitation is unknown, used or too old")
    return token


def _check(said: Any) -> None:
    if not isinstance(said, dict):
        raise Refused(400, "invalid_client_metadata", "a JSON object is needed")
    configured = said.get(claims.TOOL_CONFIGURATION)
    if not isinstance(configured, dict):
        raise Refused(400, "invalid_client_metadata", "the tool configuration is missing")
    needed = ("client_name", "initiate_login_uri", "jwks_uri")
    facts = {
        "application_type is web": said.get("application_type") == "web",
        "redirect_uris has one": bool(said.get("redirect_uris")),
        "tokens are asked for with private_key_jwt": (
            said.get("token_endpoint_auth_method") == "private_key_jwt"
        ),
        "names and addresses are there": all(isinstance(said.get(each), str) for each in needed),
        "domain is the host of the target link, port included": (
            configured.get("domain") == urlsplit(str(configured.get("target_link_uri"))).netloc
        ),
    }
    for fact, holds in facts.items():
        if not holds:
            raise Refused(400, "invalid_client_metadata", f"not so: {fact}")


def _registered(said: dict[str, Any], tool: Tool) -> dict[str, Any]:
    return {
        **said,
        "client_id": tool.client_id,
        "scope": " ".join(sorted(tool.scopes)),
        claims.TOOL_CONFIGURATION: {
            **said[claims.TOOL_CONFIGURATION],
            "version": claims.VERSION_1_3,
            "deployment_id": tool.deployment_id,
        },
    }
