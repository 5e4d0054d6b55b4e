"""The token resource: a key and secret for an access token that works for an hour.

The standard has no such resource; OAuth 2.0 has, and says what it answers, errors too:
https://datatracker.ietf.org/doc/html/rfc6749#section-5
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, unquote

from flask import Request, Response, request

from lrs_bridge.errors import MethodNotAllowed, TokenRefused, TooManyRequests, Unauthenticated
from lrs_bridge.lrs.access.authentication import authenticate
from lrs_bridge.lrs.access.oauth import Grant, give_token
from lrs_bridge.lrs.http import cors
from lrs_bridge.lrs.http.asked import authorization_in, whole_body
from lrs_bridge.lrs.http.resource import CREDENTIAL
from lrs_bridge.lrs.http.setup import Setup

PATH = "/oauth/token"

_METHODS = ("POST", "OPTIONS")
_FORM = "application/x-www-form-urlencoded"
_LARGEST_BODY = 16 * 1024
_MOST_FIELDS = 20
_GRANT = "client_credentials"


def view(setup: Setup) -> Callable[[], Response]:
    """Return what answers every method."""

    def answer() -> Response:
        if request.method == "OPTIONS":
            return cors.options(_METHODS)
        if request.method != "POST":
            raise MethodNotAllowed(_METHODS)
        try:
            return _given(_grant(setup, request))
        except TokenRefused as error:
            return _refused(400, error.error, str(error))
        except Unauthenticated as error:
            response = _refused(401, "invalid_client", str(error))
            response.headers["WWW-Authenticate"] = 'Basic realm="xAPI", charset="UTF-8"'
            return response
        except TooManyRequests as error:
            response = _refused(429, "temporarily_unavailable", str(error))
            response.headers["Retry-After"] = str(error.seconds)
            return response

    answer.requires = CREDENTIAL  # type: ignore[attr-defined]
    return answer


def _grant(setup: Setup, sent: Request) -> Grant:
    fields = _fields(sent)
    key, secret = _client(sent, fields)
    if fields.get("grant_type") != _GRANT:
        known = "grant_type" in fields
        raise TokenRefused(
            "unsupported_grant_type" if known else "invalid_request",
            f"The grant_type must be {_GRANT}.",
        )
    now = setup.clock()
    with setup.reading() as session:  # hashes while no other writer waits
        holder = authenticate(session, setup.proofs, key, secret, now)
    if holder.limits is not None:
        setup.allowances.take_request(holder.id, holder.limits, now)
    with setup.transaction() as session:
        return give_token(session, holder, fields.get("scope"), now)


def _fields(sent: Request) -> Mapping[str, str]:
    """Return the fields of the form; what has no value counts as not sent (section 3.2)."""
    if sent.mimetype != _FORM:
        raise TokenRefused("invalid_request", f"The body must be {_FORM}.")
    if {"client_id", "client_secret"} & sent.args.keys():
        raise TokenRefused("invalid_request", "The secret belongs into the body, not into the URL.")
    sent.max_content_length = _LARGEST_BODY
    try:
        pairs = parse_qsl(whole_body(sent).decode(), errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError:  # also what is not UTF-8
        raise TokenRefused("invalid_request", f"The body is not {_FORM} in UTF-8.") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise TokenRefused("invalid_request", "Each field may be sent once.")
    return fields


def _client(sent: Request, fields: Mapping[str, str]) -> tuple[str, str]:
    """Return the key and secret, in one of the two ways in which they may be sent."""
    given = authorization_in(sent.headers)
    if "Authorization" not in sent.headers:
        if "client_id" not in fields or "client_secret" not in fields:
            raise Unauthenticated("Send client_id and client_secret.")
        return fields["client_id"], fields["client_secret"]
    if given is None or given.type != "basic":
        raise Unauthenticated("Send client_id and client_secret by HTTP Basic authentication.")
    if "client_secret" in fields:
        raise TokenRefused("invalid_request", "Send the secret in one way only.")
    # They ought to be encoded as in a form (section 2.3.1), and with many clients are not. Of the
    # two readings of "+" the one is taken that suits secrets, which have no spaces.
    return unquote(given.username or ""), unquote(given.password or "")


def _given(grant: Grant) -> Response:
    return _answer(
        200,
        {
            "access_token": grant.token,
            "token_type": "Bearer",
            "expires_in": grant.seconds,
            "scope": grant.scope,
        },
    )


def _refused(status: int, error: str, description: str) -> Response:
    return _answer(status, {"error": error, "error_description": description})


def _answer(status: int, body: Mapping[str, object]) -> Response:
    response = Response(json.dumps(body), status=status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    response.headers["Pragma"] = "no-cache"
    return response
