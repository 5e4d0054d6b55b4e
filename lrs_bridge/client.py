"""Delivery to a remote learning record store.

A batch is posted; what became of each statement comes back as a value. Ids are fixed before, so
posting again is safe: an LRS takes an equivalent statement of a known id as the same one. When it
refuses a batch, halves are posted until the statements at fault stand alone.

Nothing is tried again here: whoever keeps the statements knows when to.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import requests

from lrs_bridge.statement import equivalent

VERSION = "1.0.3"
TIMEOUT = (3.05, 20.0)  # seconds to connect, and between bytes of the answer
LARGEST_ANSWER = 1_000_000  # bytes; ids of a batch, or one statement
LONGEST_WAIT = 86400.0  # s; a Retry-After beyond a day is a mistake
LONGEST_DETAIL = 200  # characters of a refusal that are kept, for an administrator to read

Json = Mapping[str, Any]


class State(StrEnum):
    """What became of a statement."""

    DELIVERED = "delivered"
    ALREADY_THERE = "already-there"
    REFUSED = "refused"  # asking again will not help
    UNAVAILABLE = "unavailable"  # ask again, not before retry_after
    UNAUTHORISED = "unauthorised"  # nothing will pass until the credential is mended


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one statement.

    Attributes:
        detail: for an administrator; never part of a statement of ours.
        retry_after: seconds that the store asked us to wait, if it did.
    """

    statement_id: UUID
    state: State
    detail: str = ""
    retry_after: float | None = None

    @property
    def is_settled(self) -> bool:
        """Whether the store has the statement."""
        return self.state in (State.DELIVERED, State.ALREADY_THERE)


class RemoteStore:
    """One remote LRS, over one session of kept-alive connections. Not shared between threads."""

    def __init__(
        self,
        endpoint: str,
        key: str,
        secret: str,
        *,
        session: requests.Session | None = None,
        timeout: tuple[float, float] = TIMEOUT,
    ) -> None:
        """Prepare to speak to the LRS at `endpoint`, the URL below which /statements is."""
        self._statements = f"{endpoint.rstrip('/')}/statements"
        token = b64encode(f"{key}:{secret}".encode()).decode()
        self._authorization = f"Basic {token}"
        self._session = session or requests.Session()
        self._timeout = timeout

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def deliver(self, statements: Sequence[Json], *, now: datetime) -> list[Outcome]:
        """Post `statements`, each with an id of its own, and return an outcome for each, in order.

        Args:
            now: aware; what a Retry-After date is measured from.
        """
        if not statements:
            return []
        answer = self._ask("POST", body=json.dumps(statements).encode())
        trouble = _trouble(answer, now)
        if trouble is not None:
            return _all(statements, trouble)
        if answer.status in (200, 204):
            return _all(statements, _confirmation(answer, statements))
        if answer.status in (404, 405):  # no store at this address, whatever the statements
            return _all(statements, _Verdict(State.UNAVAILABLE, answer.excerpt))
        if len(statements) > 1:
            middle = len(statements) // 2
            first = self.deliver(statements[:middle], now=now)
            stop = next((it for it in first if it.state in _STOPPING), None)
            if stop is not None:
                return [*first, *_all(statements[middle:], stop)]
            return [*first, *self.deliver(statements[middle:], now=now)]
        if answer.status == 409:
            return _all(statements, self._compared(statements[0], now))
        return _all(statements, _Verdict(State.REFUSED, answer.excerpt))

    def _compared(self, ours: Json, now: datetime) -> _Verdict:
        """Settle a conflict: the store has a statement of this id, and it may be the same."""
        answer = self._ask("GET", statement_id=ours["id"])
        trouble = _trouble(answer, now)
        if trouble is not None:
            return trouble
        try:
            theirs = json.loads(answer.body)
            same = equivalent(ours, theirs)
        except (ValueError, LookupError, TypeError, AttributeError):
            return _Verdict(State.REFUSED, "Conflict; the statement there could not be read.")
        if same:
            return _Verdict(State.ALREADY_THERE)
        return _Verdict(State.REFUSED, "Conflict: another statement has this id there.")

    def _authorised(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the credential, in UTF-8; requests itself would use Latin-1, or ask ~/.netrc."""
        request.headers["Authorization"] = self._authorization
        return request

    def _ask(
        self, method: str, *, body: bytes | None = None, statement_id: str | None = None
    ) -> _Answer:
        headers = {"X-Experience-API-Version": VERSION, "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            with self._session.request(
                method,
                self._statements,
                params=None if statement_id is None else {"statementId": statement_id},
                data=body,
                headers=headers,
                auth=self._authorised,
                timeout=self._timeout,
                allow_redirects=False,  # a redirect would take the credential elsewhere
                stream=True,
            ) as response:
                return _Answer(
                    status=response.status_code,
                    body=_read(response),
                    retry_after=response.headers.get("Retry-After"),
                )
        except requests.RequestException as error:
            return _Answer(status=0, body=type(error).__name__.encode())


@dataclass(frozen=True, slots=True)
class _Verdict:
    """An outcome that is not yet about any statement."""

    state: State
    detail: str = ""
    retry_after: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What came back; status 0 and the name of the error when nothing did."""

    status: int
    body: bytes
    retry_after: str | None = None

    @property
    def excerpt(self) -> str:
        text = self.body.decode("utf-8", "replace")[:LONGEST_DETAIL]
        return f"{self.status} {text}".strip()


_STOPPING = (State.UNAVAILABLE, State.UNAUTHORISED)


def _read(response: requests.Response) -> bytes:
    """Return the body, as far as it is of a size that we have a use for."""
    body = b""
    for chunk in response.iter_content(65536):
        body += chunk
        if len(body) > LARGEST_ANSWER:
            break
    return body


def _trouble(answer: _Answer, now: datetime) -> _Verdict | None:
    """Return the verdict when the answer is about the store rather than about statements."""
    if answer.status in (401, 403):
        return _Verdict(State.UNAUTHORISED, answer.excerpt)
    if answer.status in (0, 408, 429) or answer.status >= 500 or answer.status in range(300, 400):
        wait = _seconds(answer.retry_after, now)
        return _Verdict(State.UNAVAILABLE, answer.excerpt, wait)
    return None


def _confirmation(answer: _Answer, statements: Sequence[Json]) -> _Verdict:
    """Return whether a good status comes from an LRS: it must name our statements, or nothing."""
    if not answer.body.strip():
        return _Verdict(State.DELIVERED)
    try:
        ids = {str(id).lower() for id in json.loads(answer.body)}
    except (ValueError, TypeError):
        ids = set()
    if ids == {statement["id"] for statement in statements}:
        return _Verdict(State.DELIVERED)
    detail = f"{answer.status}, but the answer is not the ids of what was sent."
    return _Verdict(State.UNAVAILABLE, detail)


def _seconds(retry_after: str | None, now: datetime) -> float | None:
    """Return how long a Retry-After header asks to wait: a number of seconds, or a date."""
    if retry_after is None:
        return None
    if retry_after.strip().isdecimal():
        return min(float(retry_after), LONGEST_WAIT)
    try:
        wait = (parsedate_to_datetime(retry_after) - now).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(0.0, wait), LONGEST_WAIT)


def _all(statements: Iterable[Json], verdict: _Verdict | Outcome) -> list[Outcome]:
    return [
        Outcome(
            statement_id=UUID(statement["id"]),
            state=verdict.state,
            detail=verdict.detail,
            retry_after=verdict.retry_after,
        )
        for statement in statements
    ]
