"""Who asks: the credential of a request, and how fresh what it is shown is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from flask import Response, after_this_request, g, request

from lrs_bridge.errors import Unauthenticated
from lrs_bridge.lrs.access.authentication import authenticate, authenticate_token
from lrs_bridge.lrs.access.credentials import Credential
from lrs_bridge.lrs.access.limits import Limits
from lrs_bridge.lrs.direct import Over
from lrs_bridge.lrs.http.asked import Asked, authorization_in
from lrs_bridge.lrs.http.setup import Setup
from lrs_bridge.statement import written_timestamp

_CONSISTENT_THROUGH = "X-Experience-API-Consistent-Through"


def admitted(setup: Setup, asked: Asked) -> Credential:
    """Return the credential that a request came with.

    Raises:
        Unauthenticated: if it came with none, or not a valid one.
        TooManyRequests, TooLarge: if it is more than the credential may send.
    """
    now = setup.clock()
    with setup.asking() as over:
        credential = _credential(setup, over, asked, now)
    return _welcome(setup, asked, credential, now)


def admitted_to_statements(setup: Setup, asked: Asked) -> Credential:
    """Return the same to who reads, and note up to when it sees every statement there is."""
    now = setup.clock()
    with setup.asking() as over:
        credential = _credential(setup, over, asked, now)
        g.xapi_consistent_through = setup.freshness.through(over, credential.organisation_id, now)
    return _welcome(setup, asked, credential, now)


def count_statements(setup: Setup, credential: Credential, many: int) -> None:
    """Count statements that a credential is about to store.

    Raises:
        TooManyRequests, TooLarge: if they are more than it may.
    """
    if credential.limits is not None:
        setup.allowances.take_statements(credential.id, credential.limits, many, setup.clock())


def say_how_fresh(setup: Setup, response: Response) -> Response:
    """Say on every answer of Statements, errors too, up to when it sees every statement.

    What never reached the store says what this process knows without asking it.
    """
    if (request.endpoint or "").endswith(".statements"):
        credential: Credential | None = g.get("xapi_credential")
        owner = None if credential is None else credential.organisation_id
        through = g.get("xapi_consistent_through") or setup.freshness.promised(owner)
        response.headers[_CONSISTENT_THROUGH] = written_timestamp(through)
    return response


def _welcome(setup: Setup, asked: Asked, credential: Credential, now: datetime) -> Credential:
    """Return a credential that was proved, having counted what it may not do without end."""
    g.xapi_credential = credential
    if setup.last_uses.is_due(credential.id, now):
        write = partial(setup.last_uses.write, credential.id, now)
        after_this_request(partial(_once_answered, write))
    if credential.limits is not None:
        setup.allowances.take_request(credential.id, credential.limits, now)
        _limit_body(asked, credential.limits)
    return credential


def _limit_body(asked: Asked, limits: Limits) -> None:
    """Refuse a body that is too large, or else whatever is read beyond the limit."""
    length = request.content_length if asked.length is None else asked.length
    if length is not None:
        limits.check_body(length)
    elif limits.largest_body is not None:
        most = request.max_content_length
        request.max_content_length = min(limits.largest_body, most or limits.largest_body)


def _once_answered(then: Callable[[], None], response: Response) -> Response:
    response.call_on_close(then)
    return response


def _credential(setup: Setup, over: Over, asked: Asked, now: datetime) -> Credential:
    given = authorization_in(asked.headers)
    if given is not None and given.type == "basic":
        key, secret = given.username or "", given.password or ""
        return authenticate(over, setup.proofs, key, secret, now)
    if given is not None and given.type == "bearer":
        g.xapi_by_token = True
        return authenticate_token(over, given.token or "", now)
    raise Unauthenticated("Send a key and secret by HTTP Basic authentication, or an access token.")
