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
import urllib3

from lrs_bridge.answered import (
    CREDENTIAL,
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
    read,
    trouble,
    versions_of,
)
from lrs_bridge.lrs.attachments.multipart import write_parts
from lrs_bridge.statement import equivalent
from lrs_bridge.version import Version, named

__all__ = [
    "TIMEOUT",
    "Credential",
    "Outcome",
    "Part",
    "RemoteStore",
    "State",
    "Trial",
]

TIMEOUT = (3.05, 20.0)  # seconds to connect, and between bytes of the answer
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
        session: requests.Session | None = None,
        timeout: tuple[float, float] = TIMEOUT,
    ) -> None:
        """Prepare to speak `version` to the LRS at `endpoint`, below which /statements is."""
        self._endpoint = endpoint.rstrip("/")
        self._version = version
        token = b64encode(f"{key}:{secret}".encode()).decode()
        self._authorization = f"Basic {token}"
        self._session = session or requests.Session()
        self._timeout = timeout

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

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
        if about_it is not None:
            return about_it
        try:
            theirs = json.loads(answer.body)
            same = equivalent(ours, theirs, self._version)
        except (ValueError, LookupError, TypeError, AttributeError):
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
            with self._session.request(
                method,
                f"{self._endpoint}/{resource}",
                params=query,
                data=body,
                headers=headers,
                auth=self._authorised,
                timeout=self._timeout,
                allow_redirects=False,  # a redirect would take the credential elsewhere
                stream=True,
            ) as response:
                return Answer(
                    status=response.status_code,
                    body=read(response),
                    retry_after=response.headers.get("Retry-After"),
                )
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            return Answer(status=0, body=type(error).__name__.encode())
