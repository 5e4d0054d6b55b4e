"""What a remote record store answered, and what that means for what it was sent."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

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
        status: that it answered with; 0 if it did not.
    """

    statement_id: UUID
    state: State
    detail: str = ""
    retry_after: float | None = None
    status: int = 0

    @property
    def is_settled(self) -> bool:
        """Whether the store has the statement."""
        return self.state in (State.DELIVERED, State.ALREADY_THERE)


class Credential(StrEnum):
    """What a store makes of our credential."""

    GOOD = "good"
    MAY_NOT_READ = "may-not-read"  # which who only writes need not
    REFUSED = "refused"
    UNKNOWN = "unknown"  # it did not say


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a store answered when it was asked without being sent anything.

    Attributes:
        is_there: whether there is a store of the version that was tried.
        versions: that it says it speaks; empty if it does not say.
        detail: for an administrator.
    """

    is_there: bool
    versions: tuple[str, ...]
    credential: Credential
    detail: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """An outcome that is not yet about any statement."""

    state: State
    detail: str = ""
    retry_after: float | None = None
    status: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back; status 0 and the name of the error when nothing did."""

    status: int
    body: bytes
    retry_after: str | None = None
    consistent_through: str | None = None

    @property
    def excerpt(self) -> str:
        """Return status and beginning of the body, for an administrator."""
        text = self.body.decode("utf-8", "replace")[:LONGEST_DETAIL]
        return f"{self.status} {text}".strip()


STOPPING = (State.UNAVAILABLE, State.UNAUTHORISED)
"""After which nothing more is sent now."""
CREDENTIAL = {
    200: Credential.GOOD,
    401: Credential.REFUSED,
    403: Credential.MAY_NOT_READ,
}


NONSENSE = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""What reading raises when an answer is not what it should be, or nested without end."""


def versions_of(answer: Answer) -> tuple[str, ...]:
    """Return the versions that an answer of the About resource names, if it is one."""
    try:
        found = json.loads(answer.body)["version"]
        return tuple(str(it) for it in found) if isinstance(found, list) else ()
    except NONSENSE:
        return ()


def trouble(answer: Answer, now: datetime) -> Verdict | None:
    """Return the verdict when the answer is about the store rather than about statements."""
    if answer.status in (401, 403):
        return Verdict(State.UNAUTHORISED, answer.excerpt, status=answer.status)
    if answer.status in (0, 408, 429) or answer.status >= 500 or answer.status in range(300, 400):
        wait = seconds_to_wait(answer.retry_after, now)
        return Verdict(State.UNAVAILABLE, answer.excerpt, wait, answer.status)
    return None


def confirmation(answer: Answer, statements: Sequence[Json]) -> Verdict:
    """Return whether a good status comes from an LRS: it must name ours alone, or nothing.

    Some name only those that were new to them.
    """
    if not answer.body.strip():
        return Verdict(State.DELIVERED)
    try:
        ids = {UUID(str(id)) for id in json.loads(answer.body)}
    except NONSENSE:
        ids = set()
    if ids and ids <= {UUID(statement["id"]) for statement in statements}:
        return Verdict(State.DELIVERED)
    detail = f"{answer.status}, but the answer is not the ids of what was sent."
    return Verdict(State.UNAVAILABLE, detail, status=answer.status)


def seconds_to_wait(retry_after: str | None, now: datetime) -> float | None:
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


def for_all(statements: Iterable[Json], verdict: Verdict | Outcome) -> list[Outcome]:
    """Return a verdict as the outcome of each of `statements`."""
    return [
        Outcome(
            statement_id=UUID(statement["id"]),
            state=verdict.state,
            detail=verdict.detail,
            retry_after=verdict.retry_after,
            status=verdict.status,
        )
        for statement in statements
    ]
