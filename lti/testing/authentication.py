"""The authentication endpoint: a tool's request in, a signed message out through the browser.

https://www.imsglobal.org/spec/security/v1p0/#step-2-authentication-request
"""

import json

from werkzeug.wrappers import Response

from lti.testing.answers import as_json, form_post, page
from lti.testing.initiations import Prepared
from lti.testing.values import Refused, Tool
from lti.testing.visit import Visit

FIXED = {
    "scope": ("openid", "invalid_scope"),
    "response_type": ("id_token", "unsupported_response_type"),
    "response_mode": ("form_post", "invalid_request"),
    "prompt": ("none", "invalid_request"),
}


def authenticate(visit: Visit) -> Response:
    """Answer an authentication request with a form that posts the id_token, or an error, back.

    A request from an unknown tool, or for a redirect URI that is not registered to the letter, is
    answered with a page instead: an error must not be sent to whoever asks.
    """
    asked = visit.request.values
    tool = visit.platform.directory.tool(asked.get("client_id", ""))
    redirect_uri = asked.get("redirect_uri", "")
    if tool is None or redirect_uri not in tool.redirect_uris:
        visit.note("unknown client or redirect URI")
        return page("Not possible", "This tool is not registered for that address.", status=400)
    answer = {"state": asked["state"]} if "state" in asked else {}
    try:
        prepared = _prepared(visit, tool)
    except Refused as refused:
        visit.note(refused.error)
        answer |= {"error": refused.error, "error_description": refused.reason}
    else:
        visit.note("id_token sent")
        genuine = visit.platform.genuine(tool, asked["nonce"], prepared.content)
        answer["id_token"] = prepared.token(genuine)
    return form_post(redirect_uri, answer)


def _prepared(visit: Visit, tool: Tool) -> Prepared:
    asked = visit.request.values
    for name, (value, error) in FIXED.items():
        if asked.get(name) != value:
            raise Refused(400, error, f"{name} must be {value}")
    if not asked.get("nonce"):
        raise Refused(400, "invalid_request", "nonce is missing")
    launch_id = _launch_id(visit, asked.get("lti_message_hint", ""))
    prepared: Prepared | None = visit.platform.grants.spend("launch", launch_id)
    if prepared is None:
        raise Refused(400, "launch_no_longer_valid", "open the item again")
    if (prepared.client_id, prepared.user_id) != (tool.client_id, asked.get("login_hint")):
        raise Refused(400, "login_required", "the hints belong to somebody else")
    return prepared


def _launch_id(visit: Visit, hint: str) -> str:
    if not visit.platform.profile.hint_is_json:
        return hint
    try:
        return str(json.loads(hint)["launchid"])
    except (ValueError, TypeError, KeyError):
        return ""


def key_set(visit: Visit) -> Response:
    """Answer with the platform's public keys."""
    return as_json(visit.platform.jwks(), headers={"Cache-Control": "public, max-age=3600"})


def returned(visit: Visit, course_id: str | None = None) -> Response:
    """Take people back from a tool, with what the tool has to say."""
    said = visit.request.args.get("lti_errormsg") or visit.request.args.get("lti_msg") or ""
    return page("Back in the course", said or "You are back in the course.")
