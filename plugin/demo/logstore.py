"""The campus's xAPI plugin: a queue, a thread that posts it, and a memory of the answers.

It behaves as Moodle's does. Statements go in the order in which things happened, in JSON arrays of
at most thirty, by POST with Basic credentials; nothing but 200 counts as taken. What the store is
too busy for is tried again and holds up the rest; what it refuses is put aside and can be sent
again by hand.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from threading import Condition, Thread
from typing import Any

import requests

Statement = dict[str, Any]

LARGEST_BATCH = 30
TIMEOUT = (3.05, 10.0)  # s to connect, and to answer
FIRST_WAIT = 0.5  # s before what failed is tried again; doubled each time
LONGEST_WAIT = 15.0  # s
REMEMBERED = 200
HEADERS = {"Content-Type": "application/json", "X-Experience-API-Version": "1.0.3"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One POST and what came of it; `status` is None when the store was not reached."""

    at: datetime
    statements: tuple[Statement, ...]
    status: int | None
    answer: str

    @property
    def was_taken(self) -> bool:
        """True when the store said 200: anything else is a failure to the plugin."""
        return self.status == 200

    @property
    def may_succeed_later(self) -> bool:
        """True when it is worth trying again without a change of anything."""
        return self.status is None or self.status in (401, 403, 408, 429) or self.status >= 500


class LogStore:
    """Posts statements to `{endpoint}/statements`, in order, until the store has taken them."""

    def __init__(
        self,
        endpoint: str,
        key: str,
        secret: str,
        *,
        clock: Callable[[], datetime],
        first_wait: float = FIRST_WAIT,
    ) -> None:
        self.endpoint = endpoint.rstrip("/")
        self.key = key
        self._secret = secret
        self._clock = clock
        self._first_wait = first_wait
        self._changed = Condition()
        self._queue: deque[Statement] = deque()
        self._refused: list[Statement] = []
        self._sendings: deque[Sending] = deque(maxlen=REMEMBERED)
        self._stopped = False
        self._thread = Thread(target=self._run, name="log store", daemon=True)
        self._thread.start()

    def send(self, statements: Iterable[Statement]) -> None:
        """Put statements at the end of the queue."""
        with self._changed:
            self._queue.extend(statements)
            self._changed.notify_all()

    def send_refused_again(self) -> int:
        """Queue what the store refused, as Moodle's task for failed statements does."""
        with self._changed:
            again, self._refused = self._refused, []
            self._queue.extend(again)
            self._changed.notify_all()
        return len(again)

    @property
    def sendings(self) -> tuple[Sending, ...]:
        """What was posted, with the answers, oldest first."""
        with self._changed:
            return tuple(self._sendings)

    @property
    def waiting(self) -> int:
        """How many statements the store has not answered for yet."""
        with self._changed:
            return len(self._queue)

    @property
    def refused(self) -> tuple[Statement, ...]:
        """What the store refused and nobody has sent again."""
        with self._changed:
            return tuple(self._refused)

    def settled(self, timeout: float) -> bool:
        """Wait at most `timeout` seconds; return whether the queue was emptied."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._queue, timeout=timeout)

    def stop(self) -> None:
        """Stop posting; what waits is forgotten."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        wait = self._first_wait
        with requests.Session() as session:
            session.auth = (self.key, self._secret)
            while batch := self._next():
                sending = self._posted(session, batch)
                self._kept(sending)
                if sending.may_succeed_later:
                    self._pause(wait)
                    wait = min(wait * 2, LONGEST_WAIT)
                else:
                    wait = self._first_wait

    def _next(self) -> tuple[Statement, ...]:
        """Wait for something to send and return it; nothing when we have been stopped."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._stopped)
            if self._stopped:
                return ()
            return tuple(self._queue)[:LARGEST_BATCH]

    def _posted(self, session: requests.Session, batch: tuple[Statement, ...]) -> Sending:
        at = self._clock()
        try:
            answer = session.post(
                f"{self.endpoint}/statements",
                data=json.dumps(batch, ensure_ascii=False).encode(),
                headers=HEADERS,
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            return Sending(at=at, statements=batch, status=None, answer=type(error).__name__)
        return Sending(at=at, statements=batch, status=answer.status_code, answer=answer.text)

    def _kept(self, sending: Sending) -> None:
        with self._changed:
            self._sendings.append(sending)
            if not sending.may_succeed_later:
                for _ in sending.statements:
                    self._queue.popleft()
                if not sending.was_taken:
                    self._refused.extend(sending.statements)
            self._changed.notify_all()

    def _pause(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._stopped, timeout=seconds)
