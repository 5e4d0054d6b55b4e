"""Delivery to a remote learning record store.

A batch is posted; what became of each statement comes back as a value. Ids are fixed before, so
posting again is safe: an LRS takes an equivalent statement of a known id as the same one. When it
refuses a batch, halves are posted until the statements at fault stand alone.

Nothing is tried again here: whoever keeps the statements knows when to.

tincan's RemoteLRS is not used for this: it waits for ever, opens a connection for each call, cannot
tell a conflict from a refusal, and speaks 1.0 alone. docs/records.md says more.
"""

from __future__ import annotations

import json
import time
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime

import requests

from lrs_bridge.answered import (
    CREDENTIAL,
    NONSENSE,
    STOPPING,
    Answer,
    Credential,
    Json,
    Outcome,
    State,
    Trial,
    Verdict,
    confirmation,
    for_all,
    trouble,
    versions_of,
)
from lrs_bridge.asking import TROUBLE, Asking
from lrs_bridge.lrs.attachments.multipart import write_parts
from lrs_bridge.statement import equivalent
from lrs_bridge.version import Version, named

__all__ = [
    "Credential",
    "Outcome",
    "Part",
    "RemoteStore",
    "State",
    "Trial",
]

LONGEST_PATIENCE = 600.0  # s
_JSON = "application/json"
_HASH = "X-Experience-API-Hash"

Part = tuple[Mapping[str, str], bytes]
"""Headers and content of something that is attached."""


class RemoteStore:
    """One remote LRS, over one session of kept-alive connections. Not shared between threads."""

    def __init__(
        self,
        endpoint: str,
        key: str,
        secret: str,
        *,
        version: Version = Version.V1_0,
        asking: Asking | None = None,
    ) -> None:
        """Prepare to speak `version` to the LRS at `endpoint`, below which /statements is."""
        self._endpoint = endpoint.rstrip("/")
        self._version = version
        token = b64encode(f"{key}:{secret}".encode()).decode()
        self._authorization = f"Basic {token}"
        self._asking = asking or Asking()

    def close(self) -> None:
        """Close the connections."""
        self._asking.close()

    def tried(self) -> Trial:
        """Ask the store who it is and whether it knows us; nothing is stored."""
        about = self._ask("GET", "about")
        versions = versions_of(about)
        answer = self._ask("GET", query={"limit": "1"})
        credential = CREDENTIAL.get(answer.status, Credential.UNKNOWN)
        speaks = not versions or self._version in {named(it) for it in versions}
        return Trial(
            is_there=credential is not Credential.UNKNOWN and speaks,
            versions=versions,
            credential=credential,
            detail=answer.excerpt if answer.status != 200 else "",
        )

    def deliver(
        self,
        statements: Sequence[Json],
        *,
        now: datetime,
        attached: Mapping[str, Sequence[Part]] | None = None,
        patience: float = LONGEST_PATIENCE,
    ) -> list[Outcome]:
        """Post `statements`, each with an id of its own, and return an outcome for each, in order.

        Args:
            now: aware; what a Retry-After date is measured from.
            attached: what goes with a statement, by its id.
            patience: seconds after which no further request is begun.
        """
        until = time.monotonic() + patience
        return self._delivered(statements, now, attached or {}, until)

    def _delivered(
        self,
        statements: Sequence[Json],
        now: datetime,
        attached: Mapping[str, Sequence[Part]],
        until: float,
    ) -> list[Outcome]:
        if not statements:
            return []
        if time.monotonic() > until:
            return for_all(statements, Verdict(State.UNAVAILABLE, "It took too long to answer."))
        answer = self._posted(statements, attached)
        about_it = trouble(answer, now)
        if about_it is not None:
            return for_all(statements, about_it)
        if answer.status in (200, 204):
            return for_all(statements, confirmation(answer, statements))
        if answer.status in (404, 405):  # no store at this address, whatever the statements
            away = Verdict(State.UNAVAILABLE, answer.excerpt, status=answer.status)
            return for_all(statements, away)
        if len(statements) > 1:
            middle = len(statements) // 2
            first = self._delivered(statements[:middle], now, attached, until)
            stop = next((it for it in first if it.state in STOPPING), None)
            if stop is not None:
                return [*first, *for_all(statements[middle:], stop)]
            rest = self._delivered(statements[middle:], now, attached, until)
            return [*first, *rest]
        if answer.status == 409:
            return for_all(statements, self._compared(statements[0], now))
        refused = Verdict(State.REFUSED, answer.excerpt, status=answer.status)
        return for_all(statements, refused)

    def _compared(self, ours: Json, now: datetime) -> Verdict:
        """Settle a conflict: the store has a statement of this id, and it may be the same."""
        answer = self._ask("GET", query={"statementId": ours["id"]})
        about_it = trouble(answer, now)
        if about_it is not None and about_it.state is State.UNAUTHORISED:  # who may only write
            return Verdict(State.REFUSED, "Conflict; it could not be compared.", status=409)
        if about_it is not None:
            return about_it
        try:
            theirs = json.loads(answer.body)
            same = equivalent(ours, theirs, self._version)
        except NONSENSE:
            unread = "Conflict; the statement there could not be read."
            return Verdict(State.REFUSED, unread, status=409)
        if same:
            return Verdict(State.ALREADY_THERE)
        other = "Conflict: another statement has this id there."
        return Verdict(State.REFUSED, other, status=409)

    def _authorised(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the credential, in UTF-8; requests itself would use Latin-1, or ask ~/.netrc."""
        request.headers["Authorization"] = self._authorization
        return request

    def _posted(self, statements: Sequence[Json], attached: Mapping[str, Sequence[Part]]) -> Answer:
        body = json.dumps(statements).encode()
        parts = {
            headers[_HASH]: (headers, content)
            for statement in statements
            for headers, content in attached.get(statement["id"], ())
        }
        if not parts:
            return self._ask("POST", body=body)
        first = ({"Content-Type": _JSON}, body)
        content_type, pieces = write_parts([first, *parts.values()])
        return self._ask("POST", body=b"".join(pieces), content_type=content_type)

    def _ask(
        self,
        method: str,
        resource: str = "statements",
        *,
        body: bytes | None = None,
        content_type: str = _JSON,
        query: Mapping[str, str] | None = None,
    ) -> Answer:
        headers = {"X-Experience-API-Version": self._version.value, "Accept": _JSON}
        if body is not None:
            headers["Content-Type"] = content_type
        try:
            return self._asking.ask(
                method,
                f"{self._endpoint}/{resource}",
                params=query,
                data=body,
                headers=headers,
                auth=self._authorised,
            )
        except TROUBLE as error:
            return Answer(status=0, body=type(error).__name__.encode())
