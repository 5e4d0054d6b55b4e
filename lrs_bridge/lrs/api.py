"""The xAPI resources over HTTP, as a Flask blueprint.

    app.register_blueprint(xapi_blueprint(…), url_prefix="/xapi")

https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Communication.md#20-resources
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from uuid import UUID

from flask import Blueprint, Response, g, request
from sqlalchemy.orm import Session

from lrs_bridge.errors import (
    Malformed,
    MethodNotAllowed,
    ParameterInvalid,
    StatementInvalid,
    Unauthenticated,
    VersionUnsupported,
)
from lrs_bridge.lrs import formats, problems, select, store, wire
from lrs_bridge.lrs.consistency import LAG, consistent_through
from lrs_bridge.lrs.credentials import Credential, authenticate
from lrs_bridge.lrs.query import StatementQuery, cursor, parse, statement_id
from lrs_bridge.statement import written_timestamp
from lrs_bridge.vocabulary import PROFILE

Transaction = Callable[[], AbstractContextManager[Session]]
View = TypeVar("View", bound=Callable[..., Any])

VERSION = "1.0.3"
VERSIONS = ("1.0.0", "1.0.1", "1.0.2", VERSION)
LARGEST_BATCH = 1000

_VERSION_HEADER = "X-Experience-API-Version"
_CONSISTENT_HEADER = "X-Experience-API-Consistent-Through"
_SPOKEN = re.compile(r"1\.0(\.\d+)?", re.ASCII)


def xapi_blueprint(
    *,
    transaction: Transaction,
    reading: Transaction,
    clock: store.Clock,
    on_stored: store.OnStored = store.ignored,
    home_page: str = f"{PROFILE}/lrs",
    largest_batch: int = LARGEST_BATCH,
) -> Blueprint:
    """Return the resources of the store.

    Args:
        transaction: opens a writing transaction that commits when its block ends well. On SQLite
            it must take the write lock as it begins.
        reading: opens one that only reads.
        clock: returns an aware now.
        on_stored: told of new statements in the transaction that stores them.
        home_page: the system that credentials are accounts of, in `authority`; best the public
            URL of the store.
        largest_batch: how many statements one request may bring. The size of a request is
            limited by Flask's MAX_CONTENT_LENGTH.
    """
    bp = Blueprint("xapi", __name__)
    statements = _Statements(
        transaction=transaction,
        reading=reading,
        clock=clock,
        on_stored=on_stored,
        home_page=home_page,
        largest_batch=largest_batch,
    )
    bp.add_url_rule("/about", "about", _about)
    for method, view in (
        ("GET", statements.get),
        ("POST", statements.post),
        ("PUT", statements.put),
    ):
        bp.add_url_rule("/statements", f"statements_{method.lower()}", view, methods=[method])
    bp.add_url_rule(
        "/statements", "statements_other", statements.other, methods=["DELETE", "PATCH"]
    )
    bp.after_request(_with_version)
    bp.after_request(statements.with_consistency)
    problems.register(bp)
    return bp


def _requires(who: str) -> Callable[[View], View]:
    """Note on a view who may call it, for the application's test that every route says so."""

    def noted(view: View) -> View:
        view.requires = who  # type: ignore[attr-defined]
        return view

    return noted


@_requires("anyone")
def _about() -> Response:
    """Say which versions are spoken; needs neither credential nor version header."""
    return _json(json.dumps({"version": VERSIONS}))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Statements:
    """The statements resource."""

    transaction: Transaction
    reading: Transaction
    clock: store.Clock
    on_stored: store.OnStored
    home_page: str
    largest_batch: int

    @_requires("lrs credential")
    def post(self) -> Response:
        """Store one statement or a batch; all or none."""
        credential = self._admitted()
        credential.check_writing()
        for name in request.args:
            raise ParameterInvalid(name[:80], "is not a parameter of POST statements")
        several = wire.read_statements(_json_body(), most=self.largest_batch)
        ids = self._stored(credential, several)
        return _json(json.dumps([str(id) for id in ids]))

    @_requires("lrs credential")
    def put(self) -> Response:
        """Store one statement under the id in the query."""
        credential = self._admitted()
        credential.check_writing()
        id = statement_id(request.args.items(multi=True))
        one = wire.read_statement(_json_body())
        if one.id not in (None, id):
            raise StatementInvalid("/id", "must be the statementId of the request")
        self._stored(credential, [replace(one, id=id)])
        return Response(status=204)

    @_requires("lrs credential")
    def get(self) -> Response:
        """Return one statement, or a page of them with the way to the next."""
        credential = self._admitted()
        authority = None
        if credential.reads_only_its_own():
            authority = store.key_of(credential.authority(self.home_page))
        query = parse(request.args.items(multi=True))
        id = query.statement_id or query.voided_statement_id
        voided = query.voided_statement_id is not None
        organisation_id = credential.organisation_id
        with self.reading() as session:
            if id is None:
                page = select.page(session, organisation_id, query, authority=authority)
                body = _page(query, page)
            else:
                one = select.one(session, organisation_id, id, voided=voided, authority=authority)
                page = select.Page(found=[one], after=None)
                body = _shown(query, one)
        seen = (g.xapi_consistent_through, *(one.stored for one in page.found))
        g.xapi_consistent_through = max(seen)
        return _multipart(body) if query.attachments else _json(body)

    @_requires("lrs credential")
    def other(self) -> Response:
        """Refuse what the resource does not do."""
        raise MethodNotAllowed("Statements can be read, posted and put, and nothing else.")

    def with_consistency(self, response: Response) -> Response:
        """Say on every answer of the resource, errors too, how fresh it is."""
        if not (request.endpoint or "").endswith(".about"):
            through = g.get("xapi_consistent_through") or self.clock() - LAG
            response.headers[_CONSISTENT_HEADER] = written_timestamp(through)
        return response

    def _admitted(self) -> Credential:
        """Return the credential of a request that speaks our version."""
        _check_version()
        given = request.authorization
        if given is None or given.type != "basic":
            raise Unauthenticated("Send a key and secret by HTTP Basic authentication.")
        now = self.clock()
        with self.reading() as session:
            credential = authenticate(session, given.username or "", given.password or "", now)
            g.xapi_consistent_through = consistent_through(session, credential.organisation_id, now)
        return credential

    def _stored(self, credential: Credential, several: list[wire.Incoming]) -> list[UUID]:
        with self.transaction() as session:
            return store.insert(
                session,
                credential.organisation_id,
                several,
                authority=credential.authority(self.home_page),
                clock=self.clock,
                on_stored=self.on_stored,
            )


def _check_version() -> None:
    given = request.headers.get(_VERSION_HEADER)
    if given is None:
        raise VersionUnsupported(f"The header {_VERSION_HEADER} is required, such as {VERSION}.")
    if not _SPOKEN.fullmatch(given):
        raise VersionUnsupported(f"The header {_VERSION_HEADER} must be 1.0 or begin with 1.0.")


def _json_body() -> bytes:
    if request.mimetype == "multipart/mixed":
        raise Malformed("Attachments with content are not accepted yet; send application/json.")
    if request.mimetype != "application/json":
        raise Malformed("The header Content-Type must be application/json.")
    return request.get_data(cache=False)


def _shown(query: StatementQuery, one: select.Found) -> str:
    if query.format == "ids":
        return formats.ids(one.text, one.assigned)
    if query.format == "canonical":
        return formats.canonical(one.text, one.assigned, _in_asked_language)
    return formats.exact(one.text, one.assigned)


def _page(query: StatementQuery, page: select.Page) -> str:
    statements = ",".join(_shown(query, one) for one in page.found)
    more = ""
    if page.after is not None:
        more = f"{request.script_root}{request.path}?cursor={cursor(query, page.after)}"
    return f'{{"statements":[{statements}],"more":{json.dumps(more)}}}'


def _in_asked_language(several: Mapping[str, str]) -> dict[str, str]:
    """Return the entry of a language map that suits the request best, else its first."""
    if not several:
        return {}
    chosen = request.accept_languages.best_match(several, default=next(iter(several)))
    return {chosen: several[chosen]} if chosen else {}


def _multipart(body: str) -> Response:
    """Return `body` as the only part: no stored statement has content beside it yet."""
    boundary = "statements"
    while boundary in body:
        boundary += "-"
    lines = (f"--{boundary}", "Content-Type: application/json", "", body, f"--{boundary}--", "")
    return Response("\r\n".join(lines), content_type=f"multipart/mixed; boundary={boundary}")


def _json(body: str) -> Response:
    return Response(body, content_type="application/json")


def _with_version(response: Response) -> Response:
    response.headers[_VERSION_HEADER] = VERSION
    return response
