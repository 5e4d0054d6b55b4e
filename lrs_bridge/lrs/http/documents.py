"""The State, Activity Profile and Agent Profile resources.

A document is what its sender makes of it: PUT keeps any bytes, even those that call themselves
application/json and are not, as several authoring tools send them (the standard asks an LRS to
check them with SHOULD, not MUST). Only POST, which merges, must be able to read them.

https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Communication.md#22-document-resources
IEEE 9274.1.1-2023, 4.1.6.2, 4.1.6.5 and 4.1.6.6
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response
from werkzeug.http import http_date, quote_etag

from lrs_bridge.errors import ConditionFailed, DocumentNotFound
from lrs_bridge.lrs import documents, parameters
from lrs_bridge.lrs.access.credentials import Credential, Scope
from lrs_bridge.lrs.documents import Context, Document, Kind
from lrs_bridge.lrs.http.admission import admitted
from lrs_bridge.lrs.http.asked import Asked
from lrs_bridge.lrs.http.conditions import check_put, conditions
from lrs_bridge.lrs.http.resource import Resource
from lrs_bridge.lrs.http.setup import Setup
from lrs_bridge.lrs.parameters import Reader

_TYPE_IF_NONE = "application/octet-stream"
# A document may be a page with scripts. Nobody may be made to open it as one of ours.
_NOT_A_PAGE = "sandbox; default-src 'none'"


def resources(setup: Setup) -> tuple[Resource, ...]:
    """Return the three of them."""
    activity: dict[str, Reader] = {"activityId": parameters.iri}
    agent: dict[str, Reader] = {"agent": parameters.identified}
    return (
        _Documents(
            setup=setup,
            kind=Kind.STATE,
            path="/activities/state",
            holder={**activity, **agent},
            optional={"registration": parameters.uuid},
            id="stateId",
        ).resource,
        _Documents(
            setup=setup,
            kind=Kind.ACTIVITY_PROFILE,
            path="/activities/profile",
            holder=activity,
            optional={},
            id="profileId",
        ).resource,
        _Documents(
            setup=setup,
            kind=Kind.AGENT_PROFILE,
            path="/agents/profile",
            holder=agent,
            optional={},
            id="profileId",
        ).resource,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Documents:
    """One of the three.

    Attributes:
        holder: the parameters that say what a document belongs to.
        optional: those of them that need not be given.
        id: the parameter that names the document.
    """

    setup: Setup
    kind: Kind
    path: str
    holder: Mapping[str, Reader]
    optional: Mapping[str, Reader]
    id: str

    @property
    def resource(self) -> Resource:
        """Return it as a resource."""
        return Resource(
            path=self.path,
            methods={
                "GET": self.get,
                "PUT": self.put,
                "POST": self.post,
                "DELETE": self.delete,
            },
        )

    def get(self, asked: Asked) -> Response:
        """Return one document, or without its id the ids of all."""
        credential = self._admitted(asked, writing=False)
        if not asked.gives(self.id):
            return self._ids(asked, credential)
        given = self._given(asked, {self.id: parameters.word})
        with self.setup.reading() as session:
            found = documents.one(
                session, credential.organisation_id, self._context(given), given[self.id]
            )
        if found is None:
            raise DocumentNotFound("There is no document with this id here.")
        return _shown(found, known=conditions(asked.headers).is_known(found))

    def put(self, asked: Asked) -> Response:
        """Keep what was sent in the place of what there is."""
        said = conditions(asked.headers)

        def decide(kept: Document | None, sent: Document) -> Document:
            check_put(said, kept, self.kind, asked.version)
            return sent

        return self._write(asked, decide)

    def post(self, asked: Asked) -> Response:
        """Merge what was sent into what there is."""
        said = conditions(asked.headers)

        def decide(kept: Document | None, sent: Document) -> Document:
            said.check(kept)
            return documents.merged(kept, sent)

        return self._write(asked, decide)

    def delete(self, asked: Asked) -> Response:
        """Forget one document; of state also all that belong together, when no id is given."""
        credential = self._admitted(asked, writing=True)
        if self.kind is Kind.STATE and not asked.gives(self.id):
            return self._clear(asked, credential)
        given = self._given(asked, {self.id: parameters.word}, self.id)
        said = conditions(asked.headers)
        with self.setup.transaction() as session:
            documents.remove(
                session,
                credential.organisation_id,
                self._context(given),
                given[self.id],
                said.check,
            )
        return Response(status=204)

    def _ids(self, asked: Asked, credential: Credential) -> Response:
        given = self._given(asked, {"since": parameters.time})
        with self.setup.reading() as session:
            found = documents.ids(
                session, credential.organisation_id, self._context(given), given.get("since")
            )
        body = json.dumps([id for id, _ in found], ensure_ascii=False)
        response = Response(body, content_type="application/json")
        if found:
            response.headers["Last-Modified"] = http_date(found[-1][1])
        return response

    def _write(
        self, asked: Asked, decide: Callable[[Document | None, Document], Document]
    ) -> Response:
        credential = self._admitted(asked, writing=True)
        given = self._given(asked, {self.id: parameters.word}, self.id)
        content = asked.body()

        def new(kept: Document | None) -> Document:
            sent = Document(
                content=content,
                content_type=asked.content_type or _TYPE_IF_NONE,
                updated=self.setup.clock(),
            )
            return decide(kept, sent)

        with self.setup.transaction() as session:
            documents.write(
                session, credential.organisation_id, self._context(given), given[self.id], new
            )
        return Response(status=204)

    def _clear(self, asked: Asked, credential: Credential) -> Response:
        context = self._context(self._given(asked, {}))
        if conditions(asked.headers).are_given:
            raise ConditionFailed("No ETag stands for several documents. Name one of them.")
        with self.setup.transaction() as session:
            documents.clear(session, credential.organisation_id, context)
        return Response(status=204)

    def _admitted(self, asked: Asked, *, writing: bool) -> Credential:
        credential = admitted(self.setup, asked)
        scope = Scope.STATE if self.kind is Kind.STATE else Scope.PROFILE
        credential.check_documents(scope, writing=writing)
        return credential

    def _given(self, asked: Asked, more: Mapping[str, Reader], *required: str) -> dict[str, Any]:
        readers = {**self.holder, **self.optional, **more}
        return parameters.read(asked.parameters, readers, *self.holder, *required)

    def _context(self, given: Mapping[str, Any]) -> Context:
        return Context(
            kind=self.kind,
            activity=given.get("activityId"),
            agent=given.get("agent"),
            registration=given.get("registration"),
        )


def _shown(found: Document, *, known: bool) -> Response:
    """Return a document, or only that it is still the one that the client knows."""
    response = Response(status=304) if known else Response(found.content)
    if not known:
        response.headers["Content-Type"] = found.content_type
        response.headers["Content-Security-Policy"] = _NOT_A_PAGE
    response.headers["ETag"] = quote_etag(found.etag)
    response.headers["Last-Modified"] = http_date(found.updated)
    return response
