"""The Statements resource.

https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Communication.md#21-statement-resource
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from flask import Response, g, request

from lrs_bridge.errors import Malformed, ParameterInvalid, StatementInvalid
from lrs_bridge.lrs import formats, select, store, wire
from lrs_bridge.lrs.credentials import Credential
from lrs_bridge.lrs.http.admission import admitted_to_statements
from lrs_bridge.lrs.http.asked import Asked
from lrs_bridge.lrs.http.resource import Resource
from lrs_bridge.lrs.http.setup import Setup
from lrs_bridge.lrs.query import StatementQuery, cursor, parse, statement_id


def resource(setup: Setup) -> Resource:
    """Return it."""
    statements = _Statements(setup)
    return Resource(
        path="/statements",
        methods={"GET": statements.get, "POST": statements.post, "PUT": statements.put},
    )


@dataclass(frozen=True, slots=True)
class _Statements:
    """What answers each method."""

    setup: Setup

    def post(self, asked: Asked) -> Response:
        """Store one statement or a batch; all or none."""
        credential = admitted_to_statements(self.setup, asked)
        credential.check_writing()
        for name, _ in asked.parameters:
            raise ParameterInvalid(name[:80], "is not a parameter of POST statements")
        several = wire.read_statements(
            _json_body(asked), asked.version, most=self.setup.largest_batch
        )
        ids = self._stored(asked, credential, several)
        return _json(json.dumps([str(id) for id in ids]))

    def put(self, asked: Asked) -> Response:
        """Store one statement under the id in the query."""
        credential = admitted_to_statements(self.setup, asked)
        credential.check_writing()
        id = statement_id(asked.parameters)
        one = wire.read_statement(_json_body(asked), asked.version)
        if one.id not in (None, id):
            raise StatementInvalid("/id", "must be the statementId of the request")
        self._stored(asked, credential, [replace(one, id=id)])
        return Response(status=204)

    def get(self, asked: Asked) -> Response:
        """Return one statement, or a page of them with the way to the next."""
        credential = admitted_to_statements(self.setup, asked)
        authority = None
        if credential.reads_only_its_own():
            authority = store.key_of(credential.authority(self.setup.home_page))
        query = parse(asked.parameters)
        id = query.statement_id or query.voided_statement_id
        voided = query.voided_statement_id is not None
        organisation_id = credential.organisation_id
        with self.setup.reading() as session:
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

    def _stored(
        self, asked: Asked, credential: Credential, several: list[wire.Incoming]
    ) -> list[UUID]:
        with self.setup.transaction() as session:
            return store.insert(
                session,
                credential.organisation_id,
                several,
                authority=credential.authority(self.setup.home_page),
                clock=self.setup.clock,
                version=asked.version,
                on_stored=self.setup.on_stored,
            )


def _json_body(asked: Asked) -> bytes:
    if asked.mimetype == "multipart/mixed":
        raise Malformed("Attachments with content are not accepted yet; send application/json.")
    if asked.mimetype != "application/json":
        raise Malformed("The header Content-Type must be application/json.")
    return asked.body()


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
