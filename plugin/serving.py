"""How the tool is served for real: `mentes web`, behind a proxy with TLS.

Threads suit what we do (wait for a database), and one process can hold many slow frames. What
reads and writes HTTP is not Python: of a statement asked for by its id, it was half the work.

docs/adr/0027
"""

from __future__ import annotations

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

THREADS = 8
"""In a process: fewer than the 15 connections of its database pool."""
KEPT_OPEN = 75
"""How long a connection waits for its next request, in seconds: longer than a proxy keeps its side,
so that it never writes into a closed one."""
LARGEST_HEAD = 64 * 1024
"""Bytes of a request before its body: an authentication answer by GET fits, a flood does not."""
GRACE = 30
"""Seconds for requests that run when the server stops."""
LIFETIME = 6 * 3600
"""Seconds until a process is replaced, whatever it may have gathered."""


def serve(host: str, port: int, *, processes: int) -> None:
    """Serve `plugin.wsgi`, whose settings are the environment's, until a signal ends it."""
    Granian(
        "plugin.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=processes,
        blocking_threads=THREADS,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=KEPT_OPEN * 1000, max_buffer_size=LARGEST_HEAD
        ),
        websockets=False,
        # The tool writes one line a request itself: the route, never the address.
        log_access=False,
        log_level=LogLevels.error,  # what is a warning to it is how many threads we chose
        respawn_failed_workers=True,
        workers_lifetime=LIFETIME,
        workers_kill_timeout=GRACE,
    ).serve()
