"""Reading what a remote learning record store keeps, page by page, one verb at a time.

A pass begins a little before the newest statement that is known (stores may show one late), reads
page after page, and ends when there is no more. After every page there is a cursor: whoever keeps
the statements of a page and its cursor in one transaction loses none and, since a statement is
given once, has none twice, whenever it stops.

`since` is meant to be about when statements were stored. A store that does not say through when it
is complete, as the specification wants it to, may compare it with when things happened, as Ralph
5.1 does: what an LMS tells late would then lie before what was asked for. Such a store is read
again from further back: an hour each time, a day once in an hour, and as far as anything counts
once in a day.

Gentle: one request at a time, with a limit; what the store asks us to wait is said. Nothing is
tried again here: whoever keeps the cursor knows when to.

https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Communication.md#213-get-statements
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import SplitResult, urlsplit, urlunsplit
from uuid import UUID

import requests

from lrs_bridge.answered import Answer, seconds_to_wait
from lrs_bridge.asking import TROUBLE, Asking
from lrs_bridge.identity import same_place
from lrs_bridge.sources.errors import EventInvalid, RemoteRefused, RemoteUnavailable
from lrs_bridge.sources.payload import instant, mapping, read_json
from lrs_bridge.statement import written_timestamp
from lrs_bridge.version import Version

OVERLAP = timedelta(minutes=2)
LATE = timedelta(days=30)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
LIMIT = 100  # statements a page
MOST_REMEMBERED = 1000  # ids; beyond these, whoever keeps statements knows them by their events
LARGEST_PAGE = 32 * 1024 * 1024  # bytes
_LONGEST_ADDRESS = 8000  # characters

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """How far a store has been read for a verb. Keep it as `written`.

    Attributes:
        verb: its IRI, as the store has it.
        since: what was stored up to then has been given; None reads from the beginning.
        more: where the next page of the pass under way is; None begins a pass.
        newest: when the newest statement of the pass under way was stored.
        seen: ids that were given and may come again, the newest last.
        began: when the newest pass began, by our clock; None: none ever did.
        exact: whether the store said through when it is complete.
        bare: whether it takes a time without its zone alone.
    """

    verb: str
    since: datetime | None = None
    more: str | None = None
    newest: datetime | None = None
    seen: tuple[str, ...] = ()
    began: datetime | None = None
    exact: bool = True
    bare: bool = False

    @property
    def written(self) -> Json:
        """The cursor as JSON."""
        return {
            "verb": self.verb,
            "since": self.since.isoformat() if self.since else None,
            "more": self.more,
            "newest": self.newest.isoformat() if self.newest else None,
            "seen": list(self.seen),
            "began": self.began.isoformat() if self.began else None,
            "exact": self.exact,
            "bare": self.bare,
        }

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> Cursor:
        """Return the cursor that was `written`."""
        return cls(
            verb=written["verb"],
            since=instant(written.get("since")),
            more=written.get("more"),
            newest=instant(written.get("newest")),
            seen=tuple(written.get("seen", ())),
            began=instant(written.get("began")),
            exact=written.get("exact", True),
            bare=written.get("bare", False),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What one request brought.

    Attributes:
        statements: in the order of the store, each that was not given before.
        cursor: keep it together with them.
        is_last: whether the pass is at its end; the next one may wait.
        lag: how old, by the store's clock, the newest statement is that was read, while there are
            more; nothing when there are none.
    """

    statements: Sequence[Json]
    cursor: Cursor
    is_last: bool
    lag: timedelta


class RemoteReader:
    """One remote LRS, over one session of kept-alive connections. Not shared between threads."""

    def __init__(
        self,
        endpoint: str,
        key: str,
        secret: str,
        *,
        version: Version = Version.V1_0,
        limit: int = LIMIT,
        overlap: timedelta = OVERLAP,
        late: timedelta = LATE,
        asking: Asking | None = None,
    ) -> None:
        """Prepare to read from the LRS at `endpoint`, the URL below which /statements is.

        Args:
            overlap: how late a store may show what it stored.
            late: how old something may be that is still worth reading.
            asking: how it is asked; pages must not be larger than LARGEST_PAGE.
        """
        self._statements = f"{endpoint.rstrip('/')}/statements"
        self._authorization = f"Basic {b64encode(f'{key}:{secret}'.encode()).decode()}"
        self._version = version
        self._limit = limit
        self._overlap = overlap
        self._late = late
        self._asking = asking or Asking(largest=LARGEST_PAGE)

    def close(self) -> None:
        """Close the connections."""
        self._asking.close()

    def page(self, cursor: Cursor, *, now: datetime) -> Page:
        """Return the page that comes after `cursor`.

        Args:
            now: aware; what ages and waits are measured from.

        Raises:
            RemoteUnavailable: ask again with the same cursor, not before `retry_after`.
            RemoteRefused: nothing will pass until the credential or the address is mended.
        """
        if cursor.more is None:
            cursor, answer = self._begun(cursor, now)
        else:
            answer = self._ask(self._within(cursor.more), None)
            if answer.status in (400, 404, 410):  # pages do not last: begin the pass again
                return self.page(replace(cursor, more=None, newest=None), now=now)
        _check(answer, now)
        return self._page(cursor, answer, now)

    def _begun(self, cursor: Cursor, now: datetime) -> tuple[Cursor, Answer]:
        """Begin a pass. A store that fails at the first time it is told is told it without zone.

        Ralph 5.1 on ClickHouse answers 500 to a time as the specification wants it.
        """
        answer = self._ask(self._statements, self._query(cursor, now))
        is_first = cursor.began is None and cursor.since is not None and not cursor.bare
        if is_first and answer.status in (400, 500):
            bare = replace(cursor, bare=True)
            again = self._ask(self._statements, self._query(bare, now))
            if again.status == 200:
                cursor, answer = bare, again
        return replace(cursor, began=now), answer

    def _query(self, cursor: Cursor, now: datetime) -> dict[str, str]:
        query = {"verb": cursor.verb, "ascending": "true", "limit": str(self._limit)}
        if cursor.since is not None:
            since = written_timestamp(cursor.since - self._reach(cursor, now))
            query["since"] = since.removesuffix("Z") if cursor.bare else since
        return query

    def _reach(self, cursor: Cursor, now: datetime) -> timedelta:
        """Return from how far before what is known to read again."""
        if cursor.exact or cursor.began is None:
            return self._overlap
        if cursor.began.date() != now.date():
            return self._late
        return _DAY if cursor.began.hour != now.hour else _HOUR

    def _within(self, more: str) -> str:
        """Return the address of a further page, at the store that we have the credential of."""
        ours = urlsplit(self._statements)
        try:
            theirs = urlsplit(more)
        except ValueError:
            theirs = None
        if theirs is None or not _is_at(theirs, ours):
            raise RemoteUnavailable("For more, the store sends us elsewhere: we do not follow.")
        path = theirs.path if theirs.path.startswith("/") else f"/{theirs.path}"
        return urlunsplit((ours.scheme, ours.netloc, path, theirs.query, ""))

    def _page(self, cursor: Cursor, answer: Answer, now: datetime) -> Page:
        found = _statements(answer)
        more = _more(found)
        known, fresh, times = set(cursor.seen), [], []
        for statement in found["statements"]:
            id, stored = _named(statement)
            if id is None:
                continue
            if stored is not None:
                times.append(stored)
            if id not in known:
                known.add(id)
                fresh.append((id, statement))
        if more == cursor.more and not fresh:  # or we would ask for it for ever
            more = None
        newest = max([*times, *([cursor.newest] if cursor.newest else [])], default=None)
        next_one = Cursor(
            verb=cursor.verb,
            since=self._settled(cursor, times, newest, answer, at_the_end=more is None),
            more=more,
            newest=newest if more else None,
            seen=(*cursor.seen, *(id for id, _ in fresh))[-MOST_REMEMBERED:],
            began=cursor.began,
            exact=instant(answer.consistent_through) is not None,
            bare=cursor.bare,
        )
        behind = now - newest if more and newest else timedelta(0)
        return Page(
            statements=[statement for _, statement in fresh],
            cursor=next_one,
            is_last=more is None,
            lag=max(behind, timedelta(0)),
        )

    @staticmethod
    def _settled(
        cursor: Cursor,
        times: list[datetime],
        newest: datetime | None,
        answer: Answer,
        *,
        at_the_end: bool,
    ) -> datetime | None:
        """Return up to when everything has been given.

        At the end of a pass, the newest that it had; on the way only if the store says through
        when it is complete, and keeps the order that it was asked for. Never beyond what it says.
        """
        if newest is None:
            return cursor.since
        floor = cursor.newest or datetime.min.replace(tzinfo=UTC)
        in_order = times == sorted(times) and (not times or times[0] >= floor)
        complete = instant(answer.consistent_through)
        is_exact = complete is not None
        if not (at_the_end or (is_exact and in_order)):
            return cursor.since
        settled = min(newest, complete or newest)
        return max(settled, cursor.since) if cursor.since else settled

    def _authorised(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the credential, in UTF-8; requests itself would use Latin-1, or ask ~/.netrc."""
        request.headers["Authorization"] = self._authorization
        return request

    def _ask(self, url: str, query: Mapping[str, str] | None) -> Answer:
        headers = {"X-Experience-API-Version": self._version.value, "Accept": "application/json"}
        try:
            answer = self._asking.ask(
                "GET", url, params=query, headers=headers, auth=self._authorised
            )
        except requests.exceptions.ReadTimeout:
            raise RemoteUnavailable("The page comes too slowly.") from None
        except TROUBLE as error:
            raise RemoteUnavailable(f"No answer: {type(error).__name__}.") from None
        if len(answer.body) > LARGEST_PAGE:
            raise RemoteUnavailable("The page is too large: ask for fewer statements at a time.")
        return answer


def _is_at(theirs: SplitResult, ours: SplitResult) -> bool:
    """Tell whether an address is at our store; behind a proxy some call themselves http."""
    if not theirs.netloc:
        return not theirs.scheme
    return theirs.scheme in ("http", "https") and (
        same_place(f"https://{theirs.netloc}") == same_place(f"https://{ours.netloc}")
    )


def _check(answer: Answer, now: datetime) -> None:
    """Raise what is the matter with the answer as a whole."""
    if answer.status == 200:
        return
    if answer.status in (400, 401, 403):
        raise RemoteRefused(answer.excerpt)
    raise RemoteUnavailable(answer.excerpt, seconds_to_wait(answer.retry_after, now))


def _statements(answer: Answer) -> Mapping[str, Any]:
    try:
        found = mapping(read_json(answer.body))
    except EventInvalid:
        found = {}
    if not isinstance(found.get("statements"), list):
        raise RemoteUnavailable("The answer is not a page of statements: is this a record store?")
    return found


def _more(found: Mapping[str, Any]) -> str | None:
    more = found.get("more")
    if not isinstance(more, str) or not more.strip():
        return None
    if len(more) > _LONGEST_ADDRESS:  # to pass over it would be to lose what is there
        raise RemoteUnavailable("The address of the next page is too long to be kept.")
    return more.strip()


def _named(statement: Any) -> tuple[str | None, datetime | None]:
    """Return the id of a statement, and when it was stored; None for what is none."""
    said = mapping(statement)
    try:
        id = str(UUID(said.get("id")))
    except (ValueError, TypeError, AttributeError):
        return None, None
    return id, instant(said.get("stored"))
