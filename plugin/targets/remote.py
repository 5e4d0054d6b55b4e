"""The way to somebody else's record store."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import requests

from lrs_bridge.asking import Asking
from lrs_bridge.client import Outcome as CameOf
from lrs_bridge.client import Part, RemoteStore, State, Trial
from lrs_bridge.errors import StatementInvalid, Unavailable
from lrs_bridge.spoken import spoken
from lrs_bridge.version import Version
from plugin.foundation.clock import Clock
from plugin.foundation.outbox import Away, Halted, Outcome, Result, Settled
from plugin.targets.embedded import EmbeddedOf
from plugin.targets.guarding import NOT_ALLOWED, Guarded, NotAllowed
from plugin.targets.payloads import Erase, Item, Own
from plugin.targets.saying import without_people
from plugin.targets.sql_lrs import SqlLrs, SqlLrsAdmin

Json = Mapping[str, Any]

STUBBORN = 6
"""Failures in a row, over some minutes, after which a store may be at odds with one statement."""
SILENT = 20
"""The same, over some hours, where it breaks off without an answer."""
_BROKEN = (500, 502, 503, 504)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a store is, how it lets us in, and which xAPI it is spoken to in."""

    url: str
    key: str = field(repr=False)
    secret: str = field(repr=False)
    version: Version = Version.V1_0


def endpoint_at(url: str, key: str, secret: str) -> Endpoint | None:
    """Return the store that settings name; None if they name none."""
    return Endpoint(url=url, key=key, secret=secret) if url else None


@dataclass(frozen=True, slots=True)
class _Ready:
    """A statement that can be sent.

    Attributes:
        attached: of what its attachments are, which is read when it is its turn.
    """

    statement: Json
    attached: Sequence[Json] = ()


class RemoteTarget:
    """One remote store.

    Args:
        allow_private: whether it may be on loopback or a private network, and without TLS.
        patience: seconds after which nothing more is begun.
        admin: how it erases, if it can.
        kept: the embedded store, from which statements are passed on.
        failures: how often in a row it was away.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        clock: Clock,
        *,
        patience: float,
        allow_private: bool = True,
        admin: SqlLrsAdmin | None = None,
        kept: EmbeddedOf | None = None,
        failures: int = 0,
    ) -> None:
        session = requests.Session()
        if not allow_private:
            session.mount("https://", Guarded())
            session.mount("http://", Guarded())
        self._asking = Asking(session)
        self._store = RemoteStore(
            endpoint.url,
            endpoint.key,
            endpoint.secret,
            version=endpoint.version,
            asking=self._asking,
        )
        self._version = endpoint.version
        self._clock = clock
        self._patience = patience
        self._eraser = SqlLrs(admin, self._asking, patience=patience) if admin else None
        self._kept = kept
        self._failures = failures

    def close(self) -> None:
        """Close the connections."""
        self._store.close()

    def tried(self) -> Trial:
        """Ask whether it is there and knows us, without sending anything."""
        return self._store.tried()

    def send(self, items: Sequence[Item]) -> Iterator[Result]:
        """Post statements, together as far as nothing is attached; see `sending.Way`.

        Once it takes nothing more, it is not asked for the rest.
        """
        until = time.monotonic() + self._patience
        stopped: Away | Halted | None = None
        for several in _in_turns(self._made_ready(items)):
            if stopped is not None:
                yield from [stopped] * len(several)
                continue
            for result in self._posted(several, until):
                stopped = result if isinstance(result, Away | Halted) else stopped
                yield result

    def _posted(self, several: Sequence[_Ready | Settled], until: float) -> Iterator[Result]:
        ready = [one for one in several if isinstance(one, _Ready)]
        if not ready:
            yield from (one for one in several if isinstance(one, Settled))
            return
        patience = until - time.monotonic()
        if patience <= 0:
            yield from [Away(problem="record-store-unavailable")] * len(ready)
            return
        try:
            attached = {one.statement["id"]: self._parts(one) for one in ready if one.attached}
        except Unavailable:
            yield from [Away(problem="attachments-unreachable")] * len(ready)
            return
        except _Lost:
            yield Settled(outcome=Outcome.GIVEN_UP, problem="attachment-lost")
            return
        outcomes = self._store.deliver(
            [one.statement for one in ready],
            now=self._clock(),
            attached=attached,
            patience=patience,
        )
        for one, outcome in zip(ready, outcomes, strict=True):
            if len(ready) == 1 and self._breaks_on_this_alone(outcome):
                outcome = replace(outcome, state=State.REFUSED)
            yield came_of(outcome, one.statement)

    def _parts(self, one: _Ready) -> Sequence[Part]:
        """Return what is attached to a statement.

        Raises:
            Unavailable: where it is kept cannot be reached.
            _Lost: some of it is not there any more.
        """
        parts = () if self._kept is None else self._kept.attached(one.statement["id"])
        there = {headers["X-Experience-API-Hash"] for headers, _ in parts}
        if any("fileUrl" not in it and it["sha2"] not in there for it in one.attached):
            raise _Lost
        return parts

    def _breaks_on_this_alone(self, outcome: CameOf) -> bool:
        """Tell whether a store is well, and fails at one statement again and again.

        Who says when to come back is busy, and not at odds with it.
        """
        if outcome.state is not State.UNAVAILABLE or outcome.retry_after is not None:
            return False
        enough = SILENT if outcome.status in (0, 503) else STUBBORN  # 503: later, it says
        is_stubborn = outcome.status in (0, *_BROKEN) and self._failures >= enough
        return is_stubborn and self._store.tried().is_there

    def _made_ready(self, items: Sequence[Item]) -> list[_Ready | Settled]:
        """Return each item as it can be sent, or why it cannot."""
        wanted = [item.statement_id for item in items if not isinstance(item, Own)]
        kept = self._kept.statements(wanted) if self._kept is not None and wanted else {}
        return [
            self._own(item.statement)
            if isinstance(item, Own)
            else self._others(kept.get(item.statement_id))
            for item in items
        ]

    def _own(self, statement: Json) -> _Ready:
        told = spoken(statement, self._version)
        if self._version is Version.V2_0:
            told["version"] = self._version.value
        return _Ready(told)

    def _others(self, found: Json | None) -> _Ready | Settled:
        if found is None:
            return Settled(outcome=Outcome.SUPERSEDED, problem="erased-since")
        statement = {
            name: value for name, value in found.items() if name not in ("stored", "authority")
        }
        try:
            told = spoken(statement, self._version)
        except StatementInvalid:
            return Settled(outcome=Outcome.GIVEN_UP, problem="version-newer")
        return _Ready(told, statement.get("attachments", ()))

    def erase(self, erase: Erase) -> Result:
        """Have whoever it is erased, if the store can."""
        if self._eraser is None:
            return Settled(outcome=Outcome.SUPERSEDED, problem="erasing-switched-off")
        return self._eraser.erase(erase)


def _in_turns(several: Sequence[_Ready | Settled]) -> Iterator[list[_Ready | Settled]]:
    """Yield what is sent together: each with attachments, or not to be sent, stands alone."""
    together: list[_Ready | Settled] = []
    for one in several:
        if isinstance(one, _Ready) and not one.attached:
            together.append(one)
            continue
        if together:
            yield together
            together = []
        yield [one]
    if together:
        yield together


class _Lost(Exception):
    """What was attached to a statement is not there any more."""


def came_of(outcome: CameOf, statement: Json) -> Result:
    """Return what an outcome of the client means for the debt."""
    if outcome.is_settled:
        return Settled()
    told = without_people(outcome.detail, statement) or None
    if outcome.state is State.REFUSED:
        problem = "conflict" if outcome.status == 409 else f"refused ({outcome.status})"
        return Settled(outcome=Outcome.GIVEN_UP, problem=f"statement-{problem}", said=told)
    if outcome.state is State.UNAUTHORISED:
        return Halted(problem=f"record-store-unauthorised ({outcome.status})")
    if not outcome.status and outcome.detail.endswith(NotAllowed.__name__):
        return Halted(problem=NOT_ALLOWED)
    what = f" ({outcome.status})" if outcome.status else ""
    return Away(problem=f"record-store-unavailable{what}", retry_after=outcome.retry_after)
