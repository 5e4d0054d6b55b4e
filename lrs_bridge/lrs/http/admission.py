"""Who asks: the credential of a request, and how fresh what it is shown is."""

from __future__ import annotations

from datetime import datetime

from flask import Response, g, request
from sqlalchemy.orm import Session

from lrs_bridge.errors import Unauthenticated
from lrs_bridge.lrs.consistency import LAG, consistent_through
from lrs_bridge.lrs.credentials import Credential, authenticate
from lrs_bridge.lrs.http.asked import Asked
from lrs_bridge.lrs.http.setup import Setup
from lrs_bridge.statement import written_timestamp

_CONSISTENT_THROUGH = "X-Experience-API-Consistent-Through"


def admitted(setup: Setup, asked: Asked) -> Credential:
    """Return the credential that a request came with.

    Raises:
        Unauthenticated: if it came with none, or not a valid one.
    """
    with setup.reading() as session:
        g.xapi_credential = _credential(session, asked, setup.clock())
    found: Credential = g.xapi_credential
    return found


def admitted_to_statements(setup: Setup, asked: Asked) -> Credential:
    """Return the same to who reads, and note up to when it sees every statement there is."""
    now = setup.clock()
    with setup.reading() as session:
        credential = _credential(session, asked, now)
        g.xapi_consistent_through = consistent_through(session, credential.organisation_id, now)
    return credential


def say_how_fresh(setup: Setup, response: Response) -> Response:
    """Say on every answer of Statements, errors too, up to when it sees every statement."""
    if (request.endpoint or "").endswith(".statements"):
        through = g.get("xapi_consistent_through") or setup.clock() - LAG
        response.headers[_CONSISTENT_THROUGH] = written_timestamp(through)
    return response


def _credential(session: Session, asked: Asked, now: datetime) -> Credential:
    given = asked.authorization
    if given is None or given.type != "basic":
        raise Unauthenticated("Send a key and secret by HTTP Basic authentication.")
    return authenticate(session, given.username or "", given.password or "", now)
