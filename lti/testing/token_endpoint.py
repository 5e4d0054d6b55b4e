"""The token endpoint: a signed assertion in, an access token out.

https://www.imsglobal.org/spec/security/v1p0/#using-json-web-tokens-with-oauth-2-0-client-credentials-grant
"""

from collections.abc import Mapping

from werkzeug.wrappers import Response

from lti import jose
from lti.testing.answers import as_json
from lti.testing.values import Refused, Tool
from lti.testing.visit import Visit

LIFETIME = 3600  # s
LONGEST_ASSERTION = 3600  # s
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def token(visit: Visit) -> Response:
    """Answer a client credentials request, with JSON whatever the product calls it."""
    form = visit.request.form
    if form.get("grant_type") != "client_credentials":
        raise Refused(400, "unsupported_grant_type")
    if form.get("client_assertion_type") != ASSERTION_TYPE:
        raise Refused(400, "invalid_request", "client_assertion_type")
    tool = _client(visit, form)
    granted = tool.scopes.intersection(form.get("scope", "").split())
    if not granted:
        raise Refused(400, "invalid_scope", "none of the scopes is registered for this tool")
    token = visit.platform.grants.issue(
        "access token", (tool.client_id, granted), lifetime=LIFETIME
    )
    visit.note(f"granted {len(granted)} scopes")
    return as_json(
        {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": LIFETIME,
            "scope": " ".join(sorted(granted)),
        },
        media_type=visit.platform.profile.token_type,
        headers={"Cache-Control": "no-store"},
    )


def _client(visit: Visit, form: Mapping[str, str]) -> Tool:
    """Return the tool that signed the assertion, each of which is good once."""
    assertion = form.get("client_assertion", "")
    tool = visit.platform.directory.tool(_claimed_client(visit, assertion))
    if tool is None:
        raise Refused(400, "invalid_client", "unknown client")
    claims = visit.verified(assertion, tool)
    now = visit.platform.clock().timestamp()
    issued, expires, jti = claims.get("iat"), claims.get("exp"), claims.get("jti")
    if claims.get("iss") != tool.client_id or claims.get("sub") != tool.client_id:
        raise Refused(400, "invalid_client", "iss and sub must be the client id")
    if claims.get("aud") != visit.platform.token_audience:
        raise Refused(400, "invalid_client", f"aud must be {visit.platform.token_audience}, alone")
    if not isinstance(issued, int) or not isinstance(expires, int) or issued > now:
        raise Refused(400, "invalid_client", "iat and exp must be whole seconds, iat not ahead")
    if now >= expires or expires - issued > LONGEST_ASSERTION:
        raise Refused(400, "invalid_client", "the assertion has expired or lasts too long")
    grants = visit.platform.grants
    if not isinstance(jti, str) or not grants.hold(
        "assertion", f"{tool.client_id} {jti}", True, lifetime=LONGEST_ASSERTION
    ):
        raise Refused(400, "invalid_client", "jti is missing or was used before")
    return tool


def _claimed_client(visit: Visit, assertion: str) -> str:
    try:
        return str(jose.unverified_claims(assertion).get("iss"))
    except jose.Unverifiable:
        raise Refused(400, "invalid_client", "the assertion is not a token") from None
