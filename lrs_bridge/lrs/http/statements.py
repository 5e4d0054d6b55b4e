"""The Statements resource.

https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Communication.md#21-statement-resource
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from flask import Response, g, request

from lrs_bridge.errors import Malformed, ParameterInvalid, StatementInvalid
from lrs_bridge.lrs import select, store, wire
from lrs_bridge.lrs.access.credentials import Credential
from lrs_bridge.lrs.attachments import multipart
from lrs_bridge.lrs.attachments import received as attachments
from lrs_bridge.lrs.attachments.contents import Buffer
from lrs_bridge.lrs.attachments.read import Attached, parts_of, with_attachments
from lrs_bridge.lrs.http.admission import (
    admitted,
    admitted_to_statements,
    count_statements,
)
from lrs_bridge.lrs.http.asked import Asked
from lrs_bridge.lrs.http.resource import Resource
from lrs_bridge.lrs.http.setup import Setup
from lrs_bridge.lrs.http.shown import JSON, as_json, as_parts, as_stored, written
from lrs_bridge.lrs.query import StatementQuery, cursor, parse, statement_id

_UNENCODED = ("", "7bit", "8bit", "binary")


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
        credential = admitted(self.setup, asked)
        credential.check_writing()
        for name, _ in asked.parameters:
            raise ParameterInvalid(name[:80], "is not a parameter of POST statements")
        body, parts = _sent(asked)
        several = wire.read_statements(body, asked.version, most=self.setup.largest_batch)
        count_statements(self.setup, credential, len(several))
        ids = self._stored(asked, credential, several, parts)
        return as_json(json.dumps([str(id) for id in ids]))

    def put(self, asked: Asked) -> Response:
        """Store one statement under the id in the query."""
        credential = admitted(self.setup, asked)
        credential.check_writing()
        id = statement_id(asked.parameters)
        body, parts = _sent(asked)
        one = wire.read_statement(body, asked.version)
        if one.id not in (None, id):
            raise StatementInvalid("/id", "must be the statementId of the request")
        count_statements(self.setup, credential, 1)
        self._stored(asked, credential, [replace(one, id=id)], parts)
        return Response(status=204)

    def get(self, asked: Asked) -> Response:
        """Return one statement, or a page of them with the way to the next."""
        credential = admitted_to_statements(self.setup, asked)
        query = parse(asked.parameters)
        page, statements, attached = self._read(asked, credential, query)
        body = statements[0] if query.is_for_one else _listed(statements, query, page)
        if query.attachments:
            response = as_parts(body, parts_of(attached, self.setup.contents))
        else:
            response = as_json(body)
        if query.is_for_one:
            response.last_modified = page.found[0].stored
        if page.found:
            newest = max(page.found[0].stored, page.found[-1].stored)
            g.xapi_consistent_through = max(g.xapi_consistent_through, newest)
        return response

    def _read(
        self, asked: Asked, credential: Credential, query: StatementQuery
    ) -> tuple[select.Page, list[str], list[Attached]]:
        """Return what is found, as it is shown, and what is attached to it."""
        organisation_id, of = credential.organisation_id, self._only_of(credential)
        if query.one and query.is_plain:
            with self.setup.asking() as over:
                page = _alone(select.one(over, organisation_id, *query.one, authority=of))
            return page, as_stored(query, page.found), []
        with self.setup.reading() as session:
            if query.one:
                page = _alone(select.one(session, organisation_id, *query.one, authority=of))
            else:
                page = select.page(session, organisation_id, query, authority=of)
            statements = written(session, organisation_id, asked, query, page.found)
            page = page.of(len(statements)) if page.found else page
            attached: list[Attached] = []
            if query.attachments:
                page, attached = with_attachments(session, organisation_id, page)
            return page, statements[: len(page.found)], attached

    def _only_of(self, credential: Credential) -> int | None:
        """Return whose statements alone exist for a credential; None: everybody's."""
        if not credential.reads_only_its_own():
            return None
        return store.key_of(credential.authority(self.setup.home_page))

    def _stored(
        self,
        asked: Asked,
        credential: Credential,
        several: Sequence[wire.Incoming],
        parts: Sequence[multipart.Part],
    ) -> list[UUID]:
        received = attachments.received(several, parts, asked.version)
        kept = self._kept(credential.organisation_id, received)
        delivery = store.Delivery(
            statements=several,
            authority=credential.authority(self.setup.home_page),
            version=asked.version,
            attached=kept,
            defines=credential.may_define(),
            voids_others=credential.voids_others,
        )
        stored = self.setup.together.store(credential.organisation_id, delivery)
        g.xapi_consistent_through = self.setup.freshness.promise(
            credential.organisation_id, stored.through
        )
        return stored.ids

    def _kept(
        self, organisation_id: UUID, received: attachments.Received
    ) -> Sequence[attachments.Kept]:
        """Return what came with the statements, having put aside what is not for the database."""
        known: set[str] = set()
        if received and self.setup.contents is not None:
            with self.setup.reading() as session:
                known = attachments.known(session, organisation_id, received)
        return attachments.keep(self.setup.contents, organisation_id, received, known)


def _alone(one: select.Found) -> select.Page:
    return select.Page(found=[one], after=None)


def _sent(asked: Asked) -> tuple[Buffer, Sequence[multipart.Part]]:
    """Return the JSON of a request, and the parts that came after it."""
    if asked.mimetype == JSON:
        return asked.body(), ()
    if asked.mimetype != multipart.MIXED:
        raise Malformed(f"The header Content-Type must be {JSON} or {multipart.MIXED}.")
    first, *others = multipart.read_parts(
        asked.content_type, asked.body(), is_whole=attachments.is_whole
    )
    if first.mimetype != JSON:
        raise Malformed(f"Part 1 must be the statements, with the header Content-Type: {JSON}.")
    if first.header("Content-Transfer-Encoding").lower() not in _UNENCODED:
        raise Malformed("Part 1 must not be encoded.")
    return first.content, others


def _listed(statements: Sequence[str], query: StatementQuery, page: select.Page) -> str:
    """Return the JSON of a StatementResult."""
    more = ""
    if page.after is not None:
        more = f"{request.script_root}{request.path}?cursor={cursor(query, page.after)}"
    return f'{{"statements":[{",".join(statements)}],"more":{json.dumps(more)}}}'
