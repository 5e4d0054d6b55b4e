"""Statements of another record store as completions: what it has of each verb, page by page.

A source reads several verbs, for the standard's filter takes one at a time. Where each of them has
come to is kept with every page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from lrs_bridge import sources as readers
from lrs_bridge.asking import Asking
from lrs_bridge.polling import LARGEST_PAGE, Cursor, RemoteReader
from lrs_bridge.polling import Page as Statements
from lrs_bridge.sources.errors import RemoteRefused, RemoteUnavailable
from lrs_bridge.vocabulary import Verb
from lti.addresses import GuardedAdapter, PrivateAddress
from plugin.completions.looking import Leased, LookFailed, Page
from plugin.foundation.cipher import Cipher, SealBroken

_ADL = "http://adlnet.gov/expapi/verbs"
_CMI5 = "https://w3id.org/xapi/adl/verbs"
VERBS = (
    Verb.COMPLETED.value,
    Verb.PASSED.value,
    Verb.FAILED.value,
    Verb.UNCOMPLETED.value,
    f"{_ADL}/progressed",  # a unit of Open edX
    f"{_CMI5}/satisfied",  # cmi5, in both of its spellings
    f"{_ADL}/satisfied",
    f"{_CMI5}/waived",
    f"{_ADL}/waived",
)
"""What completions are told with."""


class RemoteStoreLook:
    """Looks at what a remote record store got since the last look."""

    def __init__(
        self, cipher: Cipher, *, allow_private: bool, every: timedelta, reaches_back: timedelta
    ) -> None:
        """Prepare to look.

        Args:
            allow_private: whether stores may be on private networks and without TLS.
            reaches_back: from before the source was made, so much is read as well; later than
                this nothing counts.
        """
        self._cipher = cipher
        self._allow_private = allow_private
        self._reaches_back = reaches_back
        self.every = every

    def __call__(self, source: Leased, *, now: datetime) -> Iterable[Page]:
        """Yield what is new, a page of statements at a time."""
        asked = source.configuration
        try:
            secret = self._cipher.open(source.secret or "")
        except SealBroken as error:
            raise LookFailed(error.slug) from error
        with self._session() as session:
            reader = RemoteReader(
                asked["endpoint"],
                asked["key"],
                secret,
                late=self._reaches_back,
                asking=Asking(session, largest=LARGEST_PAGE),
            )
            try:
                yield from self._pages(reader, source, now)
            except RemoteUnavailable as error:
                raise LookFailed(error.slug, error.retry_after) from error
            except RemoteRefused as error:
                raise LookFailed(error.slug) from error
            except PrivateAddress as error:
                raise LookFailed("address-refused") from error

    def _pages(self, reader: RemoteReader, source: Leased, now: datetime) -> Iterator[Page]:
        kept: dict[str, Any] = dict(source.cursor)
        for verb in VERBS:
            is_last = False
            while not is_last:
                cursor = self._cursor(kept.get(verb), verb, source)
                read = reader.page(cursor, now=now)
                kept = {**kept, verb: read.cursor.written}
                is_last = read.is_last
                at_the_end = is_last and verb == VERBS[-1]
                yield _page(read, source, kept, at_the_end=at_the_end, now=now)

    def _cursor(self, written: Mapping[str, Any] | None, verb: str, source: Leased) -> Cursor:
        if written is not None:
            return Cursor.read(written)
        return Cursor(verb=verb, since=source.created_at - self._reaches_back)

    def _session(self) -> requests.Session:
        session = requests.Session()
        if not self._allow_private:
            session.mount("https://", GuardedAdapter())
            session.mount("http://", _Refusing())
        return session


class _Refusing(HTTPAdapter):
    """Goes nowhere: without TLS others would read the credential."""

    def send(self, *_args: Any, **_kwargs: Any) -> requests.Response:
        """Refuse."""
        raise PrivateAddress


def _page(
    read: Statements, source: Leased, kept: Mapping[str, Any], *, at_the_end: bool, now: datetime
) -> Page:
    found = [readers.read(each, source.organisation_id) for each in read.statements]
    completions = tuple(each for each in found if each is not None)
    read_to = now if at_the_end else now - read.lag if read.lag else None
    return Page(
        completions=completions,
        passed_over=len(found) - len(completions),
        cursor=kept,
        read_to=read_to,
        more=not at_the_end,
    )
