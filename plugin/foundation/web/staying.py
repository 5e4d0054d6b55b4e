"""How gunicorn's threads serve connections here: each stays a moment with the one it answered.

gunicorn's own threads give a connection back after every answer. The thread that accepts new ones
then watches it, and hands it to any of them once the next request comes; being woken three times
over costs as much as reading the request does. But a proxy, and a client that stores one statement
after the other, asks again at once. So the thread that answered waits for that itself, unless
another connection waits for a thread.
"""

from __future__ import annotations

import select
from threading import Lock

from gunicorn.workers.gthread import TConn, ThreadWorker

MOMENT = 2
"""Milliseconds; whoever is served next may have to wait so long for a thread, and no longer."""


class StayingThreads(ThreadWorker):  # type: ignore[misc] # gunicorn has no types
    """gunicorn's threads, which stay with a connection."""

    def __init__(self, *arguments: object, **named: object) -> None:
        super().__init__(*arguments, **named)
        self._handed_over = 0
        self._lock = Lock()

    def enqueue_req(self, conn: TConn) -> None:
        """Hand a connection on which something came to the next thread that is free."""
        with self._lock:
            self._handed_over += 1
        super().enqueue_req(conn)

    def handle(self, conn: TConn) -> object:
        """Answer what comes on a connection until nothing does, or others wait."""
        with self._lock:
            self._handed_over -= 1
        answered = super().handle(conn)
        while answered is True and self._asks_again(conn):
            answered = super().handle(conn)
        return answered

    def _asks_again(self, conn: TConn) -> bool:
        """Wait a moment for the next request; False: it did not come, or others go first."""
        if conn.is_http2 or not self.alive or self._handed_over:
            return False
        if conn.parser.unreader.buf.getvalue():  # it came together with the one before
            return True
        poll = select.poll()
        poll.register(conn.sock, select.POLLIN)
        return bool(poll.poll(MOMENT))
